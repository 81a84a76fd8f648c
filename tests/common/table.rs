//! A table of connections fed with packets, by tests that look at the table alone.

use tlstally::flow::segment::Place;
use tlstally::flow::{Connection, FlowKey, Outlet, Over, Reason, Segment, Table, Tail};
use tlstally::packet::{Decoded, Interest, LinkType, decode};
use tlstally::time::Timestamp;

use super::Packet;

/// Counts the connections that are over, and keeps nothing of them.
pub struct Count(pub u64);

impl Outlet for Count {
    type Record = ();
    type Settled = ();

    fn settle(&mut self, _: &Connection) -> Option<()> {
        None
    }

    fn conclude_settled(&mut self, _: &FlowKey, (): &(), _: &Tail) {}

    fn conclude(&mut self, _: &Connection, _: Reason) {}

    fn deliver(&mut self, _: Over<()>) {
        self.0 += 1;
    }
}

/// Lets the table take in a packet, if it is a TCP segment in Ethernet, at `time` and `clock`, nanoseconds.
pub fn take<O: Outlet>(
    table: &mut Table<O::Record, O::Settled>,
    interest: &Interest,
    packet: &Packet,
    (time, clock): (u64, u64),
    outlet: &mut O,
) {
    let place = Place {
        base: 0,
        origin: 0,
        time: Timestamp(time),
        clock,
    };
    let length = packet.bytes.len() as u32;
    if let Decoded::Tcp(tcp) = decode(LinkType::ETHERNET, &packet.bytes, length, interest) {
        table.segment(&Segment::new(&tcp, place), &packet.bytes, outlet);
    }
}
