//! The address in a name below `in-addr.arpa` (RFC 1035 section 3.5) or `ip6.arpa` (RFC 3596 section 2.5).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The address that a whole reverse name, in lower case, stands for.
pub(super) fn address(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(".in-addr.arpa") {
        let [d, c, b, a] = parts(labels)?;
        let octet = |label: &str| label.parse::<u8>().ok().filter(|_| !label.starts_with('+'));
        let octets = [octet(a)?, octet(b)?, octet(c)?, octet(d)?];
        return Some(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    let nibbles: [&str; 32] = parts(name.strip_suffix(".ip6.arpa")?)?;
    let mut bits = 0_u128;
    for nibble in nibbles.iter().rev() {
        let digit = Some(*nibble)
            .filter(|nibble| nibble.len() == 1)?
            .chars()
            .next()?;
        bits = bits << 4 | u128::from(digit.to_digit(16)?);
    }
    Some(IpAddr::V6(Ipv6Addr::from(bits)))
}

/// Exactly `N` labels.
fn parts<const N: usize>(labels: &str) -> Option<[&str; N]> {
    let mut parts = labels.split('.');
    let mut array = [""; N];
    for slot in &mut array {
        *slot = parts.next()?;
    }
    parts.next().is_none().then_some(array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfcs() {
        // RFC 1035 section 3.5.
        assert_eq!(address("52.0.0.10.in-addr.arpa"), "10.0.0.52".parse().ok());
        // RFC 3596 section 2.5.
        let long = "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa";
        assert_eq!(address(long), "4321:0:1:2:3:4:567:89ab".parse().ok());
    }

    #[test]
    fn parts_of_addresses_are_none() {
        for name in [
            "0.10.in-addr.arpa",
            "1.52.0.0.10.in-addr.arpa",
            "256.0.0.10.in-addr.arpa",
            "+5.0.0.10.in-addr.arpa",
            "a.b.ip6.arpa",
            "in-addr.arpa",
            "10.0.0.52",
        ] {
            assert_eq!(address(name), None, "{name}");
        }
    }
}
