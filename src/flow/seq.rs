//! Arithmetic of TCP sequence numbers (RFC 9293 section 3.4): they wrap around, so that of two numbers that one comes
//! first from which less than half of all numbers lead to the other.

/// A number as far as this from another, or further, is not of the same direction at the same time (RFC 7323: windows
/// end at 2^30).
pub(super) const WINDOW: u32 = 1 << 30;

/// Half of all numbers.
const HALF: u32 = 1 << 31;

/// Whether `one` comes before `other`.
#[inline]
pub(super) const fn is_before(one: u32, other: u32) -> bool {
    let ahead = other.wrapping_sub(one);
    ahead != 0 && ahead < HALF
}

/// Whether `number` is `mark`, or comes behind it.
#[inline]
pub(super) const fn has_reached(number: u32, mark: u32) -> bool {
    number.wrapping_sub(mark) < HALF
}

/// How many numbers lead from `from` to `to`; `None` if that comes before it.
#[inline]
pub(super) const fn ahead(from: u32, to: u32) -> Option<u32> {
    if has_reached(to, from) {
        Some(to.wrapping_sub(from))
    } else {
        None
    }
}

/// The one of two numbers that comes last; `other` if they are half of all numbers apart.
#[inline]
pub(super) const fn later(one: u32, other: u32) -> u32 {
    if other.wrapping_sub(one) > HALF {
        one
    } else {
        other
    }
}

/// Numbers between two, the shorter way around.
pub(super) fn distance(one: u32, other: u32) -> u32 {
    let ahead = one.wrapping_sub(other);
    ahead.min(ahead.wrapping_neg())
}

/// Whether two numbers are less than [`WINDOW`] apart.
#[inline]
pub(super) const fn is_near(one: u32, other: u32) -> bool {
    let ahead = one.wrapping_sub(other);
    ahead < WINDOW || ahead.wrapping_neg() < WINDOW
}

/// Whether two numbers are more `than` so many apart.
#[inline]
pub(super) const fn is_further(than: u32, one: u32, other: u32) -> bool {
    let ahead = one.wrapping_sub(other);
    ahead > than && ahead.wrapping_neg() > than
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9293 section 3.4: sequence numbers are compared modulo 2^32.
    #[test]
    fn numbers_wrap_around() {
        for one in [0, 7, WINDOW, HALF - 1, HALF, u32::MAX] {
            let at = |ahead: u32| one.wrapping_add(ahead);
            for (ahead_by, before, near) in [
                (0, false, true),
                (1, true, true),
                (WINDOW - 1, true, true),
                (WINDOW, true, false),
                (HALF - 1, true, false),
                (HALF, false, false),
                (HALF + 1, false, false),
                (u32::MAX - WINDOW + 2, false, true),
                (u32::MAX, false, true),
            ] {
                let other = at(ahead_by);
                assert_eq!(is_before(one, other), before, "{one} {ahead_by}");
                assert_eq!(is_near(one, other), near, "{one} {ahead_by}");
                let reached = ahead_by < HALF;
                assert_eq!(has_reached(other, one), reached, "{one} {ahead_by}");
                assert_eq!(ahead(one, other), reached.then_some(ahead_by));
                let is_last = reached || ahead_by == HALF;
                assert_eq!(later(one, other), if is_last { other } else { one });
            }
            assert_eq!(distance(one, at(5)), 5);
            assert_eq!(distance(at(5), one), 5);
            assert!(is_further(4, one, at(5)) && is_further(4, at(5), one));
            assert!(!is_further(5, one, at(5)) && !is_further(5, at(5), one));
        }
    }
}
