//! The walk through a frame's headers: where it stands, what comes next, how far the packet goes.

use super::decoded::{Addresses, Decoded, Macs};
use super::interest::Interest;
use super::reason::{Malformed, NotFollowed};
use super::{
    arista, authentication, cooked, erf, erspan, ethernet, extension, fragment, gre, ip, llc,
    loopback, macsec, mpls, nflog, nsh, pf, pktap, ppp, pppoe, radiotap, tag, tcp, trill, udp,
    wireless,
};

/// Most headers looked at in one frame, all encapsulations together.
pub const MAX_LAYERS: u8 = 64;

/// A header that the walk stands in front of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layer {
    /// Ethernet II or 802.3, from the destination address on.
    Ethernet,
    /// Anything that ends in an EtherType and begins with so many bytes of no concern (802.1Q and its kin).
    Tag(u8),
    /// 802.1AE, after the EtherType.
    MacSec,
    /// Arista tap aggregation timestamp, after the EtherType.
    AristaTimestamp,
    /// 802.1ah or FabricPath: so many bytes, then Ethernet.
    MacInMac(u8),
    /// TRILL (RFC 6325), after the EtherType.
    Trill,
    /// 802.2, with or without SNAP.
    Llc,
    /// One label stack entry.
    Mpls,
    /// PPPoE session header.
    PppoeSession,
    /// PPP, with or without HDLC-like framing; Cisco HDLC.
    Ppp,
    /// So many bytes that tell the direction, then PPP or Cisco HDLC.
    DirectedPpp(u8),
    /// Endace ERF.
    Erf,
    /// BSD firewall log.
    Pflog,
    /// BSD IPsec, decrypted.
    Enc,
    /// Network Service Header.
    Nsh,
    /// Linux cooked, version 1.
    Cooked,
    /// Linux cooked, version 2.
    Cooked2,
    /// BSD loopback.
    Loopback,
    /// Linux netfilter log.
    Nflog,
    /// Darwin PKTAP.
    Pktap,
    /// Radiotap.
    Radiotap,
    /// Per-Packet Information.
    Ppi,
    /// 802.11; `padded` to four bytes by the adapter.
    Wireless {
        /// The radio header said so.
        padded: bool,
    },
    /// 802.11 with the bytes of frame control the other way round.
    SwappedWireless,
    /// IPv4 or IPv6, by the first nibble.
    Ip,
    /// IPv6 hop-by-hop options, or another extension of the same form that changes no address.
    Extension,
    /// IPv6 routing header.
    Routing,
    /// IPv6 destination options.
    DestinationOptions,
    /// IPv6 fragment header.
    FragmentHeader,
    /// IP Authentication Header.
    Authentication,
    /// GRE.
    Gre,
    /// ERSPAN inside GRE; `sequenced` if the GRE header had a sequence number.
    Erspan {
        /// Type I has none, and no header either.
        sequenced: bool,
    },
    /// EtherIP.
    EtherIp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What a header says: how long it is, and what follows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Inner {
    /// Bytes to pass over.
    pub(super) header: usize,
    /// Header behind them.
    pub(super) next: Layer,
    /// Bytes on the wire behind them, where the header says so.
    pub(super) length: Option<usize>,
    /// Link-layer addresses, from the start of this header, where it has any.
    pub(super) macs: Option<Macs>,
}

impl Inner {
    /// `next` after `header` bytes.
    pub(super) const fn new(header: usize, next: Layer) -> Self {
        Self {
            header,
            next,
            length: None,
            macs: None,
        }
    }

    /// With so many bytes behind the header.
    pub(super) const fn of_length(self, length: usize) -> Self {
        Self {
            length: Some(length),
            ..self
        }
    }

    /// With these link-layer addresses.
    pub(super) const fn with_macs(self, macs: Macs) -> Self {
        Self {
            macs: Some(macs),
            ..self
        }
    }
}

/// Why the walk ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    /// At a TCP segment that is wanted.
    Tcp,
    /// At a UDP datagram that is wanted, between these ports.
    Udp {
        /// From.
        source_port: u16,
        /// To.
        destination_port: u16,
    },
    /// At a piece of an IP packet.
    Fragment(fragment::FragmentHeader),
    /// Nothing here is followed.
    NotFollowed(NotFollowed),
    /// A header contradicts itself.
    Malformed(Malformed),
    /// The bytes end inside a header; whose fault that is, the frame's length on the wire decides.
    Short(Malformed),
}

/// A position in a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    /// The frame up to the end of the innermost packet, as far as it was captured.
    bytes: &'a [u8],
    /// Offset of the header the walk stands in front of.
    at: usize,
    /// Offset at which the innermost packet ends on the wire; past the bytes if the capture cut it.
    wire_end: usize,
    /// Headers passed.
    layers: u8,
    /// Link-layer addresses of the frame last entered.
    pub(super) macs: Macs,
    /// An IP header was passed since.
    inside_ip: bool,
    /// Addresses of the IP header last passed.
    pub(super) addresses: Addresses,
    /// They are those that transport checksums are made of.
    pub(super) plain_addresses: bool,
}

impl<'a> Walk<'a> {
    /// Stands at the start of a frame of `original` bytes on the wire.
    #[inline]
    pub(super) fn new(bytes: &'a [u8], original: usize) -> Self {
        Self {
            bytes,
            at: 0,
            wire_end: original.max(bytes.len()),
            layers: 0,
            macs: Macs::default(),
            inside_ip: false,
            addresses: Addresses::V4 {
                source: [0; 4],
                destination: [0; 4],
            },
            plain_addresses: true,
        }
    }

