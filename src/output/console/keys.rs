//! The keys, once: what is typed, and what the help and the documentation say about it.

use std::fmt::Write;

/// A key, however a terminal reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character, with Shift already applied.
    Character(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Control-C.
    Interrupt,
}

/// What a key is for.
pub(super) struct Meaning {
    /// As it is written on keyboards.
    pub(super) key: &'static str,
    /// What it does.
    pub(super) does: &'static str,
}

const fn key(key: &'static str, does: &'static str) -> Meaning {
    Meaning { key, does }
}

/// All keys, in the order of the help.
pub(super) const KEYS: &[Meaning] = &[
    key("↑ ↓, k j", "move the selection, or scroll"),
    key(
        "PgUp PgDn, Home End, g G",
        "by screens, to the first, to the last",
    ),
    key("Enter", "look into the selected host"),
    key("Esc", "go back; leave out the search, then the filter"),
    key("s, S", "sort by the next thing; turn the order around"),
    key("f, F", "filter by the next verdict; by the previous one"),
    key("/", "search addresses, names, MACs, servers, findings"),
    key("l", "the latest sessions"),
    key("c", "the capture: warnings, interfaces, losses, latencies"),
    key("t", "the trend's next scale: 5 s, 1 min or 10 min a bar"),
    key("p, Space", "hold the picture still; the capture goes on"),
    key("e", "write the hosts shown to a file: table, JSON or CSV"),
    key("?", "this help"),
    key("q, Ctrl-C", "go back, from the hosts quit; quit at once"),
];

/// The keys as a Markdown table, for the reference page.
pub fn reference() -> String {
    let mut table = String::from("| key | what it does |\n|---|---|\n");
    for Meaning { key, does } in KEYS {
        let _ = writeln!(table, "| {key} | {does} |");
    }
    table
}
