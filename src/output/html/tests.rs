//! The page as a browser's parser reads it (html5ever): the facts of the JSON form, each where it belongs, and nothing that
//! text off the wire made.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use super::render;
use crate::output::words::{Language, Words};
use crate::output::{escape, json, sample};
use crate::session::text::is_hazardous;
use crate::session::{EndpointKind, Finding, Instance, Outcome, Seen, Verdict};
use crate::tally::bound::Bound;
use crate::tally::figures::{number, percent};
use crate::tally::history::By;
use crate::tally::report::{HostLimit, HostVerdict, NoVerdict};
use crate::tally::{Report, Role, To};

fn reports() -> Vec<Report> {
    vec![
        sample::site(),
        sample::modern(),
        sample::silent(),
        sample::troubled(),
        sample::history::over_time(None),
    ]
}

fn select<'a>(page: &'a Html, what: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(what).unwrap()).collect()
}

fn within<'a>(part: ElementRef<'a>, what: &str) -> Vec<ElementRef<'a>> {
    part.select(&Selector::parse(what).unwrap()).collect()
}

fn text(part: ElementRef<'_>) -> String {
    part.text().collect::<String>().trim().to_owned()
}

/// Terms with what is said of them, of all lists of descriptions in `part`.
fn facts(part: ElementRef<'_>) -> Vec<(String, String)> {
    let terms = within(part, "dt").into_iter().map(text);
    terms
        .zip(within(part, "dd").into_iter().map(text))
        .collect()
}

#[test]
fn the_parser_finds_no_fault() {
    for language in Language::ALL {
        for report in reports() {
            let page = Html::parse_document(&render(&report, language));
            assert_eq!(page.errors, [""; 0]);
            let html = select(&page, "html")[0];
            assert_eq!(html.attr("lang"), Some(language.words().tag));
            for one in ["h1", "main", "header", "nav", "footer", "head > title"] {
                assert_eq!(select(&page, one).len(), 1, "{one}");
            }
        }
    }
}

#[test]
fn links_lead_somewhere_and_only_inside() {
    let page = Html::parse_document(&render(&sample::history::over_time(None), Language::En));
    let ids: Vec<_> = select(&page, "[id]")
        .into_iter()
        .filter_map(|part| part.attr("id"))
        .collect();
    let distinct: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), ids.len(), "an id twice");
    let links = select(&page, "[href]");
    assert!(links.len() > 10);
    for link in links {
        let target = link.attr("href").unwrap().strip_prefix('#').unwrap();
        assert!(distinct.contains(target), "{target}");
    }
    assert!(
        select(
            &page,
            "[src], link, img, iframe, object, embed, base, [style]"
        )
        .is_empty()
    );
}

/// What the page says of each value that the JSON form holds of a host; a key that is not here has no place on the page.
fn told(key: &str, value: &Value, report: &Report, words: &Words) -> Option<String> {
    let word = value.as_str().unwrap_or_default();
    let shown = match key {
        "host" | "addresses" | "names" | "macs" | "vendors" | "classes" | "servers" | "clients"
        | "name" => escape::terminal(word).into_owned(),
        "sources" => {
            let known = ["hello", "dhcp", "dns-reverse", "mdns", "llmnr", "netbios"];
            let known = known.into_iter().find(|known| *known == word).unwrap();
            (words.name_source)(known).to_owned()
        }
        "roles" => (words.role)(member(Role::ALL, word)).to_owned(),
        "verdict" => (words.verdict)(member(HostVerdict::ALL, word)).to_owned(),
        "findings" => (words.finding)(member(&Finding::ALL, word)).to_owned(),
        "no_verdict" => (words.no_verdict)(member(NoVerdict::ALL, word)).to_owned(),
        "limited_by" => (words.limit)(member(HostLimit::ALL, word)).to_owned(),
        "endpoints" if word == "other" => (words.endpoint)(None).to_owned(),
        "endpoints" => (words.endpoint)(Some(member(EndpointKind::ALL, word))).to_owned(),
        "instances" => (words.instance)(member(Instance::ALL, word)).to_owned(),
        "offered_max" => (words.version)(version(word)).to_owned(),
        "first_seen" | "last_seen" | "from" | "to" | "first_packet" | "last_packet" => {
            on_the_clock(value, zone(report))
        }
        "relay" => value
            .as_bool()
            .unwrap()
            .then(|| words.table.relay.to_owned())?,
        _ => {
            let count = value.as_u64().unwrap_or_else(|| panic!("`{key}`: {value}"));
            (count > 0).then(|| number(count))?
        }
    };
    Some(shown)
}

