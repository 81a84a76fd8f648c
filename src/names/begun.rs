//! Messages of DNS over TCP (RFC 1035 section 4.2.2) of which the end has not come yet: what was seen of each is held until the
//! next segment in line brings more.
//!
//! Bounded in number and length. Segments are not put in order: one that is not next in line ends the wait.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::IpAddr;

use crate::time::SECOND;

/// Messages that may wait for their end.
const MESSAGES: usize = 256;
/// As long as a segment that was lost may come again, nanoseconds. What waited longer is nothing that a newer one takes away.
const WAIT: u64 = 60 * SECOND;
/// Bytes held of one; answers with addresses have a few hundred.
const LONGEST: usize = 16 * 1024;
/// Bytes of a message's header, and of the length before it.
const HEADER: usize = 2 + 12;

/// One direction of a connection: from, to.
pub(super) type Stream = ((IpAddr, u16), (IpAddr, u16));

/// Messages that have begun.
#[derive(Debug, Default)]
pub(super) struct Begun {
    waiting: VecDeque<Waiting>,
    given_up: u64,
}

#[derive(Debug)]
struct Waiting {
    stream: Stream,
    /// Sequence number of the next byte.
    next: u32,
    bytes: Vec<u8>,
    /// Forward capture time at which the last of them came.
    clock: u64,
}

impl Begun {
    /// `bytes` of a segment at `seq`, behind what was held of the message that they go on with.
    pub(super) fn continued<'a>(
        &mut self,
        stream: Stream,
        seq: u32,
        bytes: &'a [u8],
    ) -> Cow<'a, [u8]> {
        if bytes.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let at = self.waiting.iter().position(|one| one.stream == stream);
        match at.and_then(|at| self.waiting.remove(at)) {
            Some(mut begun) if begun.next == seq => {
                begun.bytes.extend_from_slice(bytes);
                Cow::Owned(begun.bytes)
            }
            _ => Cow::Borrowed(bytes),
        }
    }

    /// Holds the beginning of a message that came at `clock` and goes on at `next`; false if it is none, or too long.
    pub(super) fn hold(&mut self, stream: Stream, next: u32, bytes: &[u8], clock: u64) -> bool {
        if bytes.len() > LONGEST || !may_begin(bytes) {
            return false;
        }
        if self.waiting.len() >= MESSAGES
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.given_up += u64::from(clock.saturating_sub(oldest.clock) <= WAIT);
        }
        let bytes = bytes.to_vec();
        self.waiting.push_back(Waiting {
            stream,
            next,
            bytes,
            clock,
        });
        true
    }

    /// Messages that were let go for newer ones while their end could still come.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
    }
}

/// The next whole message in `bytes`, which then begin behind it.
pub(super) fn next_message<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (message, behind) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    *bytes = behind;
    Some(message)
}

/// Whether a message of one question may begin like this: any segment from the middle of one looks like the start of another
/// otherwise.
fn may_begin(bytes: &[u8]) -> bool {
    const OPCODE: u8 = 0x78;
    match bytes.get(..HEADER) {
        Some([high, low, _, _, flags, _, 0, 1, ..]) => {
            flags & OPCODE == 0 && u16::from_be_bytes([*high, *low]) as usize + 2 > HEADER
        }
        Some(_) => false,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_is_counted_if_it_could_go_on() {
        let stream = |port| (([10, 0, 0, 1].into(), port), ([10, 0, 0, 2].into(), 53));
        let mut begun = Begun::default();
        for port in 0..=MESSAGES as u16 {
            assert!(begun.hold(stream(port), 7, b"\0", 0));
        }
        assert_eq!(begun.given_up(), 1);
        assert!(begun.hold(stream(1_000), 7, b"\0", WAIT + 1));
        assert_eq!(begun.given_up(), 1);
        assert_eq!(*begun.continued(stream(0), 7, b"x"), *b"x");
        assert_eq!(*begun.continued(stream(1_000), 7, b"x"), *b"\0x");
    }
}
