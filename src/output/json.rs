//! The report as JSON: one document, two spaces of indentation, keys in the order of the contract, a line end at its end.
//! The same bytes for a terminal, a pipe and a file, so that reports can be compared as text.

use super::escape;
use crate::tally::Report;

/// Why a report could not be written as JSON; its types allow all their values, so this is a defect.
pub type Error = serde_json::Error;

/// `report` as JSON.
pub fn render(report: &Report) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(report)?;
    Ok(escape::json(&text).into_owned() + "\n")
}