fn member<T: Copy + std::fmt::Display>(all: &[T], word: &str) -> T {
    all.iter()
        .copied()
        .find(|one| one.to_string() == word)
        .unwrap()
}

fn version(word: &str) -> &'static str {
    let known = ["ssl2", "ssl3", "1.0", "1.1", "1.2", "1.3", "none", "other"];
    known.into_iter().find(|known| *known == word).unwrap()
}

/// Every value under `value`, with the key it stands under.
fn leaves<'a>(key: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    match value {
        Value::Null => {}
        Value::Object(object) => object
            .iter()
            .for_each(|(key, value)| leaves(key, value, found)),
        Value::Array(values) => values.iter().for_each(|value| leaves(key, value, found)),
        one => found.push((key, one)),
    }
}

fn as_json(report: &Report) -> Value {
    serde_json::from_str(&json::render(report).unwrap()).unwrap()
}

#[test]
fn each_host_has_the_facts_of_the_json_form() {
    for language in Language::ALL {
        let words = language.words();
        for report in reports() {
            let page = Html::parse_document(&render(&report, language));
            let json = as_json(&report);
            let hosts = json["hosts"].as_array().unwrap();
            let bodies = select(&page, "#hosts tbody");
            assert_eq!(bodies.len(), hosts.len());
            for (host, body) in hosts.iter().zip(bodies) {
                let said = text(body);
                let mut values = Vec::new();
                leaves("", host, &mut values);
                assert!(values.len() > 10);
                for (key, value) in values {
                    if let Some(shown) = told(key, value, &report, words) {
                        assert!(said.contains(&shown), "{key}: `{shown}` is not in\n{said}");
                    }
                }
            }
        }
    }
}

/// Counts are read by column, so that a number cannot stand under the wrong version.
#[test]
fn versions_stand_in_their_columns() {
    let words = Language::En.words();
    let report = sample::site();
    let page = Html::parse_document(&render(&report, Language::En));
    let heads: Vec<_> = select(&page, "#hosts thead th")
        .into_iter()
        .map(text)
        .collect();
    let json = as_json(&report);
    for (host, row) in json["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .zip(select(&page, "#hosts tbody tr:first-child"))
    {
        let cells: Vec<_> = within(row, "th, td").into_iter().map(text).collect();
        assert_eq!(cells.len(), heads.len());
        for (key, count) in host["versions"].as_object().unwrap() {
            let title = (words.version)(version(key));
            let cell = heads
                .iter()
                .position(|head| head == title)
                .map(|at| cells[at].as_str());
            let count = count.as_u64().unwrap();
            let shown = if count == 0 {
                String::new()
            } else {
                number(count)
            };
            assert_eq!(cell.unwrap_or_default(), shown, "{key}");
        }
    }
}

/// What of this class holds `part`.
fn inside<'a>(part: ElementRef<'a>, class: &str) -> ElementRef<'a> {
    part.ancestors()
        .filter_map(ElementRef::wrap)
        .find(|around| around.attr("class") == Some(class))
        .unwrap()
}

/// A finding has one heading, though it means one thing for clients and another for servers, and counts each of its hosts once.
#[test]
fn each_finding_has_one_heading() {
    let words = Language::En.words();
    let mut both = 0;
    for report in reports() {
        let page = Html::parse_document(&render(&report, Language::En));
        let mut expected: Vec<(Finding, BTreeSet<_>)> = Vec::new();
        for concern in &report.what_to_do {
            match expected.last_mut() {
                Some((finding, hosts)) if *finding == concern.finding => {
                    both += 1;
                    hosts.extend(&concern.hosts);
                }
                _ => expected.push((concern.finding, concern.hosts.iter().collect())),
            }
        }
        let heads: Vec<_> = select(&page, "#advice h3").into_iter().map(text).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(finding, hosts)| {
                let (title, hosts) = ((words.finding)(finding), (words.hosts)(hosts.len() as u64));
                format!("{title} {hosts} · {finding}")
            })
            .collect();
        assert_eq!(heads, expected);
    }
    assert!(both > 0);
}

