//! In the steady state no packet costs an allocation: not one that is glanced over, not one of a session that is settled.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::hint::black_box;
use std::sync::Arc;

use common::conversation::{Conversation, From, WRAPPING, recorded};
use common::table::{self, Count};
use common::{Packet, pcaps};
use tlstally::flow::{Limits, Table};
use tlstally::packet::{Interest, LinkType, PortSet, may_matter};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Segments of the message that is sent after the handshake.
const MESSAGE: usize = 4000;

/// A recorded session with a long message behind its handshake.
fn with_message() -> Conversation {
    let mut conversations = recorded(&pcaps().join("openssl-s_client.pcap")).into_iter();
    let mut conversation = conversations
        .find(|one| [25, 465, 587].contains(&one.server.1))
        .unwrap();
    let record = [&[23, 3, 3, 2, 0][..], &[7; 512]].concat();
    conversation
        .turns
        .push((From::Client, record.repeat(MESSAGE)));
    conversation
}

fn allocations(work: impl FnOnce()) -> u64 {
    let before = dhat::HeapStats::get().total_blocks;
    work();
    dhat::HeapStats::get().total_blocks - before
}

/// No connection is over here.
fn take(table: &mut Table<Count>, interest: &Interest, packet: &Packet) {
    table::take(table, interest, packet, (packet.time, 0), &mut Count(0));
}

#[test]
fn no_packet_of_the_steady_state_allocates() {
    let _counting = dhat::Profiler::builder().testing().build();
    let watched: PortSet = [25, 465, 587].into_iter().collect();
    let interest = Interest::new(watched.clone(), PortSet::none());
    let other = Interest::new([9].into_iter().collect(), PortSet::none());
    let conversation = with_message();
    let packets = conversation.packets(WRAPPING, &conversation.segments(517));
    let glanced = allocations(|| {
        for packet in &packets {
            assert!(!black_box(may_matter(
                LinkType::ETHERNET,
                &packet.bytes,
                &other
            )));
        }
    });
    assert_eq!(glanced, 0, "at packets that are glanced over");
    let mut table = Table::new(Arc::new(watched), Limits::default());
    let (handshake, message) = packets.split_at(packets.len() - MESSAGE);
    let opening = allocations(|| {
        for packet in handshake {
            take(&mut table, &interest, packet);
        }
    });
    assert!(opening > 0, "the count must be able to see allocations");
    // Both FINs stand behind the message.
    let message = &message[..MESSAGE - 2];
    let settled = allocations(|| {
        for packet in message {
            take(&mut table, &interest, packet);
        }
    });
    assert_eq!(settled, 0, "at packets of a settled session");
}
