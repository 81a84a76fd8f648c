//! One direction of TLS: any cut gives the same facts, holes give no other hello, memory has a bound.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::time::Timestamp;
use tlstally::tls::stream::MAX_MESSAGE;
use tlstally::tls::{Facts, Role, Stream, probe};
use tlstally_fuzz::{Input, pieces};

fn read<'a>(role: Role, parts: impl Iterator<Item = &'a [u8]>) -> Box<Facts> {
    let mut stream = Stream::new(role);
    for part in parts {
        stream.push(part, Timestamp(0));
        assert!(stream.held() <= 4 * MAX_MESSAGE);
    }
    stream.into_facts()
}

fn with_holes(role: Role, bytes: &[u8], cuts: &[u8]) -> Box<Facts> {
    let mut stream = Stream::new(role);
    for (number, part) in pieces(bytes, cuts).enumerate() {
        let chosen = cuts
            .get(number % cuts.len().max(1))
            .copied()
            .unwrap_or_default();
        match chosen >> 6 {
            1 => stream.gap_of(part.len() as u64),
            2 => stream.gap(),
            _ => {
                stream.push(part, Timestamp(0));
            }
        }
    }
    stream.into_facts()
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let role = if input.u8() & 1 == 0 {
        Role::Client
    } else {
        Role::Server
    };
    let length = input.u8() as usize % 32;
    let cuts = input.slice(length);
    let bytes = input.0;
    let _ = probe(bytes, role);
    let whole = read(role, std::iter::once(bytes));
    assert_eq!(whole, read(role, pieces(bytes, cuts)));
    let _ = with_holes(role, bytes, cuts);
});
