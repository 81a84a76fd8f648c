//! How much of a payload may be kept: what both ends say, followed just far enough to tell the handshake from what
//! comes after it.

use crate::flow::Segment;
use crate::tls::record::{self, CHANGE_CIPHER_SPEC, HANDSHAKE};

/// Lines of a client that lead to TLS; of any other line, and of all after it, nothing is kept.
const LEADING: [&[u8]; 4] = [b"EHLO", b"HELO", b"STARTTLS", b"X-ANONYMOUSTLS"];

/// Both ends of a connection.
#[derive(Debug, Default)]
pub(super) struct Speech {
    ends: [End; 2],
    /// Somebody said in clear what does not lead to TLS.
    strayed: bool,
}

#[derive(Debug, Default)]
struct End {
    stage: Stage,
    /// The sequence number of what comes next; unknown before a SYN was seen.
    next: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    /// Lines of SMTP.
    #[default]
    Lines,
    /// Inside TLS: bytes of a record header that are there, and bytes left of the record behind it.
    Records {
        header: [u8; record::HEADER],
        held: usize,
        left: usize,
    },
    /// Nothing more is kept.
    Over,
}

const RECORDS: Stage = Stage::Records {
    header: [0; record::HEADER],
    held: 0,
    left: 0,
};

impl Speech {
    /// Bytes of the payload, from its start, that may be kept.
    pub(super) fn allowed(&mut self, segment: &Segment, payload: &[u8]) -> usize {
        let Some(end) = self.ends.get_mut(segment.way.index()) else {
            return 0;
        };
        if segment.has(Segment::SYN) {
            end.next = Some(segment.seq.wrapping_add(1));
            return 0;
        }
        if segment.length == 0 {
            return 0;
        }
        if end.next != Some(segment.seq) {
            // A copy of what was there changes nothing; anything else leaves a hole, behind which nothing is certain.
            let ahead = end
                .next
                .map(|next| segment.seq.wrapping_sub(next).cast_signed());
            if ahead.is_none_or(|ahead| ahead > 0) {
                end.stage = Stage::Over;
            }
            return 0;
        }
        end.next = Some(segment.seq.wrapping_add(segment.length));
        let whole = payload.len() as u32 == segment.length;
        let allowed = end.stage.allowed(payload, &mut self.strayed);
        if !whole {
            end.stage = Stage::Over;
        }
        allowed
    }
}

impl Stage {
    fn allowed(&mut self, payload: &[u8], strayed: &mut bool) -> usize {
        match self {
            Self::Over => 0,
            Self::Lines => self.lines(payload, strayed),
            Self::Records { .. } => self.records(payload),
        }
    }

    fn lines(&mut self, payload: &[u8], strayed: &mut bool) -> usize {
        match payload {
            [kind, 3, ..] if leads_on(*kind) => {
                *self = RECORDS;
                return self.records(payload);
            }
            // A hello in the form of SSL 2.0 (RFC 5246 appendix E.2), whole in its segment; records follow.
            [high @ 0x80..=0xff, low, 1, ..] => {
                let length = 2 + usize::from(u16::from_be_bytes([high & 0x7f, *low]));
                *self = if length == payload.len() {
                    RECORDS
                } else {
                    Self::Over
                };
                return length.min(payload.len());
            }
            _ => {}
        }
        *strayed |= !leads_to_tls(payload);
        if *strayed {
            *self = Self::Over;
            return 0;
        }
        payload.len()
    }

    fn records(&mut self, payload: &[u8]) -> usize {
        let Self::Records { header, held, left } = self else {
            return 0;
        };
        for (at, byte) in payload.iter().enumerate() {
            if *left > 0 {
                *left -= 1;
                continue;
            }
            if let Some(place) = header.get_mut(*held) {
                *place = *byte;
            }
            *held += 1;
            if *held == 1 && !leads_on(*byte) {
                *self = Self::Over;
                return at;
            }
            if *held == record::HEADER {
                *held = 0;
                *left = usize::from(u16::from_be_bytes([header[3], header[4]]));
                if *left > usize::from(record::MAX_BODY) {
                    *self = Self::Over;
                    return at;
                }
            }
        }
        payload.len()
    }
}

/// Whether records of this type are of a handshake or may come before its end: not application data.
const fn leads_on(kind: u8) -> bool {
    matches!(kind, CHANGE_CIPHER_SPEC..=HANDSHAKE)
}

/// Whole lines, each of which is a reply to, or one of, the commands that lead to TLS.
fn leads_to_tls(payload: &[u8]) -> bool {
    let Some(lines) = payload.strip_suffix(b"\n") else {
        return false;
    };
    lines
        .split(|byte| *byte == b'\n')
        .all(|line| is_reply(line) || is_leading(line))
}

/// A code of three digits that asks for nothing (RFC 5321 section 4.2), and text.
fn is_reply(line: &[u8]) -> bool {
    matches!(
        line,
        [
            b'2' | b'4' | b'5',
            b'0'..=b'9',
            b'0'..=b'9',
            b' ' | b'-' | b'\r',
            ..
        ]
    )
}

fn is_leading(line: &[u8]) -> bool {
    let word = line.split(u8::is_ascii_whitespace).next();
    word.is_some_and(|word| {
        LEADING
            .iter()
            .any(|leading| word.eq_ignore_ascii_case(leading))
    })
}
