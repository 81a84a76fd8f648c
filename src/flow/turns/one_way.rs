//! What is noted of one direction: which bytes of it were seen, what its sender had received by then, and how far the
//! other end has acknowledged it.

use std::mem;

use super::MAX_STEPS;
use super::parts::{Parts, replace};
use crate::flow::seq::{ahead, has_reached, is_before};

/// One direction, in one cache line: a million of them are open at once.
#[derive(Debug, Default)]
pub(super) struct OneWay {
    parts: Parts,
    /// By rising sequence number and rising acknowledgement: bytes before the former were sent with at most this
    /// acknowledgement.
    steps: Vec<Step>,
    fin: Step,
    start: u32,
    limit: u32,
    acknowledged: u32,
    known: Known,
}

const _: () = assert!(size_of::<OneWay>() == 64);

/// Which numbers of a [`OneWay`] are known: an `Option` for each would take as much again.
#[derive(Clone, Copy, Debug, Default)]
struct Known(u8);

/// Everything before `seq` was sent when its sender had received the other direction up to `received` at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) seq: u32,
    pub(super) received: u32,
}

impl OneWay {
    /// The same of another connection, with the memory of this one.
    pub(super) fn begin_anew(&mut self) {
        let mut steps = mem::take(&mut self.steps);
        steps.clear();
        *self = Self {
            steps,
            ..Self::default()
        };
    }

    /// Lets go of memory that is kept for further steps.
    pub(super) fn shrink(&mut self) {
        self.steps.shrink_to_fit();
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    const fn start(&self) -> Option<u32> {
        self.known.only(Known::START, self.start)
    }

    pub(super) const fn limit(&self) -> Option<u32> {
        self.known.only(Known::LIMIT, self.limit)
    }

    pub(super) const fn acknowledged(&self) -> Option<u32> {
        self.known.only(Known::ACKNOWLEDGED, self.acknowledged)
    }

    pub(super) const fn fin(&self) -> Option<Step> {
        self.known.only(Known::FIN, self.fin)
    }

    /// `from..to` was sent.
    #[inline]
    pub(super) fn note_part(&mut self, from: u32, to: u32) {
        match self.parts.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            None if !self.known.has(Known::START) => self.parts = Parts::Few(Some((from, to))),
            _ => self.note_part_apart(from, to),
        }
        let parts = self.parts.all();
        if let (Some(first), Some(last)) = (parts.first(), parts.last())
            && !has_reached(last.1, first.0)
        {
            self.known.add(Known::LOST);
        }
    }

    fn note_part_apart(&mut self, mut from: u32, to: u32) {
        if let Some(start) = self.start()
            && is_before(from, start)
        {
            if !is_before(start, to) {
                return;
            }
            from = start;
        }
        if !self.parts.add(from, to) {
            self.known.add(Known::LOST);
        }
    }

    /// A FIN; the first one counts.
    pub(super) fn note_fin(&mut self, fin: Step) {
        if self.fin().is_none() {
            self.fin = fin;
            self.known.add(Known::FIN);
        }
    }

    /// The other end has received it up to here.
    #[inline]
    pub(super) fn note_acknowledged(&mut self, to: u32) {
        match self.acknowledged() {
            Some(before) if !is_before(before, to) => {}
            _ => {
                self.acknowledged = to;
                self.known.add(Known::ACKNOWLEDGED);
            }
        }
    }

    /// What was sent up to `step.seq` was sent with this acknowledgement at most.
    #[inline]
    pub(super) fn note_step(&mut self, step: Step) {
        let room = self.steps.len() < MAX_STEPS;
        match self.steps.last_mut() {
            _ if self.known.has(Known::LIMIT) => self.note_step_within(step),
            Some(last) if is_before(last.seq, step.seq) && last.received == step.received => {
                last.seq = step.seq;
            }
            Some(last)
                if is_before(last.seq, step.seq)
                    && is_before(last.received, step.received)
                    && room =>
            {
                self.make_room();
                self.steps.push(step);
            }
            _ => self.note_step_within(step),
        }
    }

    /// Steps come one by one and are few: most directions have no more than four.
    fn make_room(&mut self) {
        if self.steps.len() == self.steps.capacity() {
            self.steps.reserve_exact(2);
        }
    }

