//! What holds for any bytes.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::frames::{self, Frame, Link, Wrap};
use super::*;
use crate::packet::ordinary;
use crate::packet::walk::{Layer, Walk};
use crate::time::Timestamp;

fn any_link() -> impl Strategy<Value = LinkType> {
    let known = Link::ALL
        .iter()
        .map(|link| link.capture(Frame::Ip(frames::tcp(false, 1, 2, 3, b""))).0);
    prop_oneof![
        select(known.collect::<Vec<_>>()),
        any::<u16>().prop_map(LinkType)
    ]
}

/// A TCP or UDP packet between ports of which one is often watched.
fn any_packet() -> impl Strategy<Value = Vec<u8>> {
    let port = || prop_oneof![select(vec![25u16, 587, 53, 443, 4789, 2152]), any::<u16>()];
    let payload = prop::collection::vec(any::<u8>(), 0..300);
    (
        any::<bool>(),
        any::<bool>(),
        port(),
        port(),
        any::<u32>(),
        payload,
    )
        .prop_map(|(tcp, six, source, destination, seq, payload)| {
            if tcp {
                frames::tcp(six, source, destination, seq, &payload)
            } else {
                frames::udp(six, source, destination, &payload)
            }
        })
}

/// Any frame: random bytes, or a real one with a few bytes changed and perhaps cut.
fn any_frame() -> impl Strategy<Value = (LinkType, Vec<u8>)> {
    let random = (any_link(), prop::collection::vec(any::<u8>(), 0..200));
    let wraps = prop::collection::vec(select(Wrap::ALL.to_vec()), 0..4);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let real = (
        any_packet(),
        wraps,
        select(Link::ALL.to_vec()),
        changes,
        0..400usize,
    )
        .prop_map(|(packet, wraps, link, changes, keep)| {
            let frame = wraps
                .iter()
                .fold(Frame::Ip(packet), |frame, wrap| wrap.around(frame));
            let (kind, mut bytes) = link.capture(frame);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(if keep < 100 { keep } else { usize::MAX });
            (kind, bytes)
        });
    prop_oneof![1 => random, 4 => real]
}

/// Tunnels that are opened at one go.
const TUNNELS: [Wrap; 5] = [
    Wrap::Vxlan,
    Wrap::VxlanLinux,
    Wrap::Geneve,
    Wrap::GreBridged,
    Wrap::Erspan2,
];

