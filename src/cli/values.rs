//! Values of options that need more than a number or a path; each error says what was expected.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use thiserror::Error;

use super::length::{Length, Unit};

/// A list of TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    list: Vec<u16>,
    any: bool,
}

impl Ports {
    /// Message transfer, submission over TLS, submission, and the port some providers use beside it.
    pub const DEFAULT: &str = "25,465,587,2525";

    /// The ports, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.list.iter().copied()
    }

    /// Whether SMTP is looked for on every other port too.
    pub const fn is_any(&self) -> bool {
        self.any
    }
}

/// What is wrong with a list of ports.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortsError {
    /// Not a number from 1 to 65535.
    #[error("`{0}` is not a TCP port (1 to 65535, or `any`)")]
    NotAPort(String),
    /// The range runs backwards.
    #[error("the range `{0}` ends before it begins")]
    Backwards(String),
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let mut list = Vec::new();
        let mut any = false;
        for part in text.split(',').map(str::trim) {
            if part.eq_ignore_ascii_case("any") {
                any = true;
                continue;
            }
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (port(from)?, port(to)?);
            if from > to {
                return Err(PortsError::Backwards(part.to_owned()));
            }
            list.extend(from..=to);
        }
        if list.is_empty() && any {
            let Self { list, .. } = Self::DEFAULT.parse()?;
            return Ok(Self { list, any });
        }
        Ok(Self { list, any })
    }
}

fn port(text: &str) -> Result<u16, PortsError> {
    let text = text.trim();
    match text.parse() {
        Ok(0) | Err(_) => Err(PortsError::NotAPort(text.to_owned())),
        Ok(port) => Ok(port),
    }
}

/// Where to listen: an address and a port, or a port alone, which is for this machine only.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse()
        .map_err(|_| format!("`{text}` is not IP:PORT, [IPv6]:PORT or PORT"))
}

/// A length of time; seconds where no unit is given.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let length = Length::parse(text, Unit::Second);
    length
        .map(Length::duration)
        .ok_or_else(|| "expected a time such as 30s, 10m, 12h, 7d or 1w".to_owned())
}

/// A number of bytes: with `k`, `M` or `G` (binary), or without.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let bytes = match unit {
        "" => 1,
        "k" | "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 0,
    };
    let all = number
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(bytes));
    match all {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => Err("expected a size such as 512k, 100M or 2G".to_owned()),
    }
}

/// The digits, and what follows.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|char: char| !char.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// A network in CIDR form; a bare address stands for itself.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let bare = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>()
        .ok()
        .or_else(bare)
        .ok_or_else(|| "expected a network such as 192.0.2.0/24 or 2001:db8::/32".to_owned())
}

/// An internal network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Internal {
    /// Without bits of a host.
    pub network: IpNet,
    /// Where something else may have been meant: what was taken.
    pub doubt: Option<String>,
}

impl FromStr for Internal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let typed = network(text)?;
        let network = typed.trunc();
        let is_bare = !text.contains('/');
        let doubt = if is_bare && ends_like_a_network(typed.addr()) {
            Some(format!(
                "`{text}` is taken as the one address {network}; a network has its length, as in 192.0.2.0/24"
            ))
        } else {
            (typed != network).then(|| format!("`{text}` is taken as the network {network}"))
        };
        Ok(Self { network, doubt })
    }
}

/// Hosts rarely have such addresses.
fn ends_like_a_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets().ends_with(&[0]),
        IpAddr::V6(address) => address.octets().ends_with(&[0; 8]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(size("3k"), Ok(3072));
        for wrong in ["", "0s", "m", "5 m", "-1", "99999999999999999999d"] {
            assert!(duration(wrong).is_err() && size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn doubtful_networks_are_told() {
        let internal = |text: &str| {
            let internal: Internal = text.parse().unwrap();
            (internal.network.to_string(), internal.doubt)
        };
        for (typed, network) in [
            ("10.20.0.0", "10.20.0.0/32"),
            ("10.20.0.5/16", "10.20.0.0/16"),
            ("2001:db8::", "2001:db8::/128"),
            ("2001:db8::1/32", "2001:db8::/32"),
        ] {
            let (taken, doubt) = internal(typed);
            let doubt = doubt.unwrap_or_default();
            assert_eq!(taken, network);
            assert!(doubt.contains(network) && doubt.contains(typed), "{doubt}");
        }
        for plain in [
            "10.20.0.0/16",
            "10.20.0.5",
            "10.20.0.5/32",
            "2001:db8::/32",
            "::1",
        ] {
            assert_eq!(internal(plain).1, None, "{plain}");
        }
        assert!("10.20".parse::<Internal>().is_err());
    }

    #[test]
    fn bad_lists_say_what_is_wrong() {
        let error = |text: &str| text.parse::<Ports>().unwrap_err().to_string();
        assert_eq!(
            error("25,smtp"),
            "`smtp` is not a TCP port (1 to 65535, or `any`)"
        );
        assert_eq!(error("0"), "`0` is not a TCP port (1 to 65535, or `any`)");
        assert_eq!(error("30-20"), "the range `30-20` ends before it begins");
    }

    #[test]
    fn any_stands_beside_ports_or_beside_the_usual_ones() {
        let ports = |text: &str| text.parse::<Ports>().unwrap();
        assert_eq!(ports("any").list, ports(Ports::DEFAULT).list);
        assert_eq!(ports("4465, any").list, [4465]);
        assert!(ports("ANY").is_any() && ports("25,any").is_any() && !ports("25").is_any());
    }
}
