//! The exposition format: a help line, a type line, a line a sample.

use std::fmt::Write;

use super::families::{Family, Kind};

/// A value of a family.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    /// What is added to the family's name: empty, or `_bucket`, `_sum`, `_count` of a histogram.
    pub(super) suffix: &'static str,
    /// Names and values.
    pub(super) labels: Vec<(&'static str, String)>,
    /// The value.
    pub(super) value: Value,
}

/// A number, exact where it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Whole(u64),
    Real(f64),
}

impl Sample {
    /// A value without labels.
    pub(super) const fn plain(value: Value) -> Self {
        Self {
            suffix: "",
            labels: Vec::new(),
            value,
        }
    }

    /// A value with one label.
    pub(super) fn labelled(label: &'static str, of: impl Into<String>, value: u64) -> Self {
        Self {
            suffix: "",
            labels: vec![(label, of.into())],
            value: Value::Whole(value),
        }
    }
}

/// Appends a family; nothing of one that has no samples.
pub(super) fn write(family: &Family, samples: &[Sample], out: &mut String) {
    if samples.is_empty() {
        return;
    }
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    let name = family.name;
    let help = escaped(family.help, false);
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for sample in samples {
        out.push_str(name);
        out.push_str(sample.suffix);
        write_labels(&sample.labels, out);
        let _ = match sample.value {
            Value::Whole(value) => writeln!(out, " {value}"),
            Value::Real(value) => writeln!(out, " {value}"),
        };
    }
}

fn write_labels(labels: &[(&'static str, String)], out: &mut String) {
    for (at, (name, value)) in labels.iter().enumerate() {
        let opening = if at == 0 { '{' } else { ',' };
        let _ = write!(out, "{opening}{name}=\"{}\"", escaped(value, true));
    }
    if !labels.is_empty() {
        out.push('}');
    }
}

/// Backslash and line feed, and in a label's value the quote, as the format asks.
fn escaped(text: &str, label: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if label {
        return text.replace('"', "\\\"");
    }
    text
}
