//! Packets in the frames that the unit tests of the packet stage are made of. Has to be the module `packet` of the test, as
//! those frames name it.

pub(crate) use tlstally::packet::LinkType;

#[path = "../../src/packet/frames/mod.rs"]
mod frames;

use crate::common::Packet;
use frames::{Frame, Link, Wrap};

/// Every way to capture IP packets: its name, link type and frames.
pub(crate) fn every_way(packets: &[Packet]) -> Vec<(String, u32, Vec<Packet>)> {
    let wrapped = Wrap::ALL.iter().map(|wrap| {
        let frame = |ip: &[u8]| (LinkType(1), wrap.around(Frame::Ip(ip.to_vec())).ethernet());
        taken(format!("{wrap:?}"), packets, frame)
    });
    let links = Link::ALL.iter().map(|link| {
        let frame = |ip: &[u8]| link.capture(Frame::Ip(ip.to_vec()));
        taken(format!("{link:?}"), packets, frame)
    });
    wrapped.chain(links).collect()
}

fn taken(
    name: String,
    packets: &[Packet],
    frame: impl Fn(&[u8]) -> (LinkType, Vec<u8>),
) -> (String, u32, Vec<Packet>) {
    let mut kind = 0;
    let each = packets.iter().map(|packet| {
        let (link, bytes) = frame(&packet.bytes);
        kind = u32::from(link.0);
        Packet {
            original: bytes.len() as u32,
            bytes,
            ..packet.clone()
        }
    });
    let frames = each.collect();
    (name, kind, frames)
}

/// The packets as IP fragments of 64 bytes, the last ones first.
pub(crate) fn in_fragments(packets: &[Packet]) -> (String, u32, Vec<Packet>) {
    let pieces = |(number, packet): (usize, &Packet)| {
        let mut pieces = frames::fragments(&packet.bytes, number as u16, 64);
        pieces.reverse();
        let piece = |bytes: Vec<u8>| Packet {
            original: bytes.len() as u32,
            bytes,
            ..packet.clone()
        };
        pieces.into_iter().map(piece).collect::<Vec<_>>()
    };
    let all = packets.iter().enumerate().flat_map(pieces).collect();
    ("fragments".to_owned(), 101, all)
}