    fn note_step_within(&mut self, mut step: Step) {
        if self
            .start()
            .is_some_and(|start| !is_before(start, step.seq))
        {
            return;
        }
        if let Some(limit) = self.limit()
            && is_before(limit, step.seq)
        {
            step.seq = limit;
        }
        let at = self
            .steps
            .partition_point(|other| is_before(other.seq, step.seq));
        let told = |other: &Step| !is_before(step.received, other.received);
        if self.steps.get(at).is_some_and(told) {
            return;
        }
        // What lies before it cannot have known more, nor what ends where it ends.
        let same = self
            .steps
            .get(at)
            .is_some_and(|other| other.seq == step.seq);
        let from = self
            .steps
            .partition_point(|other| is_before(other.received, step.received))
            .min(at);
        self.make_room();
        replace(&mut self.steps, from..at + usize::from(same), step);
        if self.steps.len() > MAX_STEPS {
            self.steps.pop();
            self.limit = self.steps.last().map_or(0, |last| last.seq);
            self.known.add(Known::LIMIT);
        }
    }

    pub(super) fn forget_before(&mut self, seq: u32) {
        self.start = seq;
        self.known.add(Known::START);
        self.steps.retain(|step| is_before(seq, step.seq));
        self.parts.forget_before(seq);
    }

    /// What its sender had received when it sent the byte at `seq`.
    pub(super) fn received_at(&self, seq: u32) -> Option<u32> {
        let step = self.steps.iter().find(|step| is_before(seq, step.seq));
        step.map(|step| step.received)
    }

    pub(super) fn holds(&self, seq: u32) -> bool {
        let reaches = |part: &&(u32, u32)| !is_before(seq, part.0) && is_before(seq, part.1);
        self.parts.all().iter().any(|part| reaches(&part))
    }

    /// Where the first of its bytes that were seen stands.
    pub(super) fn begins(&self) -> Option<u32> {
        self.parts.all().first().map(|part| part.0)
    }

    /// Behind the last byte that was seen.
    pub(super) fn end(&self) -> Option<u32> {
        self.parts.all().last().map(|part| part.1)
    }

    pub(super) fn is_whole(&self) -> bool {
        if self.known.has(Known::LOST) {
            return false;
        }
        let parts = self.parts.all();
        let (Some(first), Some(end)) = (parts.first(), self.end()) else {
            return !self.known.has(Known::FIN | Known::ACKNOWLEDGED);
        };
        if let Some(limit) = self.limit() {
            return !is_before(first.1, limit);
        }
        let fin = self.fin().map_or(end, |fin| fin.seq);
        let last = fin.wrapping_add(u32::from(self.known.has(Known::FIN)));
        let known = self
            .acknowledged()
            .is_none_or(|acknowledged| !is_before(last, acknowledged));
        parts.len() == 1 && fin == end && known
    }

    /// Bytes behind `seq`: up to the FIN, else as far as was seen. `None` if more was acknowledged than was seen: the
    /// last number may be a byte's or a FIN's.
    pub(super) fn sent_behind(&self, seq: u32) -> Option<u64> {
        if self.known.has(Known::LOST) {
            return None;
        }
        let seen = self.end().unwrap_or(seq);
        let end = match (self.fin(), self.acknowledged()) {
            (Some(fin), _) => fin.seq,
            (None, Some(acknowledged)) if is_before(seen, acknowledged) => return None,
            (None, _) => seen,
        };
        ahead(seq, end).map(u64::from)
    }

    /// How far the other end can acknowledge it once everything before `at` was sent: a FIN has a number of its own.
    pub(super) fn receivable(&self, at: u32) -> u32 {
        let closed = self.fin().is_some_and(|fin| fin.seq == at);
        at.wrapping_add(u32::from(closed))
    }

    /// How far its sender, having sent everything before `at`, was free to send when it had received the other way up
    /// to `received`.
    pub(super) fn free_to_send(&self, at: u32, received: u32) -> u32 {
        let ahead = self.steps.iter().filter(|step| is_before(at, step.seq));
        let free = ahead.take_while(|step| !is_before(received, step.received));
        free.last().map_or(at, |step| step.seq)
    }
}

impl Known {
    /// Nothing before `start` is of interest.
    const START: u8 = 1;
    /// Steps behind `limit` were given up.
    const LIMIT: u8 = 2;
    /// How far the other end has acknowledged it.
    const ACKNOWLEDGED: u8 = 4;
    /// Sequence number of the FIN, and what its sender had received.
    const FIN: u8 = 8;
    /// There were more parts than are kept, or more bytes than can be compared by number.
    const LOST: u8 = 16;

    const fn has(self, what: u8) -> bool {
        self.0 & what != 0
    }

    /// `value`, if `what` it stands for is known.
    const fn only<T: Copy>(self, what: u8, value: T) -> Option<T> {
        if self.has(what) { Some(value) } else { None }
    }

    const fn add(&mut self, what: u8) {
        self.0 |= what;
    }
}
