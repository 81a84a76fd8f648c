//! Every form of the report, read by eye (snapshots) and by what must never happen.

use super::{Style, csv, escape, json, sample, table};
use crate::session::MAX_STRING;
use crate::session::text::{clip, is_hazardous};
use crate::tally::Report;
use crate::tally::figures::number;
use crate::tally::history::By;

fn plain(report: &Report, width: Option<usize>) -> String {
    table::render(
        report,
        Style {
            colour: false,
            width,
        },
    )
}

macro_rules! looks {
    ($($name:ident: $shown:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $shown);
        })+
    };
}

looks! {
    table_80: plain(&sample::site(), Some(80));
    table_100: plain(&sample::site(), Some(100));
    table_120: plain(&sample::site(), Some(120));
    table_160: plain(&sample::site(), Some(160));
    table_without_a_terminal: plain(&sample::site(), None);
    table_modern: plain(&sample::modern(), Some(100));
    table_silent: plain(&sample::silent(), Some(80));
    table_troubled: plain(&sample::troubled(), Some(100));
    table_in_colour: table::render(&sample::modern(), Style { colour: true, width: Some(80) });
    report_csv: csv::render(&sample::site());
    report_csv_without_hosts: csv::render(&sample::silent());
    report_json: json::render(&sample::site()).unwrap();
    history_100: plain(&sample::history::over_time(None), Some(100));
    history_by_day: plain(&sample::history::over_time(Some(By::Day)), Some(80));
    history_by_endpoint: plain(&sample::history::over_time(Some(By::Endpoint)), None);
    history_csv: csv::render(&sample::history::over_time(None));
    history_csv_by_day: csv::render(&sample::history::over_time(Some(By::Day)));
    history_csv_by_endpoint: csv::render(&sample::history::over_time(Some(By::Endpoint)));
    history_json: json::render(&sample::history::over_time(Some(By::Endpoint))).unwrap();
}

/// What a wire could hold to harm a terminal, a spreadsheet, a browser or the rows of a report.
const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}1;1H",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "a\",\"b\r\n10.0.0.1,evil",
    "x;=1+1;+2",
    "<script>alert(1)</script>&amp;",
    "name\n10.9.9.9  modern  7",
    "\u{202e}txt.exe\u{2066}\u{200b}\u{feff}\u{e0041}",
    "\u{fffd}\u{fffd}\u{0}",
];

fn hostile() -> impl Iterator<Item = String> {
    let long = [
        "\u{202e}x=".repeat(13_000),
        "漢".repeat(22_000),
        "x".repeat(65_536),
    ];
    HOSTILE.iter().map(|text| (*text).to_owned()).chain(long)
}

/// The painting that [`Style`] itself puts in.
fn without_paint(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        let (parameters, rest) = part.split_once('m').unwrap();
        assert!(
            parameters
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{parameters}"
        );
        plain + rest
    })
}

#[test]
fn hostile_text_is_only_text_on_a_terminal() {
    let lines = |report: &Report, text: &str| {
        let page = table::render(
            report,
            Style {
                colour: true,
                width: Some(80),
            },
        );
        let page = without_paint(&page);
        assert!(
            page.lines().all(|line| !line.chars().any(is_hazardous)),
            "{text:?}"
        );
        assert!(
            page.lines().all(|line| escape::width(line) <= 80),
            "{text:?}\n{page}"
        );
        assert!(
            !plain(report, None)
                .lines()
                .any(|line| line.chars().any(is_hazardous))
        );
        page.lines().filter(|line| line.starts_with("10.")).count()
    };
    for text in hostile() {
        assert_eq!(
            lines(&sample::hostile(&text), &text),
            1,
            "a forged row: {text:?}"
        );
        let over_time = lines(&sample::history::hostile(&text), &text);
        assert_eq!(over_time, 0, "a forged row: {text:?}");
    }
}

#[test]
fn hostile_text_is_only_text_in_a_spreadsheet() {
    let columns = rows(&csv::render(&sample::site()))[0].len();
    for text in hostile() {
        harmless_rows(&csv::render(&sample::hostile(&text)), columns, &text);
    }
    let over_time = sample::history::over_time(Some(By::Client));
    let columns = rows(&csv::render(&over_time))[0].len();
    for text in hostile() {
        harmless_rows(
            &csv::render(&sample::history::hostile(&text)),
            columns,
            &text,
        );
    }
}

fn harmless_rows(table: &str, columns: usize, text: &str) {
    let rows = rows(table);
    assert_eq!(rows.len(), 2, "a forged row: {text:?}");
    for row in rows {
        assert_eq!(row.len(), columns, "{text:?}");
        for value in row.iter().flat_map(|cell| cell.split(';')) {
            assert!(
                !value.trim_start().starts_with(['=', '+', '-', '@']),
                "{value}"
            );
            assert!(!value.chars().any(is_hazardous), "{value:?}");
        }
    }
}

#[test]
fn hostile_text_is_only_text_in_json() {
    for text in hostile() {
        let json = json::render(&sample::hostile(&text)).unwrap();
        assert!(
            !json.lines().any(|line| line.chars().any(is_hazardous)),
            "{text:?}"
        );
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(report["sensor"], text);
        assert_eq!(report["hosts"][0]["names"][0], *clip(&text, MAX_STRING));
    }
}

/// RFC 4180, read the way its grammar says.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let row = rows.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => assert_eq!(characters.peek(), Some(&'\n')),
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().unwrap().push(character),
        }
    }
    assert_eq!(
        rows.pop(),
        Some(vec![String::new()]),
        "no line end at the end"
    );
    rows
}

