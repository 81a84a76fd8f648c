//! Tells the published form from what people mistake for it: web pages, CSV, error answers, other lists.

use serde_json::Value;

use super::CatalogError;

/// Longest list taken, in bytes. All service areas of the largest cloud are about 150 KiB.
const MAX_TEXT: usize = 8 << 20;
/// Characters of a text that an error repeats.
const SHOWN: usize = 60;

/// Stops at what is recognisably something else.
pub(super) fn refuse_other_forms(text: &str) -> Result<(), CatalogError> {
    if text.is_empty() {
        return Err(CatalogError::Empty);
    }
    if text.len() > MAX_TEXT {
        return Err(CatalogError::TooLarge {
            size: text.len(),
            most: MAX_TEXT,
            unit: "bytes",
        });
    }
    let first_line = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    if first_line.starts_with('<') {
        return Err(CatalogError::Html);
    }
    let heads = ["id,", "\"id\",", "#type "];
    if heads.iter().any(|head| first_line.starts_with(head)) {
        return Err(CatalogError::Csv);
    }
    Ok(())
}

/// The array of records: the answer itself, or the `value` that PowerShell 5 wraps around an array.
pub(super) fn records(value: &Value) -> Result<&[Value], CatalogError> {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(object) => match object.get("value") {
            Some(Value::Array(list)) => list,
            _ => return Err(refuse_object(value)),
        },
        _ => return Err(CatalogError::Shape),
    };
    let has = |key: &str| list.iter().any(|record| record.get(key).is_some());
    if has("latest") {
        Err(CatalogError::VersionAnswer)
    } else if list.is_empty() || has("urls") || has("ips") {
        Ok(list)
    } else {
        Err(CatalogError::Shape)
    }
}

fn refuse_object(object: &Value) -> CatalogError {
    let has = |key: &str| object.get(key).is_some();
    if has("latest") {
        return CatalogError::VersionAnswer;
    }
    if has("list") && (has("matching_attributes") || has("type")) {
        return CatalogError::MispList;
    }
    let said = ["error", "Error", "message", "Message", "title"]
        .iter()
        .find_map(|key| object.get(key));
    match said {
        Some(message) => CatalogError::ServiceError {
            message: error_text(message),
        },
        None => CatalogError::Shape,
    }
}

/// The text in an error answer: plain, or in the `message` of an inner object.
fn error_text(value: &Value) -> String {
    let inner = value.get("message").unwrap_or(value);
    match inner.as_str() {
        Some(text) => shown(text),
        None => shown(&inner.to_string()),
    }
}

/// The beginning of a text, without control characters.
pub(super) fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(SHOWN)
        .collect()
}
