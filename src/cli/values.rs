//! Values of options that need more than a number or a path; each error says what was expected.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use thiserror::Error;

/// A list of TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports(Vec<u16>);

impl Ports {
    /// Message transfer, submission over TLS, submission, and the port some providers use beside it.
    pub const DEFAULT: &str = "25,465,587,2525";

    /// The ports, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().copied()
    }
}

/// What is wrong with a list of ports.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortsError {
    /// Not a number from 1 to 65535.
    #[error("`{0}` is not a TCP port (1 to 65535)")]
    NotAPort(String),
    /// The range runs backwards.
    #[error("the range `{0}` ends before it begins")]
    Backwards(String),
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let mut ports = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (port(from)?, port(to)?);
            if from > to {
                return Err(PortsError::Backwards(part.to_owned()));
            }
            ports.extend(from..=to);
        }
        Ok(Self(ports))
    }
}

fn port(text: &str) -> Result<u16, PortsError> {
    let text = text.trim();
    match text.parse() {
        Ok(0) | Err(_) => Err(PortsError::NotAPort(text.to_owned())),
        Ok(port) => Ok(port),
    }
}

/// A network in CIDR form; a bare address stands for itself.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let bare = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>()
        .ok()
        .or_else(bare)
        .ok_or_else(|| "expected a network such as 192.0.2.0/24 or 2001:db8::/32".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lists_say_what_is_wrong() {
        let error = |text: &str| text.parse::<Ports>().unwrap_err().to_string();
        assert_eq!(error("25,smtp"), "`smtp` is not a TCP port (1 to 65535)");
        assert_eq!(error("0"), "`0` is not a TCP port (1 to 65535)");
        assert_eq!(error("30-20"), "the range `30-20` ends before it begins");
    }
}