#[test]
fn csv_and_json_tell_the_same_of_each_host() {
    let report = sample::site();
    let rows = rows(&csv::render(&report));
    let json: serde_json::Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    let hosts = json["hosts"].as_array().unwrap();
    assert_eq!(rows.len(), hosts.len() + 1);
    for (row, host) in rows[1..].iter().zip(hosts) {
        for (name, cell) in rows[0].iter().zip(row) {
            let key = name.strip_prefix("tls").unwrap_or(name);
            let value = if key == "other" {
                None
            } else {
                host.get(key).or_else(|| host["versions"].get(key))
            };
            if let Some(value) = value {
                assert_eq!(*cell, flat(value), "{name}");
            }
        }
    }
}

fn flat(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(flat).collect::<Vec<_>>().join(";"),
        Value::Object(named) => {
            let sources = flat(&named["sources"]).replace(';', "+");
            format!("{}={sources}", flat(&named["name"]))
        }
        other => other.to_string(),
    }
}

#[test]
fn every_width_keeps_its_lines() {
    let reports = [
        sample::site(),
        sample::modern(),
        sample::silent(),
        sample::troubled(),
        sample::history::over_time(None),
        sample::history::over_time(Some(By::Day)),
        sample::history::over_time(Some(By::Client)),
        sample::history::hostile(&"漢字 ".repeat(400)),
    ];
    for width in table::MIN_WIDTH + 20..200 {
        for report in &reports {
            let page = plain(report, Some(width));
            let over = page.lines().find(|line| escape::width(line) > width);
            assert_eq!(over, None, "at {width}");
        }
    }
}

#[test]
fn the_page_holds_the_columns() {
    crate::document::holds("docs/record.md", "csv", &csv::reference());
    crate::document::holds("docs/record.md", "csv-history", &csv::history_reference());
}

/// Each key of a report, and each code of a warning, is on the page.
#[test]
fn the_page_holds_the_keys() {
    let page = include_str!("../../docs/record.md");
    let report = json::render(&sample::troubled()).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let over_time = json::render(&sample::history::over_time(None)).unwrap();
    let mut words = Vec::new();
    keys(&report, &mut words);
    keys(&serde_json::from_str(&over_time).unwrap(), &mut words);
    let codes = report["capture"]["warnings"].as_array().unwrap();
    words.extend(codes.iter().map(|warning| flat(&warning["code"])));
    for word in words {
        assert!(
            page.contains(&format!("`{word}`")),
            "`{word}` is not on the page"
        );
    }
}

/// Keys of objects, except of maps whose keys are reasons.
fn keys(value: &serde_json::Value, found: &mut Vec<String>) {
    use serde_json::Value;
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                found.push(key.clone());
                if !["malformed", "not_followed", "bounds"].contains(&key.as_str()) {
                    keys(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

/// The header and the rows of a report in CSV, as a program reads them.
fn read_csv(report: &Report) -> (Vec<String>, Vec<Vec<String>>) {
    let text = csv::render(report);
    let mut lines = Vec::new();
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                cells.push(std::mem::take(&mut cell).trim_end().to_owned());
                lines.push(std::mem::take(&mut cells));
            }
            other => cell.push(other),
        }
    }
    (lines.remove(0), lines)
}

#[test]
fn no_column_of_a_csv_has_the_name_of_another() {
    let by = [By::Host, By::Day, By::Endpoint, By::Client, By::Sensor];
    let reports = by.map(|by| sample::history::over_time(Some(by)));
    for report in reports.iter().chain([&sample::site()]) {
        let (mut header, rows) = read_csv(report);
        assert!(rows.iter().all(|row| row.len() == header.len()));
        header.sort_unstable();
        let all = header.len();
        header.dedup();
        assert_eq!(header.len(), all);
    }
}

/// They all stand in the table above, one a line, and in the forms for programs.
#[test]
fn a_finding_of_many_hosts_names_the_first_of_them() {
    let report = sample::large(1_000);
    let text = plain(&report, None);
    let (hosts, advice) = text.split_once("WHAT TO DO\n").unwrap();
    let (advice, _) = advice.split_once("TOTALS\n").unwrap();
    for concern in &report.what_to_do {
        assert!(concern.hosts.len() > 20);
        let more = format!("and {} more", number(concern.hosts.len() as u64 - 20));
        assert!(advice.contains(&more), "{more}");
    }
    assert!(advice.lines().count() < 20 * report.what_to_do.len());
    for host in &report.hosts {
        assert!(hosts.contains(&host.host.to_string()), "{}", host.host);
    }
}

#[test]
fn a_csv_tells_each_host_what_the_report_tells_it() {
    let report = sample::site();
    let (header, rows) = read_csv(&report);
    let column = |name| header.iter().position(|column| column == name).unwrap();
    let (host, told) = (column("host"), column("what_to_do"));
    assert!(report.what_to_do.iter().any(|one| one.hosts.len() == 1));
    for row in rows {
        for concern in &report.what_to_do {
            let concerns = concern.hosts.iter().any(|one| one.to_string() == row[host]);
            // Quotes and semicolons are written otherwise in a cell.
            let begins = concern.action.split(['"', ';']).next().unwrap();
            assert_eq!(row[told].contains(begins), concerns, "{}", row[host]);
            assert!(!row[told].contains("%3B"), "{}", row[told]);
        }
    }
}
