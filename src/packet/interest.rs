//! Which ports matter.

use std::ops::RangeInclusive;

use super::{ip_protocol, udp};

/// Words of 64 ports.
const WORDS: usize = 65_536 / 64;

/// A set of port numbers: one bit each, 8 KiB, so that asking costs the same for any number of ports.
#[derive(Clone, PartialEq, Eq)]
pub struct PortSet {
    bits: Box<[u64; WORDS]>,
    /// Connections between other ports are looked at too, and followed if they turn out to be SMTP.
    others: bool,
}

impl PortSet {
    /// No port.
    pub fn none() -> Self {
        Self::of(0)
    }

    /// Every port.
    pub fn all() -> Self {
        Self::of(u64::MAX)
    }

    fn of(word: u64) -> Self {
        Self {
            bits: Box::new([word; WORDS]),
            others: false,
        }
    }

    /// Lets connections between other ports be looked at too.
    #[must_use]
    pub const fn with_others(mut self) -> Self {
        self.others = true;
        self
    }

    /// Whether connections between ports that are not in the set are looked at too.
    #[inline]
    pub const fn has_others(&self) -> bool {
        self.others
    }

    /// Adds one.
    pub fn insert(&mut self, port: u16) {
        if let Some(word) = self.bits.get_mut(port as usize / 64) {
            *word |= 1 << (port % 64);
        }
    }

    /// Whether `port` is in the set.
    #[inline]
    pub fn contains(&self, port: u16) -> bool {
        (self.bits.get(port as usize / 64)).is_some_and(|word| word >> (port % 64) & 1 == 1)
    }

    /// The ports in the set, as ranges without gaps, in order.
    pub fn ranges(&self) -> Vec<RangeInclusive<u16>> {
        let mut ranges: Vec<RangeInclusive<u16>> = Vec::new();
        for port in (0..=u16::MAX).filter(|port| self.contains(*port)) {
            match ranges.last_mut() {
                Some(last) if last.end().checked_add(1) == Some(port) => {
                    *last = *last.start()..=port;
                }
                _ => ranges.push(port..=port),
            }
        }
        ranges
    }

    /// Whether one of the two is in the set.
    #[inline]
    pub fn contains_either(&self, one: u16, other: u16) -> bool {
        self.contains(one) | self.contains(other)
    }
}

impl FromIterator<u16> for PortSet {
    fn from_iter<I: IntoIterator<Item = u16>>(ports: I) -> Self {
        let mut set = Self::none();
        ports.into_iter().for_each(|port| set.insert(port));
        set
    }
}

/// The ports in the set, in order.
impl std::fmt::Debug for PortSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set()
            .entries((0..=u16::MAX).filter(|port| self.contains(*port)))
            .finish()
    }
}

/// What a frame is looked at for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interest {
    tcp: PortSet,
    udp: PortSet,
    /// Every tunnel's port.
    tunnels: PortSet,
    /// Both.
    udp_or_tunnel: PortSet,
}

impl Interest {
    /// TCP segments and UDP datagrams from or to these ports. Tunnels over UDP are opened whatever `udp` says.
    pub fn new(tcp: PortSet, udp: PortSet) -> Self {
        let mut udp_or_tunnel = udp.clone();
        for tunnel in udp::TUNNELS {
            udp_or_tunnel.insert(tunnel.port);
        }
        Self {
            tcp,
            udp,
            tunnels: udp::TUNNELS.iter().map(|tunnel| tunnel.port).collect(),
            udp_or_tunnel,
        }
    }

    /// TCP ports that are wanted.
    pub fn tcp(&self) -> &PortSet {
        &self.tcp
    }

    /// UDP ports that are wanted for themselves, or may be a tunnel's.
    pub fn udp_or_tunnel(&self) -> &PortSet {
        &self.udp_or_tunnel
    }

    /// Whether a TCP segment between these ports is wanted.
    #[inline]
    pub fn wants_tcp(&self, source: u16, destination: u16) -> bool {
        self.tcp.contains_either(source, destination)
    }

    /// Whether a UDP datagram between these ports is wanted for itself.
    #[inline]
    pub fn wants_udp(&self, source: u16, destination: u16) -> bool {
        self.udp.contains_either(source, destination)
    }

    /// Whether a UDP datagram between these ports is wanted, or may be a tunnel.
    #[inline]
    pub(super) fn may_want_udp(&self, source: u16, destination: u16) -> bool {
        self.udp_or_tunnel.contains_either(source, destination)
    }

    /// Whether a UDP datagram between these ports may be a tunnel.
    #[inline]
    pub(super) fn may_be_tunnel(&self, source: u16, destination: u16) -> bool {
        self.tunnels.contains_either(source, destination)
    }

    /// Ports from or to which a packet of this protocol is wanted, or may be a tunnel; `None` if its ports do not decide that.
    #[inline]
    pub(super) fn ports_of(&self, protocol: u8) -> Option<&PortSet> {
        match protocol {
            ip_protocol::TCP => Some(&self.tcp),
            ip_protocol::UDP => Some(&self.udp_or_tunnel),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let set: PortSet = [0, 25, 63, 64, 65_535].into_iter().collect();
        assert_eq!(format!("{set:?}"), "{0, 25, 63, 64, 65535}");
        assert!(set.contains_either(1, 25) && !set.contains_either(1, 26));
        assert!((0..=u16::MAX).all(|port| PortSet::all().contains(port)));
        let neighbours: PortSet = [25, 26, 27, 65_534, 65_535].into_iter().collect();
        assert_eq!(neighbours.ranges(), [25..=27, 65_534..=65_535]);
        assert_eq!(PortSet::all().ranges(), [0..=65_535]);
    }

    #[test]
    fn tunnels_are_looked_at_but_not_wanted() {
        let interest = Interest::new(PortSet::none(), [53].into_iter().collect());
        assert!(interest.may_want_udp(50_000, 4789) && !interest.wants_udp(50_000, 4789));
        assert!(interest.wants_udp(53, 50_000) && !interest.may_want_udp(443, 50_000));
    }
}
