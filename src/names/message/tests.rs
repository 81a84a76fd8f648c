use proptest::prelude::*;

use super::*;

/// The figure of RFC 1035 section 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
fn example() -> Vec<u8> {
    let mut bytes = vec![0; 93];
    bytes[20..32].copy_from_slice(b"\x01F\x03ISI\x04ARPA\x00");
    bytes[40..46].copy_from_slice(b"\x03FOO\xc0\x14");
    bytes[64..66].copy_from_slice(b"\xc0\x1a");
    bytes
}

fn name_at(bytes: &[u8], at: usize) -> Result<Option<String>, Wrong> {
    let mut reader = Reader::new(bytes);
    reader.skip(at)?;
    name(bytes, &mut reader)
}

#[test]
fn the_figure_of_the_rfc() {
    let bytes = example();
    for (at, text) in [
        (20, "f.isi.arpa"),
        (40, "foo.f.isi.arpa"),
        (64, "arpa"),
        (92, ""),
    ] {
        assert_eq!(name_at(&bytes, at), Ok(Some(text.to_owned())), "at {at}");
    }
}

#[test]
fn pointers_go_back_or_nowhere() {
    assert_eq!(name_at(b"\xc0\x00", 0), Err(Wrong::Pointer(0)));
    assert_eq!(name_at(b"\xc0\x02\xc0\x00", 0), Err(Wrong::Pointer(0)));
    assert_eq!(name_at(b"\x01a\xc0\x00\xc0\x02", 4), Err(Wrong::Pointer(0)));
    assert!(matches!(name_at(b"\x40aaa", 0), Err(Wrong::Label(0))));
    assert!(matches!(name_at(b"\x05ab", 0), Err(Wrong::Short(_))));
}

/// RFC 1035 section 4.1.4: a pointer may lead to another. Nobody writes more than a few in a row (Go's resolver follows ten).
#[test]
fn pointers_lead_on_sixteen_times_at_most() {
    let chain = |jumps: usize| {
        let mut bytes = b"\x01a\x00".to_vec();
        let mut target = 0;
        for _ in 0..jumps {
            let at = bytes.len();
            bytes.extend([0xc0, target as u8]);
            target = at;
        }
        name_at(&bytes, target)
    };
    assert_eq!(chain(1), Ok(Some("a".to_owned())));
    assert_eq!(chain(16), Ok(Some("a".to_owned())));
    for more in [17, 100] {
        assert!(chain(more).is_err(), "{more}");
    }
}

/// What lies behind as many questions and records as any message holds is not looked at.
#[test]
fn records_end_where_no_more_are_read() {
    let records = |count: u16, behind: &[u8]| {
        let mut bytes = b"\x12\x34\x81\x80\x00\x01".to_vec();
        bytes.extend(count.to_be_bytes());
        bytes.extend(b"\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01");
        let record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x01";
        bytes.extend(record.repeat(511));
        bytes.extend(behind);
        Message::read(&bytes, true).map(|message| message.answers.len())
    };
    assert_eq!(records(511, b""), Ok(511));
    assert_eq!(records(u16::MAX, b"\x40"), Ok(511));
}

/// RFC 1035 section 2.3.4: labels 63 octets or less, names 255 or less.
#[test]
fn the_longest_name() {
    let label = |length: u8| [vec![length], vec![b'a'; length as usize]].concat();
    let of = |last: u8| [label(63), label(63), label(63), label(last), vec![0]].concat();
    let longest = of(61);
    assert_eq!(longest.len(), 255);
    assert_eq!(name_at(&longest, 0).unwrap().unwrap().len(), 253);
    assert!(matches!(name_at(&of(62), 0), Err(Wrong::LongName(_))));
}

#[test]
fn labels_that_are_no_text_give_no_name() {
    for label in [
        &b"\x01.\x00"[..],
        b"\x02a \x00",
        b"\x01\xff\x00",
        b"\x01\x1b\x00",
    ] {
        assert_eq!(name_at(label, 0), Ok(None), "{label:?}");
    }
}

/// One question, one answer, an OPT record (RFC 6891) behind them.
fn response() -> Vec<u8> {
    let mut bytes = b"\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x01".to_vec();
    bytes.extend(b"\x04smtp\x09office365\x03com\x00\x00\x01\x00\x01");
    bytes.extend(b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x0a\x00\x04\x28\x63\x96\x22");
    bytes.extend(b"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00");
    bytes
}

#[test]
fn reads_sections_and_passes_over_other_classes() {
    let bytes = response();
    let message = Message::read(&bytes, true).unwrap();
    assert_eq!(
        (message.id, message.opcode(), message.rcode()),
        (0x1234, 0, 0)
    );
    assert!(message.is_response() && !message.is_truncated());
    assert_eq!(
        message.questions[0].name.as_deref(),
        Some("smtp.office365.com")
    );
    let [answer] = message.answers.as_slice() else {
        panic!("{message:?}")
    };
    assert_eq!(answer.lifetime, 10);
    assert_eq!(answer.data, Data::Address("40.99.150.34".parse().unwrap()));
    // OPT carries a size where the class would be.
    assert!(message.additional.is_empty());
}

#[test]
fn what_the_capture_cut_is_not_wrong() {
    let bytes = response();
    let opt = bytes.len() - 11;
    let cut = Message::read(&bytes[..opt], false).unwrap();
    assert_eq!(cut.answers.len(), 1);
    assert!(matches!(
        Message::read(&bytes[..opt], true),
        Err(Wrong::Short(_))
    ));
    let none = Message::read(&bytes[..opt - 1], false).unwrap();
    assert!(none.answers.is_empty());
}

#[test]
fn an_address_of_another_length_is_wrong() {
    let mut bytes = response();
    let length = bytes.len() - 11 - 5;
    bytes[length] = 3;
    bytes.remove(length + 1);
    assert!(matches!(Message::read(&bytes, true), Err(Wrong::Data(_))));
}

proptest! {
    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..600), whole: bool) {
        let _ = Message::read(&bytes, whole);
    }

    /// Damage in a sound message: never a panic, and names stay within their bound.
    #[test]
    fn any_damage_ends(at in 0_usize..60, value: u8, whole: bool) {
        let mut bytes = response();
        bytes[at] = value;
        if let Ok(message) = Message::read(&bytes, whole) {
            for question in message.questions {
                prop_assert!(question.name.is_none_or(|name| name.len() <= 255 * 2));
            }
        }
    }
}