#[test]
fn what_to_do_is_that_of_the_json_form() {
    let words = Language::En.words();
    for report in reports() {
        let page = Html::parse_document(&render(&report, Language::En));
        let json = as_json(&report);
        let concerns = json["what_to_do"].as_array().unwrap();
        let remedies = select(&page, "#advice .remedy");
        assert_eq!(remedies.len(), concerns.len());
        for (concern, remedy) in concerns.iter().zip(remedies) {
            let [side, finding] = ["side", "finding"].map(|class| inside(remedy, class));
            assert_eq!(finding.attr("data-finding"), concern["finding"].as_str());
            let plain = |key: &str| concern[key].as_str().unwrap().replace('`', "");
            assert_eq!(text(within(side, ".meaning")[0]), plain("meaning"));
            assert_eq!(text(within(remedy, ".action")[0]), plain("action"));
            let title =
                (words.finding)(member(&Finding::ALL, concern["finding"].as_str().unwrap()));
            assert!(text(within(finding, "h3")[0]).starts_with(title));
            let links = within(remedy, "li a");
            let hosts: Vec<_> = links.iter().copied().map(text).collect();
            assert_eq!(Value::from(hosts), concern["hosts"]);
            for link in links {
                let target = format!("tbody[id={}] th", &link.attr("href").unwrap()[1..]);
                assert!(text(select(&page, &target)[0]).starts_with(&text(link)));
            }
        }
    }
}

#[test]
fn totals_are_those_of_the_json_form() {
    for language in Language::ALL {
        let words = language.words();
        for report in reports() {
            let page = Html::parse_document(&render(&report, language));
            let json = &as_json(&report)["totals"];
            let named = |map: &str, name: &dyn Fn(&str) -> &'static str| -> Vec<(String, String)> {
                let counts = json[map].as_object().unwrap().iter();
                counts
                    .filter(|(_, count)| count.as_u64() > Some(0))
                    .map(|(word, count)| (name(word).to_owned(), number(count.as_u64().unwrap())))
                    .collect()
            };
            let verdict = |word: &str| {
                let verdict = super::totals::host_verdict(member(Verdict::ALL, word));
                (words.verdict)(verdict)
            };
            let outcome = |word: &str| (words.outcome)(member(Outcome::ALL, word));
            let expected = [
                named("versions", &|word| (words.version)(version(word))),
                named("outcomes", &outcome),
                named("verdicts", &verdict),
            ];
            let tables = select(&page, "#totals table");
            for (table, expected) in tables.into_iter().zip(expected) {
                let rows = within(table, "tbody tr").into_iter();
                let rows: Vec<_> = rows
                    .filter(|row| !within(*row, "th").is_empty())
                    .map(|row| (text(within(row, "th")[0]), text(within(row, "td")[0])))
                    .collect();
                assert_eq!(
                    rows.into_iter().collect::<BTreeSet<_>>(),
                    expected.into_iter().collect()
                );
            }
            let verdicts = named("host_verdicts", &|word| {
                (words.verdict)(member(HostVerdict::ALL, word))
            });
            let header = select(&page, "header .verdicts li").into_iter();
            let shown: Vec<_> = header
                .filter(|item| item.attr("class") != Some("zero"))
                .map(|item| (text(within(item, ".v")[0]), text(within(item, "b")[0])))
                .collect();
            assert_eq!(
                shown.into_iter().collect::<BTreeSet<_>>(),
                verdicts.into_iter().collect()
            );
        }
    }
}

/// What stores cannot tell.
const OF_PACKETS: [&str; 12] = [
    "packets",
    "bytes",
    "dropped_kernel",
    "dropped_interface",
    "truncated",
    "duplicates",
    "files_read",
    "first_packet",
    "last_packet",
    "malformed",
    "not_followed",
    "bounds",
];

