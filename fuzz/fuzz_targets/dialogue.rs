//! Both directions of a conversation: any cut into segments tells the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::piece::Piece;
use tlstally::session::Side;
use tlstally::smtp::Dialogue;
use tlstally::time::Timestamp;
use tlstally_fuzz::{Input, pieces};

/// What the dialogue knows, in words: all of it but what depends on how far apart segments came.
fn told(dialogue: &Dialogue) -> String {
    let client = dialogue
        .client
        .as_ref()
        .map(|side| (&side.facts, side.tls.at()));
    let server = dialogue
        .server
        .as_ref()
        .map(|side| (&side.facts, side.tls.at()));
    let joint = (&dialogue.joint.starttls, dialogue.joint.hello_answered);
    format!("{client:?} {server:?} {joint:?}")
}

fn read<'a>(turns: &[(Side, &'a [u8])], cut: impl Fn(&'a [u8]) -> Vec<&'a [u8]>) -> String {
    let mut dialogue = Dialogue::default();
    for (side, bytes) in turns {
        for piece in cut(bytes) {
            dialogue.push(*side, &Piece::Bytes(piece, Timestamp(0)), true);
        }
    }
    dialogue.finish();
    told(&dialogue)
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let length = input.u8() as usize % 16;
    let cuts = input.slice(length);
    let sides = [Side::Server, Side::Client];
    let turns: Vec<_> = input
        .slices()
        .filter(|bytes| !bytes.is_empty())
        .enumerate()
        .map(|(n, bytes)| (sides[n % 2], bytes))
        .collect();
    let whole = read(&turns, |bytes| vec![bytes]);
    let cut = read(&turns, |bytes| pieces(bytes, cuts).collect());
    assert_eq!(whole, cut);
});
