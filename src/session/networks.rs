//! Which addresses are internal.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Direction;

/// RFC 1918, CGNAT (RFC 6598), link-local (RFC 3927, RFC 4291) and unique local addresses (RFC 4193).
const DEFAULT: [&str; 7] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "fe80::/10",
    "fc00::/7",
];

/// The internal networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Default for Networks {
    fn default() -> Self {
        Self(DEFAULT.iter().filter_map(|net| net.parse().ok()).collect())
    }
}

impl Networks {
    /// These instead of the default; the default if there are none.
    pub fn new(nets: Vec<IpNet>) -> Self {
        if nets.is_empty() {
            Self::default()
        } else {
            Self(nets)
        }
    }

    /// Whether `ip` is in one of them.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&ip))
    }

    /// Where client and server stand.
    pub fn direction(&self, client: IpAddr, server: IpAddr) -> Direction {
        match (self.contains(client), self.contains(server)) {
            (true, false) => Direction::Outbound,
            (false, true) => Direction::Inbound,
            (true, true) => Direction::Internal,
            (false, false) => Direction::External,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_what_the_rfcs_set_aside() {
        let networks = Networks::default();
        for inside in [
            "10.1.2.3",
            "172.31.255.255",
            "100.127.0.1",
            "169.254.7.7",
            "fe80::1",
            "fd00::1",
        ] {
            assert!(networks.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "172.32.0.1",
            "100.128.0.1",
            "52.96.0.1",
            "2603:1036::1",
            "127.0.0.1",
        ] {
            assert!(!networks.contains(outside.parse().unwrap()), "{outside}");
        }
        assert_eq!(
            networks.direction("10.0.0.1".parse().unwrap(), "52.96.0.1".parse().unwrap()),
            Direction::Outbound
        );
    }
}