#[test]
fn what_is_ordinary_in_a_tunnel_needs_no_walk() {
    for wrap in TUNNELS {
        let tcp = frames::tcp(false, 25, 40_000, 7, b"EHLO");
        let bytes = wrap
            .around(Frame::Ethernet(Frame::Ip(tcp.clone()).ethernet()))
            .ethernet();
        let found = ordinary::in_tunnel(&bytes, &interest());
        assert_eq!(
            found.map(|found| essence(&found, &bytes)),
            Some(bare(&tcp)),
            "{wrap:?}"
        );
        let other = frames::tcp(false, 443, 40_000, 7, b"EHLO");
        let bytes = wrap
            .around(Frame::Ethernet(Frame::Ip(other).ethernet()))
            .ethernet();
        assert!(
            !may_matter(LinkType::ETHERNET, &bytes, &interest()),
            "{wrap:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_stack_of_encapsulations_gives_the_segment_inside(
        six: bool, seq: u32, payload in prop::collection::vec(any::<u8>(), 0..100),
        wraps in prop::collection::vec(select(Wrap::ALL.to_vec()), 0..9), link in select(Link::ALL.to_vec()),
        trailer in 0..9usize,
    ) {
        let packet = frames::tcp(six, 25, 40_000, seq, &payload);
        let frame = wraps.iter().fold(Frame::Ip(packet.clone()), |frame, wrap| wrap.around(frame));
        let (kind, mut bytes) = link.capture(frame);
        bytes.extend(vec![0xee; trailer]);
        let decoded = look(kind, &bytes);
        prop_assert!(may_matter(kind, &bytes, &interest()));
        prop_assert_eq!(essence(&decoded, &bytes), bare(&packet));
    }

    #[test]
    fn the_first_look_loses_nothing((link, bytes) in any_frame(), more in 0..100u32) {
        let original = bytes.len() as u32 + more;
        for interest in [interest(), Interest::new(PortSet::none(), PortSet::none())] {
            if !may_matter(link, &bytes, &interest) {
                let decoded = decode(link, &bytes, original, &interest);
                let expected = matches!(
                    decoded,
                    Decoded::NotFollowed(NotFollowed::PortNotWatched | NotFollowed::CutBySnaplen) | Decoded::Malformed(_)
                );
                prop_assert!(expected, "{:?}", decoded);
            }
        }
    }

    #[test]
    fn what_is_ordinary_in_a_tunnel_is_what_the_walk_finds(
        packet in any_packet(), wrap in select(TUNNELS.to_vec()), tags in 0..2usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        keep in 0..400usize, more in 0..20u32,
    ) {
        let inner = Frame::Ethernet((0..tags).fold(Frame::Ip(packet), |frame, _| Wrap::Vlan.around(frame)).ethernet());
        let mut bytes = wrap.around(inner).ethernet();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(if keep < 100 { keep } else { usize::MAX });
        let original = bytes.len() + more as usize;
        if let Some(found) = ordinary::in_tunnel(&bytes, &interest()) {
            prop_assert_eq!(found, Walk::new(&bytes, original).run(Layer::Ethernet, &interest()));
        }
    }

    #[test]
    fn offsets_and_lengths_agree((link, bytes) in any_frame(), original: u32) {
        let length = bytes.len() as u32;
        match decode(link, &bytes, original, &everything()) {
            Decoded::Tcp(tcp) => {
                prop_assert!(tcp.captured <= tcp.length);
                prop_assert!(tcp.payload - tcp.header >= 20 && tcp.header + 20 <= length);
                prop_assert_eq!(tcp.data(&bytes).len(), tcp.captured as usize);
                tcp.checksum(&bytes);
            }
            Decoded::Udp(udp) => {
                prop_assert!(udp.captured <= udp.length);
                prop_assert_eq!(udp.data(&bytes).len(), udp.captured as usize);
            }
            Decoded::Fragment(fragment) => {
                prop_assert!(fragment.captured <= fragment.length && fragment.length > 0);
                prop_assert!(fragment.payload + fragment.captured <= length);
                Defragmenter::default().push(Timestamp(0), &bytes, &fragment);
            }
            Decoded::NotFollowed(_) | Decoded::Malformed(_) => {}
        }
    }

    /// etherparse reads the same bytes on its own.
    #[test]
    fn agrees_with_etherparse(
        packet in any_packet(), tags in 0..3usize, changes in prop::collection::vec((14..80usize, any::<u8>()), 0..2),
        keep in 30..400usize,
    ) {
        let frame = (0..tags).fold(Frame::Ip(packet), |frame, _| Wrap::Vlan.around(frame));
        let mut bytes = frame.ethernet();
        for (at, byte) in changes {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = byte;
            }
        }
        let original = bytes.len() as u32;
        bytes.truncate(keep);
        let ours = decode(LinkType::ETHERNET, &bytes, original, &everything());
        let theirs = etherparse::LaxSlicedPacket::from_ethernet(&bytes).unwrap();
        // A tunnel is where etherparse stops.
        if let (Decoded::Tcp(tcp), Some(etherparse::TransportSlice::Tcp(slice))) = (&ours, &theirs.transport) {
            prop_assert_eq!(tcp.source_port, slice.source_port());
            prop_assert_eq!(tcp.destination_port, slice.destination_port());
            prop_assert_eq!((tcp.seq, tcp.ack), (slice.sequence_number(), slice.acknowledgment_number()));
            prop_assert_eq!(tcp.window, slice.window_size());
            prop_assert_eq!(tcp.data(&bytes), slice.payload());
        } else if let Some(etherparse::TransportSlice::Tcp(_)) = &theirs.transport {
            // It goes on where the total length is shorter than the header that says so.
            prop_assert_eq!(ours, Decoded::Malformed(Malformed::Ipv4TotalLength));
        }
    }
}
