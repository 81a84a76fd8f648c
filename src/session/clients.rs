//! Software that a ClientHello is known for: fingerprints that were recorded from real programs (`data/clients.tsv`, made
//! from the captures by `tools/clients.py`).
//!
//! Both JA4 and JA3 must be equal: each alone leaves something out (JA4 the order, JA3 the signature algorithms). A
//! fingerprint shows the TLS library and how it was set up, so the answer names the library, not its release and not
//! the program on top. What was not recorded is unknown; published lists are left out, as most of them were not made
//! with the same reading of the hello.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use hashbrown::HashMap;

/// JA4, JA3, stack, programs; a `#` begins a comment.
const TABLE: &str = include_str!("../../data/clients.tsv");

static KNOWN: LazyLock<HashMap<(&str, &str), &str>> =
    LazyLock::new(|| TABLE.lines().filter_map(entry).collect());

fn entry(line: &'static str) -> Option<((&'static str, &'static str), &'static str)> {
    let mut columns = line.split('\t');
    let (ja4, ja3, stack) = (columns.next()?, columns.next()?, columns.next()?);
    Some(((ja4, ja3), stack))
}

/// The stack that sends hellos with these fingerprints, if one was recorded.
pub fn guess(ja4: Option<&str>, ja3: Option<&str>) -> Option<&'static str> {
    KNOWN.get(&(ja4?, ja3?)).copied()
}

/// Names that a store may hold besides those of the table; it was written by a version with another table.
const STRANGERS: usize = 1024;

/// `stack` as a name that lives as long as the program; `None` beyond [`STRANGERS`] names that are not in the table.
pub fn interned(stack: &str) -> Option<&'static str> {
    static OTHERS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    if let Some(known) = KNOWN.values().find(|known| **known == stack) {
        return Some(known);
    }
    let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
    let others = others.get_or_insert_default();
    if let Some(known) = others.get(stack) {
        return Some(known);
    }
    if others.len() >= STRANGERS {
        return None;
    }
    let name: &'static str = Box::leak(stack.into());
    others.insert(name);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Software;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert!(lines > 30);
        assert_eq!(
            KNOWN.len(),
            lines,
            "a line is broken, or a fingerprint twice"
        );
    }

    /// GnuTLS is set up by each program in its own way: there is no advice to give for all of them.
    #[test]
    fn names_lead_to_advice() {
        for stack in KNOWN.values().filter(|stack| **stack != "GnuTLS") {
            assert!(Software::from_name(stack).is_some(), "{stack}");
        }
    }

    #[test]
    fn both_fingerprints_must_fit() {
        let (ja4, ja3) = (
            "t10d060900_5b9c8399bbb0_ca38b967a2f4",
            "c5db3babb301ba386d43cd0c5962fce4",
        );
        assert_eq!(guess(Some(ja4), Some(ja3)), Some("NSS (Thunderbird)"));
        assert_eq!(guess(Some(ja4), None), None);
        assert_eq!(
            guess(Some(ja4), Some("0f74ae2ff13c9b3f486d21e5820b8e34")),
            None
        );
    }
}
