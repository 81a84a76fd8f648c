//! A session in one line.

use ratatui::text::{Line, Span};

use super::paint::{Palette, fitted, of_verdict};
use crate::output::style::Paint;
use crate::output::table::text::version;
use crate::session::{Finding, Party, Session};
use crate::time::Timestamp;

/// Time, client, server, version, outcome, verdict, findings.
pub(super) fn line(session: &Session, palette: Palette, columns: usize) -> Line<'static> {
    const FIXED: usize =
        "09:00:00 ".len() + " → ".len() + " TLS 1.0 ".len() + "starttls_not_used ".len();
    let names = columns.saturating_sub(FIXED + "plaintext ".len()).min(84) / 2;
    let rest = columns.saturating_sub(FIXED + 2 * names);
    Line::from(vec![
        palette.span(Paint::Faint, format!("{} ", clock(session.end))),
        Span::raw(fitted(&party(&session.client, names), names)),
        palette.span(Paint::Faint, " → "),
        Span::raw(fitted(&party(&session.server, names), names)),
        Span::raw(format!(
            " {} ",
            fitted(&negotiated(session), "TLS 1.0".len())
        )),
        Span::raw(format!(
            "{} ",
            fitted(session.outcome.name(), "starttls_not_used".len())
        )),
        palette.span(of_verdict(session.verdict), fitted(&judged(session), rest)),
    ])
}

/// Its address and its name; where there is no room for both, the name.
fn party(party: &Party, columns: usize) -> String {
    const BOTH: usize = "192.168.100.100 mail.example".len();
    match &party.domain {
        Some(name) if columns >= BOTH => format!("{} {name}", party.ip),
        Some(name) => name.to_string(),
        None => party.ip.to_string(),
    }
}

/// The version in the ServerHello, or a dash.
pub(super) fn negotiated(session: &Session) -> String {
    match session.negotiated {
        Some(negotiated) => version(&negotiated.to_string()),
        None => "-".into(),
    }
}

fn judged(session: &Session) -> String {
    let findings: Vec<&str> = session.findings.iter().map(Finding::name).collect();
    format!("{:<9} {}", session.verdict, findings.join(", "))
}

/// The time of day, UTC.
pub(super) fn clock(time: Timestamp) -> String {
    let full = time.to_string();
    full.get(11..19).unwrap_or_default().to_owned()
}