/// Each key of `capture` in the JSON form: where it stands on the page, and what is said there.
#[test]
fn the_capture_is_that_of_the_json_form() {
    for language in Language::ALL {
        let words = language.words();
        let said = &words.capture;
        for report in reports() {
            let page = Html::parse_document(&render(&report, language));
            let facts = facts(select(&page, "#capture .numbers")[0]);
            let json = as_json(&report);
            let term = |term: &str| {
                let found = facts.iter().find(|(known, _)| known == term);
                found.map(|(_, said)| said.clone()).unwrap_or_default()
            };
            let list = |id: &str| -> Vec<String> {
                select(&page, &format!("#{id} li"))
                    .into_iter()
                    .map(text)
                    .collect()
            };
            let plain = |value: &Value| value.as_u64().map_or_else(|| words.unknown.into(), number);
            for (key, value) in json["capture"].as_object().unwrap() {
                if report.history.is_some() && OF_PACKETS.contains(&key.as_str()) {
                    continue;
                }
                match key.as_str() {
                    "packets" => assert_eq!(term(said.packets), plain(value)),
                    "bytes" => assert_eq!(term(said.bytes), (words.bytes)(value.as_u64().unwrap())),
                    "dropped_kernel" => assert_eq!(term(said.dropped_kernel), plain(value)),
                    "dropped_interface" => assert_eq!(term(said.dropped_interface), plain(value)),
                    "truncated" => assert_eq!(term(said.truncated), plain(value)),
                    "duplicates" => assert_eq!(term(said.duplicates), plain(value)),
                    "files_read" => assert_eq!(term(said.files_read), plain(value)),
                    "sessions" => assert_eq!(term(said.sessions), plain(value)),
                    "other_servers" => assert_eq!(term(said.other_servers), plain(value)),
                    "external" => assert_eq!(term(said.external), plain(value)),
                    "first_packet" | "last_packet" => {
                        let shown = value
                            .as_str()
                            .map(|_| told(key, value, &report, words).unwrap());
                        assert!(term(said.packet_times).contains(&shown.unwrap_or_default()));
                    }
                    "seen" => {
                        for seen in Seen::ALL {
                            assert_eq!(term((said.seen)(*seen)), plain(&value[seen.name()]));
                        }
                    }
                    "one_direction_share" => {
                        let capture = &report.capture;
                        let one_sided = capture.sessions - capture.seen.of(Seen::Both);
                        let share = value.as_f64().map(|_| percent(one_sided, capture.sessions));
                        assert_eq!(term(said.one_direction), share.unwrap_or_default());
                    }
                    "malformed" => counts(&term(said.malformed), value, words.reason),
                    "not_followed" => counts(&term(said.not_followed), value, words.reason),
                    "bounds" => counts(&term(said.bounds), value, |word| {
                        let mut bounds = Bound::ALL.iter();
                        let bound = bounds.find(|bound| bound.name() == word).unwrap();
                        Some((words.bound)(*bound))
                    }),
                    "files_damaged" => assert_eq!(Value::from(list("damaged")), *value),
                    "files_skipped" => assert_eq!(Value::from(list("skipped")), *value),
                    "warnings" => {
                        let shown: Vec<_> = select(&page, ".warnings li")
                            .into_iter()
                            .map(text)
                            .collect();
                        assert_eq!(shown.len(), value.as_array().unwrap().len());
                        if language == Language::En {
                            let texts: Vec<_> = value
                                .as_array()
                                .unwrap()
                                .iter()
                                .map(|one| {
                                    Value::from(one["text"].as_str().unwrap().replace('`', ""))
                                })
                                .collect();
                            assert_eq!(Value::from(shown), Value::from(texts));
                        }
                    }
                    other => panic!("`{other}` has no place on the page"),
                }
            }
            assert_eq!(term(said.counted), plain(&json["totals"]["sessions"]));
            assert_eq!(Value::from(list("sources")), json["sources"]);
        }
    }
}

fn counts(said: &str, counts: &Value, words: impl Fn(&str) -> Option<&'static str>) {
    for (word, count) in counts.as_object().unwrap() {
        let name = words(word).unwrap_or(word);
        let shown = format!("{name} {}", number(count.as_u64().unwrap()));
        assert!(said.contains(&shown), "{shown}");
    }
}

#[test]
fn the_head_says_what_the_report_covers() {
    for language in Language::ALL {
        let words = language.words();
        for report in reports() {
            let page = Html::parse_document(&render(&report, language));
            let head = select(&page, "header")[0];
            assert_eq!(text(within(head, "h1")[0]), (words.headline)(&report));
            let about = facts(head);
            let says = |term: &str| {
                about
                    .iter()
                    .find(|(known, _)| known == term)
                    .map(|(_, said)| said.as_str())
            };
            let to = report.to;
            assert_eq!(says(words.about.servers), Some((words.to)(to)));
            let history = report.history.as_ref();
            let times = history.map_or(words.about.utc, |history| &history.time_zone);
            assert_eq!(says(words.about.times), Some(times));
            assert!(matches!(to, To::ExchangeOnline));
            if !report.sensor.is_empty() {
                assert_eq!(says(words.about.sensor), Some(report.sensor.as_str()));
            }
            for end in ["from", "to"] {
                let json = &as_json(&report)["window"][end];
                if json.is_string() {
                    let shown = on_the_clock(json, zone(&report));
                    assert!(says(words.about.period).unwrap().contains(&shown));
                }
            }
        }
    }
}

