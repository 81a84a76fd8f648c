//! What the table may note of packets by itself, and how a connection catches up with that.

use super::Connection;
use super::half::Half;
use crate::flow::Way;
use crate::flow::trace::{Need, Trace};

impl Connection {
    /// What the table may note of further packets by itself.
    pub(in crate::flow) fn trace(&self) -> Trace {
        let closing = self.is_over() || self.tail.is_half_closed() || self.tail.is_in_doubt();
        if self.is_foreign() {
            return Trace {
                last: self.last,
                need: [Need::Opening; 2],
                lasting: self.is_disowned(),
                ..Trace::EMPTY
            };
        }
        let [up, down] = &self.halves;
        let full = self.tail.turns.is_full();
        // An acknowledgement tells of the other direction, as long as that is read.
        let need = |half: &Half, other: &Half| {
            if other.decided {
                half.need(closing, full)
            } else {
                Need::All
            }
        };
        // The first packets of each turn come here and are noted.
        let same_turn = |way: Way, other: &Half| {
            other.highest.is_some() && self.tail.turns.received(way) == other.highest
        };
        Trace {
            last: self.last,
            highest: [
                up.highest.unwrap_or_default(),
                down.highest.unwrap_or_default(),
            ],
            need: [need(up, down), need(down, up)],
            same_turn: [same_turn(Way::Up, down), same_turn(Way::Down, up)],
            lasting: false,
        }
    }

    /// Takes over what the table noted.
    pub(in crate::flow) fn catch_up(&mut self, trace: &Trace) {
        self.last = trace.last;
        if trace.need == [Need::All; 2] {
            return;
        }
        let was = [self.halves[0].highest, self.halves[1].highest];
        for way in [Way::Up, Way::Down] {
            let (Some(from), to) = (was[way.index()], trace.highest[way.index()]) else {
                continue;
            };
            self.halves[way.index()].highest = Some(to);
            if from == to || !matches!(trace.need[way.index()], Need::Turns | Need::Nothing) {
                continue;
            }
            let other = was[way.reversed().index()];
            self.tail.catch_up(way, (from, to), other);
        }
    }
}
