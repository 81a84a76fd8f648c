//! Who sent how much in turn, by sequence numbers alone: what is left to see of a conversation that is encrypted.
//!
//! A burst is what one side sends without the other sending in between. Segments are not read for it, and bytes that the
//! capture lost are counted as long as a later segment of the same side shows that they were sent.

use super::Way;

/// Bursts kept per connection. A handshake takes up to six, and a message sent command by command sixteen more.
pub const MAX_BURSTS: usize = 48;

/// Bytes that one side sent in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Which side.
    pub way: Way,
    /// Sequence number of its first byte.
    pub from: u32,
    /// Sequence number behind its last byte.
    pub to: u32,
}

impl Burst {
    /// How many bytes.
    pub const fn bytes(self) -> u32 {
        self.to.wrapping_sub(self.from)
    }
}

/// The first bursts of a connection, from some point on.
#[derive(Debug, Default)]
pub struct Bursts {
    list: Vec<Burst>,
    /// There were more than are kept.
    cut: bool,
}

impl Bursts {
    /// `way` sent `from..to`, all of it new.
    #[inline]
    pub fn note(&mut self, way: Way, from: u32, to: u32) {
        let room = self.list.len() < MAX_BURSTS;
        match self.list.last_mut() {
            _ if self.cut => {}
            Some(last) if last.way == way => last.to = to,
            _ if room => self.list.push(Burst { way, from, to }),
            _ => self.cut = true,
        }
    }

    /// Whether there were more than are kept.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Behind what the other side had sent before the burst of `way` that reaches `end`.
    pub fn other_before(&self, way: Way, end: u32) -> Option<u32> {
        let at = self
            .list
            .iter()
            .position(|burst| burst.way == way && !is_before(burst.to, end))?;
        let before = self.list.get(..at).unwrap_or_default();
        let other = before.iter().rev().find(|burst| burst.way != way)?;
        Some(other.to)
    }

    /// What was sent behind `ends` (by [`Way::index`]), in order.
    pub fn behind(&self, ends: [u32; 2]) -> Vec<Burst> {
        let mut behind: Vec<Burst> = Vec::new();
        for burst in &self.list {
            let end = ends[burst.way.index()];
            if !is_before(end, burst.to) {
                continue;
            }
            let from = if is_before(burst.from, end) {
                end
            } else {
                burst.from
            };
            match behind.last_mut() {
                Some(last) if last.way == burst.way => last.to = burst.to,
                _ => behind.push(Burst { from, ..*burst }),
            }
        }
        behind
    }
}

/// Whether `a` comes before `b` (RFC 9293 section 3.4: sequence numbers wrap around).
const fn is_before(a: u32, b: u32) -> bool {
    let ahead = b.wrapping_sub(a);
    ahead != 0 && ahead < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Client and server in turn, across the wrap of the client's numbers.
    fn sample() -> Bursts {
        let mut bursts = Bursts::default();
        bursts.note(Way::Down, 1000, 1700);
        bursts.note(Way::Up, u32::MAX - 49, 50);
        bursts.note(Way::Up, 50, 80);
        bursts.note(Way::Down, 1700, 1900);
        bursts.note(Way::Up, 80, 100);
        bursts
    }

    #[test]
    fn what_one_side_sends_in_a_row_is_one_burst() {
        let all = sample().behind([u32::MAX - 49, 1000]);
        let bytes: Vec<_> = all.iter().map(|burst| (burst.way, burst.bytes())).collect();
        let expected = [
            (Way::Down, 700),
            (Way::Up, 130),
            (Way::Down, 200),
            (Way::Up, 20),
        ];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn what_lies_before_the_end_of_the_handshake_is_left_out() {
        let ends = [10, 1700];
        let bytes: Vec<_> = sample().behind(ends).iter().map(|b| b.bytes()).collect();
        assert_eq!(bytes, [70, 200, 20]);
        assert_eq!(sample().other_before(Way::Up, 10), Some(1700));
        assert_eq!(sample().other_before(Way::Up, 90), Some(1900));
        assert_eq!(sample().other_before(Way::Up, 101), None);
    }

    #[test]
    fn no_more_than_the_bound_is_kept() {
        let mut bursts = Bursts::default();
        for turn in 0..MAX_BURSTS as u32 + 2 {
            let way = if turn % 2 == 0 { Way::Up } else { Way::Down };
            bursts.note(way, turn, turn + 1);
        }
        assert!(bursts.is_cut());
        assert_eq!(bursts.list.len(), MAX_BURSTS);
    }
}