/// Whose clock tells the times of the page.
fn zone(report: &Report) -> &str {
    let history = report.history.as_ref();
    history.map_or("UTC", |history| &history.time_zone)
}

/// A time as a clock in that zone shows it.
fn on_the_clock(time: &Value, zone: &str) -> String {
    let instant: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    let local = instant.in_tz(zone).unwrap();
    local.strftime("%F %T").to_string()
}

/// What the page says of each value of a history.
fn told_of_history(key: &str, value: &Value, report: &Report, words: &Words) -> Option<String> {
    let word = value.as_str().unwrap_or_default();
    let shown = match key {
        "before" | "since" if HostVerdict::WORDS.contains(&word) => {
            (words.verdict)(member(HostVerdict::ALL, word)).to_owned()
        }
        "by" => (words.history.by)(member(By::ALL, word)).to_owned(),
        "version" => (words.version)(version(word)).to_owned(),
        "first" | "last" => told("first_seen", value, report, words)?,
        "from" | "to" => on_the_clock(value, zone(report)),
        "key" if word == "other" || EndpointKind::WORDS.contains(&word) => {
            let kinds = EndpointKind::ALL.iter();
            let kind = kinds.copied().find(|kind| kind.name() == word);
            (words.endpoint)(kind).to_owned()
        }
        // Notes have words of their own in each language; the zone stands in the head.
        "code" | "text" | "count" | "time_zone" => return None,
        _ if value.is_string() && !key.ends_with("_seen") => escape::terminal(word).into_owned(),
        _ if value.is_f64() => format!("{:.1}%", value.as_f64().unwrap() * 100.0),
        "bytes" => (words.bytes)(value.as_u64().unwrap()),
        _ => told(key, value, report, words)?,
    };
    Some(shown)
}

#[test]
fn the_history_is_that_of_the_json_form() {
    for language in Language::ALL {
        let words = language.words();
        for by in [None, Some(By::Day), Some(By::Endpoint)] {
            let report = sample::history::over_time(by);
            let page = Html::parse_document(&render(&report, language));
            let parts = ["#trend", "#microsoft", "#capture", "#hosts"];
            let said: String = parts
                .iter()
                .map(|part| text(select(&page, part)[0]))
                .collect();
            let mut values = Vec::new();
            let json = as_json(&report);
            leaves("", &json["history"], &mut values);
            assert!(values.len() > 300);
            for (key, value) in values {
                if key == "by" && by == Some(By::Day) {
                    continue;
                }
                if let Some(shown) = told_of_history(key, value, &report, words) {
                    assert!(said.contains(&shown), "{key}: `{shown}` is not in\n{said}");
                }
            }
            let notes = report.history.unwrap().microsoft.unwrap().notes.len();
            assert_eq!(select(&page, ".notes li").len(), notes);
        }
    }
}

