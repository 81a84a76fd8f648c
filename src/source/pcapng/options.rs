//! The option lists of pcapng blocks, draft-ietf-opsawg-pcapng section 3.5: code, length, value padded to four bytes.

use super::codes::option;
use crate::source::order::{Order, array};

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) code: u16,
    pub(super) value: &'a [u8],
}

/// Walks a list up to its end mark, the end of the block, or the first option that does not fit.
#[derive(Clone, Debug)]
pub(super) struct Options<'a> {
    bytes: &'a [u8],
    order: Order,
}

impl<'a> Options<'a> {
    pub(super) fn new(bytes: &'a [u8], order: Order) -> Self {
        Self { bytes, order }
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let [a, b, c, d] = array(self.bytes, 0)?;
        let code = self.order.u16([a, b]);
        let length = self.order.u16([c, d]) as usize;
        if code == option::END {
            return None;
        }
        let value = self.bytes.get(4..4 + length)?;
        let next = 4 + length.next_multiple_of(4);
        self.bytes = self.bytes.get(next..).unwrap_or_default();
        Some(Value { code, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_where_an_option_does_not_fit() {
        let bytes = [2, 0, 1, 0, b'a', 0, 0, 0, 9, 0, 200, 0, 1];
        let found: Vec<_> = Options::new(&bytes, Order::Little).collect();
        assert_eq!(
            found,
            [Value {
                code: 2,
                value: b"a"
            }]
        );
    }

    #[test]
    fn stops_at_the_end_mark() {
        let bytes = [0, 0, 0, 0, 0, 2, 0, 0];
        assert_eq!(Options::new(&bytes, Order::Big).count(), 0);
    }
}
