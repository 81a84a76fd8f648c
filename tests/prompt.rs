//! Sessions of an interface are told soon after they end, and are the same as those of a file of the same packets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::conversation::{
    ACK, Conversation, From, RST, SYN, Segment, WRAPPING, ethernet, packet, recorded,
};
use common::table::{self, Watched};
use common::{Packet, pcaps};
use tlstally::flow::Limits;
use tlstally::session::{Outcome, Session};
use tlstally::time::SECOND;

/// Longer than what is over is waited for.
const SOON: u64 = SECOND / 2;

fn conversations() -> impl Iterator<Item = Conversation> {
    let files = [
        "openssl-s_client.pcap",
        "implicit-tls-465.pcap",
        "legacy-capped-alert.pcap",
        "starttls-never.pcap",
        "starttls-refused.pcap",
        "no-acceptable-suite.pcap",
    ];
    files
        .into_iter()
        .flat_map(|file| recorded(&pcaps().join(file)))
}

/// As from a file: the sessions of the packets.
fn filed(packets: &[Packet]) -> Vec<Session> {
    let judge = table::judge();
    let mut watched = Watched::new(&judge, Limits::default());
    watched.take(packets);
    watched.end();
    watched.desk.sessions
}

/// As from an interface: the sessions that are told [`SOON`] after the packets, those that are told a minute after, and
/// all. A minute later still come those that are `slow`.
fn watched(packets: &[Packet], slow: &[Packet]) -> ([usize; 2], Vec<Session>) {
    let judge = table::judge();
    let mut watched = Watched::new(&judge, Limits::default().in_order());
    watched.take(packets);
    watched.wait(SOON);
    let soon = watched.desk.sessions.len();
    // Copies that come late are of the same session.
    watched.take(&packets[packets.len() / 2..]);
    watched.wait(61 * SECOND);
    let later = watched.desk.sessions.len();
    watched.take(slow);
    watched.end();
    ([soon, later], watched.desk.sessions)
}

/// Closed, with the last acknowledgement and without; reset; with a packet missing; one direction alone. Where a FIN is
/// missing it takes a minute.
#[test]
fn the_same_and_soon() {
    for conversation in conversations() {
        let segments = conversation.segments(1400);
        let mut acknowledged = segments.clone();
        let last = segments.last().unwrap();
        acknowledged.push(Segment {
            from: From::Client,
            seq: last.ack,
            ack: last.seq + 1,
            flags: ACK,
            payload: Vec::new(),
        });
        let mut reset = segments[..segments.len() - 2].to_vec();
        reset.push(Segment {
            flags: RST | ACK,
            ..segments[segments.len() - 2].clone()
        });
        let by = |from: From| -> Vec<Segment> {
            let all = segments.iter().filter(|segment| segment.from == from);
            all.cloned().collect()
        };
        let without = |whole: &[Segment], lost: usize| {
            let mut some = whole.to_vec();
            some.remove(lost);
            some
        };
        // Behind these are the FIN of the client, that of the server, and the last acknowledgement; or the reset.
        let (fins, end) = (acknowledged.len() - 3, reset.len() - 1);
        let mut soon: Vec<Vec<Segment>> = vec![by(From::Client), by(From::Server)];
        soon.extend((0..fins).map(|lost| without(&acknowledged, lost)));
        soon.extend((0..end).map(|lost| without(&reset, lost)));
        let later = [fins, fins + 1].map(|lost| without(&acknowledged, lost));
        soon.extend([segments, acknowledged, reset]);
        let soon = soon.into_iter().map(|case| (case, [1, 1]));
        let later = later.into_iter().map(|case| (case, [0, 1]));
        for (number, (case, told)) in soon.chain(later).enumerate() {
            let packets = conversation.packets(WRAPPING, &case);
            // An end that may send still may take its time.
            let slow = if told == [0, 1] {
                &packets[packets.len() - 5..]
            } else {
                &[]
            };
            let (seen, sessions) = watched(&packets, slow);
            assert_eq!(sessions, filed(&packets), "case {number}");
            assert_eq!(seen, told, "case {number}");
            assert_eq!(sessions.len(), 1, "case {number}");
        }
    }
}

/// Windows answers a reset of its SYN with the same SYN, up to twice and half a second apart: the service may be there
/// by then. A reset that answers a SYN has the sequence number 0 (RFC 9293 section 3.10.7.1).
#[test]
fn a_connection_that_was_refused_at_first() {
    for (conversation, server_start) in
        conversations().zip([WRAPPING[1], 9, 1 << 30, 3 << 30].into_iter().cycle())
    {
        let starts = [WRAPPING[0], server_start];
        let segments = conversation.segments(1400);
        let syn = segments[0].clone();
        assert_eq!(syn.flags, SYN);
        let refusal = Segment {
            from: From::Server,
            seq: 0_u32.wrapping_sub(server_start),
            ack: 1,
            flags: RST | ACK,
            payload: Vec::new(),
        };
        let again = conversation.packets(starts, &segments);
        let times = 1_500..;
        let again: Vec<_> = (again.into_iter().zip(times))
            .map(|(one, n)| packet(n, one.bytes))
            .collect();
        let mut packets = conversation.packets(starts, &[syn, refusal]);
        packets.extend_from_slice(&again);
        let (_, sessions) = watched(&packets, &[]);
        assert_eq!(sessions, filed(&packets));
        let [session] = &sessions[..] else {
            panic!("{sessions:?}")
        };
        // One tap behind the other: identity, start and what is between the two ends may differ.
        for first in [From::Client, From::Server] {
            let of_first = |packet: &Packet| packet.bytes[..6] == ethernet(first, &[0x45])[..6];
            let (before, behind): (Vec<_>, Vec<_>) = packets.iter().cloned().partition(of_first);
            let [mut apart] = <[Session; 1]>::try_from(filed(&[before, behind].concat())).unwrap();
            apart.id = session.id;
            apart.start = session.start;
            apart.latency = session.latency;
            assert_eq!(apart, *session, "{first:?}");
        }
        // It took longer to connect; all else is as if there had been no refusal.
        let [mut only] = <[Session; 1]>::try_from(filed(&again)).unwrap();
        only.id = session.id;
        only.start = session.start;
        only.latency.connect = session.latency.connect;
        assert_eq!(*session, only);
    }
}

/// A server that says nothing may answer a hello with a reset, and a capture may have that before the SYN-ACK: by its
/// time it is no refusal.
#[test]
fn a_reset_in_front_of_what_came_before_it() {
    let speaks_first =
        |conversation: &Conversation| matches!(conversation.turns.first(), Some((From::Client, _)));
    let conversations: Vec<_> = conversations().filter(speaks_first).collect();
    assert!(!conversations.is_empty());
    for conversation in conversations {
        let segments = conversation.segments(1400);
        let (_, hello) = &conversation.turns[0];
        let mut some = segments[..3].to_vec();
        some.push(Segment {
            payload: hello.clone(),
            ..segments[3].clone()
        });
        some.push(Segment {
            from: From::Server,
            seq: 1,
            ack: segments[3].seq + hello.len() as u32,
            flags: RST | ACK,
            payload: Vec::new(),
        });
        let packets = conversation.packets(WRAPPING, &some);
        let mut other = packets.clone();
        let reset = other.pop().unwrap();
        other.insert(1, reset);
        let [session, same] = [filed(&packets), filed(&other)];
        assert_eq!(session.len(), 1);
        assert_eq!(session, same);
        assert_eq!(session[0].outcome, Outcome::Closed);
    }
}