/// Each day's numbers in one row, under their heads.
#[test]
fn days_stand_in_their_rows() {
    let words = Language::En.words();
    let report = sample::history::over_time(None);
    let page = Html::parse_document(&render(&report, Language::En));
    let table = select(&page, "#trend .by-day table")[0];
    let heads: Vec<_> = within(table, "thead th").into_iter().map(text).collect();
    let rows = within(table, "tbody tr");
    let json = as_json(&report);
    let days = json["history"]["days"].as_array().unwrap();
    assert_eq!(rows.len(), days.len());
    for (row, day) in rows.into_iter().zip(days) {
        let cells: Vec<_> = within(row, "th, td").into_iter().map(text).collect();
        let cell =
            |head: &str| cells[heads.iter().position(|known| known == head).unwrap()].clone();
        let count = |value: &Value| number(value.as_u64().unwrap());
        assert_eq!(cell(words.history.day), day["date"].as_str().unwrap());
        assert_eq!(cell(words.history.seen), count(&day["seen"]));
        assert_eq!(cell(words.totals.sessions), count(&day["sessions"]));
        assert_eq!(
            cell(words.history.legacy_hosts),
            count(&day["legacy_hosts"])
        );
        assert_eq!(cell("TLS 1.0"), count(&day["versions"]["1.0"]));
        assert_eq!(cell("TLS 1.2"), count(&day["versions"]["1.2"]));
    }
    let with_sessions: Vec<_> = days.iter().filter(|day| day["sessions"] != 0).collect();
    let ends = [with_sessions[0], with_sessions[with_sessions.len() - 1]];
    let [first, last] = ends.map(|day| day["date"].as_str().unwrap());
    for said in select(&page, "#trend .ends") {
        assert_eq!(text(said), (words.history.ends)(first, last));
    }
    let legacy = ends.map(|day| number(day["legacy_hosts"].as_u64().unwrap()));
    let key = text(select(&page, "#trend .key li")[0]);
    assert!(key.ends_with(&legacy.join(" → ")), "{key}");
    assert_eq!(select(&page, "#trend .ends").len(), 2);
    assert_eq!(select(&page, "#trend svg").len(), 2);
    assert_eq!(
        select(&page, "#trend svg:first-of-type g").len(),
        2 * days.len()
    );
}

/// What a wire could hold to harm a browser or a reader.
const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script>",
    "</title></style></script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" x=\"",
    "' autofocus onfocus=alert(1) '",
    "<!--<tbody id=h0 class=modern>-->",
    "&lt;b&gt;&#60;i>",
    "javascript:alert(1)",
    "name\r\n\0<b>\u{1b}[2J",
    "\u{202e}txt.exe\u{2066}\u{200b}\u{feff}\u{e0041}\u{5d0}",
    "\u{fffd}\u{fffd}社内<サーバー>",
];

#[test]
fn hostile_text_is_only_text_in_a_browser() {
    let site =
        |report: &Report| select(&Html::parse_document(&render(report, Language::En)), "*").len();
    let harmless = (
        site(&sample::hostile("x")),
        site(&sample::history::hostile("x")),
    );
    for hostile in HOSTILE {
        let reports = [sample::hostile(hostile), sample::history::hostile(hostile)];
        assert_eq!(
            (site(&reports[0]), site(&reports[1])),
            harmless,
            "an element of its own: {hostile:?}"
        );
        for report in reports {
            let markup = render(&report, Language::En);
            assert!(
                !markup.chars().any(|c| c != '\n' && is_hazardous(c)),
                "{hostile:?}"
            );
            let page = Html::parse_document(&markup);
            let attributes = select(&page, "*")
                .into_iter()
                .flat_map(|part| part.value().attrs().collect::<Vec<_>>());
            for (name, value) in attributes {
                assert!(!name.starts_with("on"), "{name}");
                assert!(!value.contains("alert"), "{value}");
            }
            let shown = escape::terminal(hostile);
            assert_eq!(text(select(&page, "#hosts th small")[0]), shown.trim());
            let sensor = facts(select(&page, "header")[0]);
            assert!(sensor.iter().any(|(_, said)| said == shown.trim()));
        }
    }
}

#[test]
fn the_policy_allows_the_style_and_the_script_of_the_page_alone() {
    use sha2::{Digest, Sha256};
    let page = Html::parse_document(&render(&sample::site(), Language::En));
    let policy = select(&page, "meta[http-equiv=Content-Security-Policy]")[0];
    let hash = |part: &str| {
        let inside = select(&page, part)[0].text().collect::<String>();
        crate::base64::base64(&Sha256::digest(inside))
    };
    assert_eq!(
        policy.attr("content").unwrap(),
        format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash("style"),
            hash("script")
        )
    );
    // A policy in a document only holds for what stands behind it.
    let places: Vec<_> = select(&page, "meta[http-equiv], style, script")
        .into_iter()
        .map(|part| part.value().name().to_owned())
        .collect();
    assert_eq!(places, ["meta", "style", "script"]);
}

#[test]
fn thousands_of_hosts_stay_small() {
    let report = sample::large(5_000);
    assert_eq!(report.hosts.len(), 5_000);
    for language in Language::ALL {
        let size = render(&report, language).len();
        assert!(size < 5_000_000, "{size}");
    }
}
