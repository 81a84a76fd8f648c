//! The field list as documents: the table in `docs/record.md` and the JSON Schema (draft 2020-12) in
//! `docs/session.schema.json`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::fields::{FIELDS, Field, Kind};

/// The fields as a Markdown table.
pub fn table() -> String {
    let mut table = String::from("| field | value | example | meaning |\n|---|---|---|---|\n");
    for field in FIELDS {
        let Field { path, meaning, .. } = field;
        let always = if field.always {
            " **Always there.**"
        } else {
            ""
        };
        let (kind, example) = (shape(field.kind), field.example);
        let _ = writeln!(
            table,
            "| `{path}` | {kind} | `{example}` | {meaning}{always} |"
        );
    }
    table
}

fn shape(kind: Kind) -> String {
    let listed = |words: &[&str]| format!("`{}`", words.join("` `"));
    match kind {
        Kind::Text => "text".into(),
        Kind::Address => "IP address".into(),
        Kind::Time => "time".into(),
        Kind::Number => "number".into(),
        Kind::Flag => "`true` `false`".into(),
        Kind::Word(words) => listed(words),
        Kind::Texts => "list of text".into(),
        Kind::Words(words) => format!("list of {}", listed(words)),
    }
}

/// The JSON Schema of one record. Fields that are not in it are allowed: later versions add some.
pub fn schema() -> Value {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tlstally session record",
        "type": "object",
    });
    for field in FIELDS {
        insert(&mut root, field.path, field);
    }
    root
}

/// Puts `field` below `object` of the schema, at `path`; the objects on the way are required if the field is.
fn insert(object: &mut Value, path: &str, field: &Field) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    if field.always {
        require(&mut object["required"], name);
    }
    let entry = &mut object["properties"][name];
    match rest {
        None => *entry = value_schema(field),
        Some(rest) => {
            entry["type"] = json!("object");
            insert(entry, rest, field);
        }
    }
}

fn require(list: &mut Value, name: &str) {
    if list.is_null() {
        *list = json!([]);
    }
    if let Value::Array(names) = list
        && !names.iter().any(|known| known == name)
    {
        names.push(json!(name));
    }
}

fn value_schema(field: &Field) -> Value {
    let mut schema = match field.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Address => {
            json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] })
        }
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        Kind::Words(words) => json!({
            "type": "array", "items": { "enum": words }, "minItems": 1, "uniqueItems": true
        }),
    };
    schema["description"] = json!(field.meaning);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[test]
    fn the_page_holds_the_list() {
        document::holds("docs/record.md", "fields", &table());
    }

    #[test]
    fn the_schema_file_is_this_schema() {
        let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        document::is("docs/session.schema.json", &text);
    }
}
