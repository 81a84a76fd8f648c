//! Why a frame goes no further, and how often each reason came up.

/// Declares an enum of reasons with the word that reports use for each.
macro_rules! reasons {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The word in reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

reasons! {
    /// The frame is sound as far as it was read, but nothing in it is followed.
    NotFollowed {
        /// TCP or UDP between two ports that are not watched.
        PortNotWatched = "port_not_watched",
        /// ARP or RARP.
        Arp = "arp",
        /// ICMP or ICMPv6.
        Icmp = "icmp",
        /// An IP protocol that carries no TCP.
        IpProtocol = "ip_protocol",
        /// An EtherType (or GRE protocol) that carries no IP, or that is not known.
        EtherType = "ether_type",
        /// An LLC or SNAP protocol that carries no IP: spanning tree, CDP, IS-IS.
        Llc = "llc",
        /// PPP control protocols, and PPP data that is compressed, encrypted or split over links.
        PppProtocol = "ppp_protocol",
        /// A tunnel's or a link's own signalling, and versions of a tunnel that are not known.
        TunnelControl = "tunnel_control",
        /// 802.11 frames without data, fragments and aggregates.
        Wireless = "wireless",
        /// A capture's link type that this program cannot read.
        LinkType = "link_type",
        /// IPsec ESP.
        Esp = "esp",
        /// A link that is encrypted: MACsec, 802.11.
        EncryptedLink = "encrypted_link",
        /// More headers than `MAX_LAYERS`.
        TooDeep = "too_deep",
        /// The capture's snapshot length cut the frame inside its headers.
        CutBySnaplen = "cut_by_snaplen",
    }
}

reasons! {
    /// A header contradicts itself, or the frame ended inside it on the wire already.
    Malformed {
        /// The frame ends inside an Ethernet header.
        EthernetHeader = "ethernet_header",
        /// The frame ends inside a tag: 802.1Q, 802.1BR, MACsec, PBB, FabricPath, timestamp.
        Tag = "tag",
        /// The frame ends inside an LLC or SNAP header.
        LlcHeader = "llc_header",
        /// The frame ends inside a cooked, loopback, NFLOG or PKTAP header.
        LinkHeader = "link_header",
        /// The frame ends inside an 802.11, radiotap or PPI header.
        WirelessHeader = "wireless_header",
        /// The frame ends inside an MPLS label stack.
        MplsLabel = "mpls_label",
        /// The frame ends inside a PPPoE or PPP header.
        PppHeader = "ppp_header",
        /// The frame ends inside a GRE, ERSPAN, EtherIP or NSH header.
        GreHeader = "gre_header",
        /// Neither 4 nor 6 where an IP header should begin.
        IpVersion = "ip_version",
        /// The frame ends inside an IPv4 header.
        Ipv4Header = "ipv4_header",
        /// IHL below 5.
        Ipv4HeaderLength = "ipv4_header_length",
        /// A total length shorter than the header.
        Ipv4TotalLength = "ipv4_total_length",
        /// The frame ends inside an IPv6 header.
        Ipv6Header = "ipv6_header",
        /// The packet ends inside an IPv6 extension header.
        Ipv6Extension = "ipv6_extension",
        /// The packet ends inside an Authentication Header.
        AuthenticationHeader = "authentication_header",
        /// A fragment that would end past the largest IP packet, or holds nothing.
        Fragment = "fragment",
        /// The packet ends inside a TCP header.
        TcpHeader = "tcp_header",
        /// A data offset below 5, or past the end of the packet.
        TcpDataOffset = "tcp_data_offset",
        /// The packet ends inside a UDP header.
        UdpHeader = "udp_header",
        /// A UDP length below 8.
        UdpLength = "udp_length",
    }
}

/// How often each reason came up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counters {
    not_followed: [u64; NotFollowed::COUNT],
    malformed: [u64; Malformed::COUNT],
}

impl Counters {
    /// Adds one frame that was not followed.
    pub fn add_not_followed(&mut self, reason: NotFollowed) {
        self.add_not_followed_many(reason, 1);
    }

    /// Adds `count` frames that were not followed.
    pub fn add_not_followed_many(&mut self, reason: NotFollowed, count: u64) {
        if let Some(slot) = self.not_followed.get_mut(reason as usize) {
            *slot += count;
        }
    }

    /// Adds one malformed frame.
    pub fn add_malformed(&mut self, reason: Malformed) {
        if let Some(slot) = self.malformed.get_mut(reason as usize) {
            *slot += 1;
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        add_each(&mut self.not_followed, &other.not_followed);
        add_each(&mut self.malformed, &other.malformed);
    }

    /// Frames not followed, by reason, in the order of reports, zeros included.
    pub fn not_followed(&self) -> impl Iterator<Item = (NotFollowed, u64)> {
        NotFollowed::ALL.iter().copied().zip(self.not_followed)
    }

    /// Malformed frames, by reason, in the order of reports, zeros included.
    pub fn malformed(&self) -> impl Iterator<Item = (Malformed, u64)> {
        Malformed::ALL.iter().copied().zip(self.malformed)
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            not_followed: [0; NotFollowed::COUNT],
            malformed: [0; Malformed::COUNT],
        }
    }
}

fn add_each(to: &mut [u64], from: &[u64]) {
    for (slot, count) in to.iter_mut().zip(from) {
        *slot += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_land_on_their_reason() {
        let mut one = Counters::default();
        one.add_malformed(Malformed::UdpLength);
        one.add_not_followed(NotFollowed::CutBySnaplen);
        let mut both = one;
        both.merge(&one);
        both.add_not_followed_many(NotFollowed::PortNotWatched, 40);
        let words: Vec<_> = (both.not_followed().filter(|(_, n)| *n > 0))
            .map(|(reason, n)| (reason.name(), n))
            .collect();
        assert_eq!(words, [("port_not_watched", 40), ("cut_by_snaplen", 2)]);
        assert_eq!(
            both.malformed().filter(|(_, n)| *n > 0).collect::<Vec<_>>(),
            [(Malformed::UdpLength, 2)]
        );
    }

    #[test]
    fn no_word_stands_for_two_reasons() {
        let mut words: Vec<_> = (NotFollowed::ALL.iter().map(|reason| reason.name()))
            .chain(Malformed::ALL.iter().map(|reason| reason.name()))
            .collect();
        words.sort_unstable();
        let all = words.len();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
