//! The kernel's filter against the decoder, run by libpcap's interpreter of the same programs.

use std::path::Path;

use pcap::{BpfProgram, Capture, Linktype};

use super::filter;
use crate::names;
use crate::packet::frames::{Frame, Link, Wrap, fragments};
use crate::packet::{Decoded, Interest, LinkType, PortSet, decode, may_matter};
use crate::source::Timeline;

fn interest() -> Interest {
    names::interest(&[25, 465, 587, 2525].into_iter().collect())
}

fn program(link: LinkType, interest: &Interest) -> Option<BpfProgram> {
    let expression = filter::expression(link, interest)?;
    let capture = Capture::dead(Linktype(link.0.into())).unwrap();
    Some(capture.compile(&expression, true).unwrap())
}

/// Every frame of the captures, as it is and as an IP packet.
fn captured() -> Vec<(LinkType, Vec<u8>)> {
    let mut frames = Vec::new();
    let mut timeline = Timeline::open(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("pcaps")]);
    while let Some(run) = timeline.next_run() {
        let block = std::sync::Arc::clone(run.block());
        for packet in run {
            frames.push((packet.link, block.packet(&packet).to_vec()));
        }
    }
    frames
}

/// IP packets out of Ethernet frames.
fn ip(frames: &[(LinkType, Vec<u8>)]) -> Vec<Vec<u8>> {
    let is_ip = |frame: &&(LinkType, Vec<u8>)| {
        frame.0 == LinkType::ETHERNET
            && [[8, 0], [0x86, 0xdd]]
                .iter()
                .any(|kind| frame.1[12..14] == *kind)
    };
    let ip = frames.iter().filter(is_ip);
    ip.map(|frame| frame.1[14..].to_vec()).collect()
}

#[test]
fn whatever_the_decoder_would_follow_passes() {
    let interest = interest();
    let captured = captured();
    let packets = ip(&captured);
    let sample = || packets.iter().step_by(7);
    let mut frames = captured.clone();
    for wrap in Wrap::ALL {
        frames.extend(sample().map(|ip| {
            (
                LinkType::ETHERNET,
                wrap.around(Frame::Ip(ip.clone())).ethernet(),
            )
        }));
    }
    for link in Link::ALL {
        frames.extend(sample().map(|ip| link.capture(Frame::Ip(ip.clone()))));
    }
    frames.extend(sample().map(|ip| (LinkType::DLT_RAW, ip.clone())));
    let pieces = sample().flat_map(|ip| fragments(ip, 9, 64));
    frames.extend(pieces.map(|ip| (LinkType::ETHERNET, Frame::Ip(ip).ethernet())));
    let (mut followed, mut filtered) = (0, 0);
    for (link, frame) in frames {
        let Some(program) = program_of(link, &interest) else {
            continue;
        };
        filtered += 1;
        let decoded = decode(link, &frame, frame.len() as u32, &interest);
        if matches!(
            decoded,
            Decoded::Tcp(_) | Decoded::Udp(_) | Decoded::Fragment(_)
        ) {
            followed += 1;
            assert!(program.filter(&frame), "{link:?} {decoded:?} {frame:02x?}");
        }
    }
    assert!(
        followed > 5000 && filtered > followed,
        "{followed} of {filtered}"
    );
}

/// Programs are compiled once for each link.
fn program_of(link: LinkType, interest: &Interest) -> Option<&'static BpfProgram> {
    use std::cell::RefCell;
    use std::collections::HashMap;
    thread_local! {
        static PROGRAMS: RefCell<HashMap<LinkType, Option<&'static BpfProgram>>> = RefCell::default();
    }
    PROGRAMS.with_borrow_mut(|programs| {
        *programs.entry(link).or_insert_with(|| {
            program(link, interest).map(|program| &*Box::leak(Box::new(program)))
        })
    })
}

#[test]
fn what_certainly_does_not_matter_stays_in_the_kernel() {
    // The captures are all about mail: with other ports watched, none of it matters.
    let nothing = Interest::new([7].into_iter().collect(), PortSet::none());
    let program = program(LinkType::ETHERNET, &nothing).unwrap();
    let frames = captured();
    let frames = frames
        .iter()
        .filter(|(link, _)| *link == LinkType::ETHERNET);
    let mut dropped = 0;
    for (link, frame) in frames {
        let kept = program.filter(frame);
        assert_eq!(
            kept,
            may_matter(*link, frame, &nothing) || is_tunnel(frame),
            "{frame:02x?}"
        );
        dropped += u32::from(!kept);
    }
    assert!(dropped > 3000, "{dropped}");
}

/// GRE, or UDP to the port of VXLAN, in plain IPv4: the kernel does not look into it.
fn is_tunnel(frame: &[u8]) -> bool {
    let (kind, protocol, port) = (&frame[12..14], frame[23], &frame[36..38]);
    kind == [8, 0] && (protocol == 47 || (protocol == 17 && port == 4789_u16.to_be_bytes()))
}

#[test]
fn a_tag_or_two_do_not_hide_a_port() {
    let program = program(LinkType::ETHERNET, &interest()).unwrap();
    let frame = |tags: &[u8], port: u8| {
        let mut frame = [&[2; 12], tags, &[8, 0, 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6]].concat();
        frame.extend([0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0xc0, 0, 0, port]);
        frame.extend([0; 16]);
        frame
    };
    let tags: [&[u8]; 4] = [
        &[],
        &[0x81, 0, 0, 9],
        &[0x88, 0xa8, 0, 9, 0x81, 0, 0, 8],
        &[0x81, 0, 0, 9, 0x81, 0, 0, 8],
    ];
    for tags in tags {
        assert!(program.filter(&frame(tags, 25)), "{tags:?}");
        assert!(!program.filter(&frame(tags, 26)), "{tags:?}");
    }
}

#[test]
fn as_many_ports_as_anybody_names_fit() {
    // 4096 instructions are the most that the kernel takes (linux/bpf_common.h).
    let ports: PortSet = (0..64).map(|port| port * 3 + 25).collect();
    let program = program(LinkType::ETHERNET, &names::interest(&ports)).unwrap();
    assert!(
        program.get_instructions().len() <= 4096,
        "{}",
        program.get_instructions().len()
    );
}