    /// Stands in front of an IP header put together again: `layers` headers were passed to find its fragments.
    pub(super) fn reassembled(bytes: &'a [u8], original: usize, at: usize, layers: u8) -> Self {
        Self {
            at,
            layers,
            ..Self::new(bytes, original)
        }
    }

    /// Headers passed.
    pub(super) const fn layers(&self) -> u8 {
        self.layers
    }

    /// Offset of the header the walk stands in front of.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// What was captured of the header in front and all behind it.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// How long that is on the wire.
    #[inline]
    pub(super) const fn rest_on_wire(&self) -> usize {
        self.wire_end.saturating_sub(self.at)
    }

    /// Passes over `count` bytes.
    #[inline]
    pub(super) const fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// Says that the packet in front is `length` bytes on the wire, whatever the frame around it holds: less is
    /// padding, more is a capture or a mirror that cuts packets.
    #[inline]
    pub(super) fn set_length(&mut self, length: usize) {
        self.wire_end = self.at.saturating_add(length);
        self.bytes = self.bytes.get(..self.wire_end).unwrap_or(self.bytes);
    }

    /// Cuts what follows the first `length` bytes of the part in front; ignored if there is less.
    #[inline]
    pub(super) fn shorten(&mut self, length: usize) {
        if length < self.rest_on_wire() {
            self.set_length(length);
        }
    }

    /// Notes an IP header. What is next to a second one is a tunnel, so the frame's addresses are not its own.
    #[inline]
    pub(super) fn enter_ip(&mut self, addresses: Addresses) {
        if self.inside_ip {
            self.macs = Macs::default();
            self.plain_addresses = true;
        }
        self.inside_ip = true;
        self.addresses = addresses;
    }

    /// Walks from `layer` on until there is an answer.
    #[inline]
    pub(super) fn run(mut self, mut layer: Layer, interest: &Interest) -> Decoded {
        while self.layers < MAX_LAYERS {
            self.layers += 1;
            match self.step(layer, interest) {
                Ok(next) => layer = next,
                Err(stop) => return self.conclude(stop),
            }
        }
        Decoded::NotFollowed(NotFollowed::TooDeep)
    }

    /// Passes the header in front, or ends.
    #[inline]
    fn step(&mut self, layer: Layer, interest: &Interest) -> Result<Layer, Stop> {
        let rest = self.rest();
        let inner = match layer {
            Layer::Ethernet => ethernet::open(rest),
            Layer::Ip => return ip::open(self),
            Layer::Tcp => Err(tcp::open(rest, interest)),
            Layer::Udp => udp::open(self, interest),
            Layer::Tag(length) => tag::open(rest, length),
            Layer::MacSec => macsec::open(rest),
            Layer::AristaTimestamp => arista::open(rest),
            Layer::MacInMac(length) => Ok(Inner::new(length as usize, Layer::Ethernet)),
            Layer::Trill => trill::open(rest),
            Layer::Llc => llc::open(rest),
            Layer::Mpls => mpls::open(rest, self.rest_on_wire()),
            Layer::PppoeSession => pppoe::open(rest),
            Layer::Ppp => ppp::open(rest),
            Layer::DirectedPpp(length) => Ok(Inner::new(length as usize, Layer::Ppp)),
            Layer::Erf => erf::open(rest),
            Layer::Pflog => pf::open_log(rest),
            Layer::Enc => pf::open_enc(rest),
            Layer::Nsh => nsh::open(rest),
            Layer::Cooked => cooked::open(rest),
            Layer::Cooked2 => cooked::open2(rest),
            Layer::Loopback => loopback::open(rest),
            Layer::Nflog => nflog::open(rest),
            Layer::Pktap => pktap::open(rest),
            Layer::Radiotap => radiotap::open(rest),
            Layer::Ppi => radiotap::open_ppi(rest),
            Layer::Wireless { padded } => wireless::open(rest, padded),
            Layer::SwappedWireless => wireless::open_swapped(rest),
            Layer::Gre => gre::open(rest),
            Layer::Erspan { sequenced } => erspan::open(rest, sequenced),
            Layer::EtherIp => gre::open_ether_ip(rest),
            Layer::Authentication => authentication::open(rest),
            Layer::Extension => extension::open(rest),
            Layer::Routing => extension::open_routing(self),
            Layer::DestinationOptions => extension::open_destination(self),
            Layer::FragmentHeader => fragment::open_header(self),
        };
        inner.map(|inner| self.enter(inner))
    }

    /// Passes a header.
    #[inline]
    pub(super) fn enter(&mut self, inner: Inner) -> Layer {
        if let Some(macs) = inner.macs {
            self.macs = macs.moved(self.at);
            self.inside_ip = false;
            self.plain_addresses = true;
        }
        self.skip(inner.header);
        if let Some(length) = inner.length {
            self.shorten(length);
        }
        inner.next
    }

    /// The answer, put together once: on the way here only small values are handed on.
    #[inline]
    fn conclude(&self, stop: Stop) -> Decoded {
        match stop {
            Stop::Tcp => tcp::decoded(self),
            Stop::Udp {
                source_port,
                destination_port,
            } => udp::decoded(self, source_port, destination_port),
            Stop::Fragment(header) => fragment::decoded(self, header),
            Stop::NotFollowed(reason) => Decoded::NotFollowed(reason),
            Stop::Malformed(reason) => Decoded::Malformed(reason),
            Stop::Short(reason) => self.short(reason),
        }
    }

    /// The bytes end inside a header: the capture's doing, or the sender's.
    #[cold]
    pub(super) fn short(&self, reason: Malformed) -> Decoded {
        if self.wire_end > self.bytes.len() {
            Decoded::NotFollowed(NotFollowed::CutBySnaplen)
        } else {
            Decoded::Malformed(reason)
        }
    }
}
