//! What the two counts say together, what does not match, and why.

use super::export::Export;
use super::{Comparable, Note, Remark, Sender, SideBySide};
use crate::tally::figures::{counted, number};

/// All that is to be said.
pub(super) fn notes(
    export: &Export,
    senders: &[Sender],
    versions: &[SideBySide],
    comparable: &Comparable,
) -> Vec<Note> {
    let mut notes: Vec<Note> = versions.iter().filter_map(version_note).collect();
    notes.extend(window_note(export, comparable));
    if comparable.left_out > 0 {
        let sessions = counted(comparable.left_out, "session");
        let text = format!(
            "{sessions} of this report can have no match there: to other endpoints (port 25), not established, or \
             without TLS; Microsoft counts only mail that signed in for client submission."
        );
        notes.push(note(Remark::LeftOut, Some(comparable.left_out), text));
    }
    if !senders.is_empty() {
        let count = senders.len() as u64;
        let text = format!(
            "No mailbox is matched to a host ({}): who signs in is said inside TLS, and Microsoft names no host. A mailbox \
             with old versions belongs to one of the hosts with old versions; ask where its password is set.",
            counted(count, "sender")
        );
        notes.push(note(Remark::NoHosts, Some(count), text));
    }
    if !export.missing.is_empty() {
        let text = format!(
            "Columns that were not found: {}.",
            export.missing.join(", ")
        );
        notes.push(Note {
            columns: export.missing.clone(),
            ..note(Remark::ColumnsMissing, None, text)
        });
    }
    if export.unread > 0 {
        let rows = counted(export.unread, "row");
        let text = format!("{rows} could not be read and are left out.");
        notes.push(note(Remark::RowsUnread, Some(export.unread), text));
    }
    notes
}

fn version_note(row: &SideBySide) -> Option<Note> {
    let version = row.version;
    let of = |code, count, text| Note {
        version: Some(version),
        ..note(code, Some(count), text)
    };
    match row.messages? {
        0 if row.sessions > 0 && matches!(version, "1.0" | "1.1") => Some(of(
            Remark::NotCounted,
            row.sessions,
            format!(
                "{} over TLS {version} passed the sensor and Microsoft counts no message with it: they carried none that \
                 was accepted, or the days differ.",
                counted(row.sessions, "session")
            ),
        )),
        messages @ 1.. if row.sessions == 0 => Some(of(
            Remark::NotSeen,
            messages,
            format!(
                "Microsoft counts about {} messages over TLS {version} and no such session passed the sensor: these \
                 senders take another way, or the days differ.",
                number(messages)
            ),
        )),
        _ => None,
    }
}

/// Whether both are about the same days.
fn window_note(export: &Export, comparable: &Comparable) -> Option<Note> {
    if !export.dated {
        let text = "The file does not say which days it covers, so both are compared as a whole and not day by day: export the same days \
            as this report's window, and mind that Microsoft's days are UTC.";
        return Some(note(Remark::WindowUnknown, None, text.into()));
    }
    let dates = export.rows.iter().filter_map(|(date, _)| *date);
    let outside = dates
        .filter(|date| !comparable.days.contains_key(date))
        .count() as u64;
    (outside > 0).then(|| {
        let rows = counted(outside, "row");
        let text = format!("{rows} of the file are of days outside this report's window.");
        note(Remark::WindowDiffers, Some(outside), text)
    })
}

const fn note(code: Remark, count: Option<u64>, text: String) -> Note {
    Note {
        code,
        version: None,
        count,
        columns: Vec::new(),
        text,
    }
}
