//! The console read by eye (snapshots of the cells) and key by key.

use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::*;
use crate::output::sample;
use crate::session::sample::{self as session, MORNING};
use crate::session::text::is_hazardous;
use crate::tally::live::{Interface, Level};
use crate::time::{SECOND, Timestamp};

/// What `moment` of the sensor's clock and counters is `seconds` after the capture began.
fn moment(seconds: u64) -> Moment {
    let interface = |name: &str, up| Interface {
        name: name.into(),
        link: Some("EN10MB".into()),
        up,
        packets: 1_204 * seconds,
        bytes: 1_000_000 * seconds,
        dropped_kernel: Some(0),
        dropped_interface: None,
        ring_bytes: 67_108_864,
        ring_used: up.then_some(6_710_886),
    };
    let mut moment = Moment {
        time: Timestamp::from_parts(MORNING + 86_400, 0),
        uptime: Duration::from_secs(seconds),
        alive: Duration::from_secs(seconds),
        interfaces: vec![interface("eth1", true), interface("eth2", false)],
        queue: Level { now: 3, bound: 256 },
        flows: Level {
            now: 1_203,
            bound: 1_000_000,
        },
        held_bytes: Level {
            now: 14_480,
            bound: 67_108_864,
        },
        sessions: 3 * seconds,
        resident_bytes: Some(84_100_000),
        ..Moment::default()
    };
    moment.latencies.note(&session::full().latency);
    moment
}

fn at(seconds: u64, report: &Arc<Report>) -> Snapshot {
    Snapshot {
        report: Arc::clone(report),
        moment: Arc::new(moment(seconds)),
    }
}

/// A console that has watched a site for a day.
fn watching(colour: bool) -> Console {
    let report = Arc::new(sample::site());
    let mut console = Console::new(colour);
    let mut sessions = sample::sessions();
    sessions.sort_by_key(|session| (session.start, session.client.ip));
    for session in sessions {
        let seconds = session.start.0 / SECOND - MORNING;
        if console.now.snapshot.is_none() || seconds.is_multiple_of(600) {
            console.update(at(seconds, &report));
        }
        console.session(Arc::new(session));
    }
    console.update(at(86_370, &report));
    console.update(at(86_400, &report));
    console
}

fn cells(console: &mut Console, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| console.draw(frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn picture(console: &mut Console, columns: u16, rows: u16) -> String {
    let buffer = cells(console, columns, rows);
    let row = |y| {
        let row: String = (0..columns).map(|x| buffer[(x, y)].symbol()).collect();
        row.trim_end().to_owned() + "\n"
    };
    (0..rows).map(row).collect()
}

fn press(console: &mut Console, keys: &str) {
    for key in keys.chars() {
        let key = match key {
            '\n' => Key::Enter,
            '\u{1b}' => Key::Escape,
            '\u{8}' => Key::Backspace,
            key => Key::Character(key),
        };
        assert_eq!(console.on_key(key), Effect::Nothing);
    }
}

/// The picture after `keys`.
fn after(keys: &str, columns: u16, rows: u16) -> String {
    let mut console = watching(false);
    picture(&mut console, columns, rows);
    press(&mut console, keys);
    picture(&mut console, columns, rows)
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
    hosts_80: after("tt", 80, 24);
    hosts_120: after("tt", 120, 40);
    hosts_200: after("tt", 200, 60);
    host_80: after("\n", 80, 24);
    host_120: after("\n", 120, 40);
    latest_120: after("l", 120, 40);
    capture_100: after("c", 100, 50);
    help_80: after("?", 80, 24);
    search_80: after("/print", 80, 24);
    export_80: after("fe", 80, 24);
    nothing_yet: picture(&mut Console::new(false), 80, 24);
    no_packets: {
        let mut console = Console::new(false);
        console.update(at(0, &Arc::new(sample::silent())));
        picture(&mut console, 80, 24)
    };
    troubled_80: {
        let mut console = Console::new(false);
        console.update(at(60, &Arc::new(sample::troubled())));
        picture(&mut console, 80, 24)
    };
    too_small: picture(&mut watching(false), 60, 20);
}

/// The pictures and the text of the documentation are what is drawn today.
#[test]
fn the_documentation_shows_what_is_drawn() {
    let mut console = watching(true);
    press(&mut console, "tt");
    let hosts = cells(&mut console, 120, 36);
    crate::document::is(
        "docs/console.svg",
        &svg::picture(&hosts, "The console of tlstally watch"),
    );
    press(&mut console, "\n");
    let host = cells(&mut console, 120, 36);
    crate::document::is(
        "docs/console-host.svg",
        &svg::picture(&host, "One host in the console"),
    );
    let text = format!("```text\n{}```\n", after("tt", 100, 24));
    crate::document::holds("README.md", "console", &text);
}

#[test]
fn the_documentation_names_every_key() {
    crate::document::holds("docs/console.md", "keys", &reference());
}

#[test]
fn without_colours_there_are_none_and_the_words_are_the_same() {
    let (mut plain, mut coloured) = (watching(false), watching(true));
    let (plain, coloured) = (cells(&mut plain, 120, 40), cells(&mut coloured, 120, 40));
    let colours = |buffer: &Buffer| {
        let cells = buffer.content().iter();
        cells
            .filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
            .count()
    };
    assert_eq!(colours(&plain), 0);
    assert!(colours(&coloured) > 0);
    let words = |buffer: &Buffer| -> String {
        buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    };
    assert_eq!(words(&plain), words(&coloured));
}

/// Text that would move a cursor, clear a screen, turn the direction around or break a line.
const HOSTILE: &str = "\u{1b}[2J\u{9b}1;1H\u{202e}evil\r\n\u{200b}\u{7}漢字\u{301}";

#[test]
fn names_off_the_wire_stay_in_their_place() {
    let report = Arc::new(sample::hostile(HOSTILE));
    let mut console = Console::new(true);
    console.update(at(60, &report));
    console.session(Arc::new(session::named(HOSTILE)));
    for keys in ["", "l", "c", "\u{1b}\n", "e"] {
        press(&mut console, keys);
        for (columns, rows) in [(80, 24), (120, 60), (200, 60)] {
            let shown = picture(&mut console, columns, rows);
            let lines: Vec<_> = shown.lines().collect();
            assert_eq!(lines.len(), usize::from(rows));
            for line in lines {
                assert!(!line.chars().any(is_hazardous), "{line:?}");
            }
        }
    }
    press(&mut console, "\u{1b}\u{1b}/evil");
    assert!(picture(&mut console, 80, 24).contains("HOSTS 1 of 1"));
}

#[test]
fn any_size_can_be_drawn_and_changed() {
    let mut console = watching(true);
    for keys in ["", "?", "l", "c", "q\n"] {
        press(&mut console, keys);
        for (columns, rows) in [
            (1, 1),
            (79, 24),
            (80, 23),
            (80, 24),
            (81, 25),
            (300, 100),
            (80, 24),
        ] {
            console.resized();
            assert!(console.changed());
            cells(&mut console, columns, rows);
            assert!(!console.changed());
        }
    }
}

#[test]
fn the_selection_stays_with_its_host() {
    let mut console = watching(false);
    let first = console.selected;
    press(&mut console, "j");
    let second = console.selected;
    assert_ne!(first, second);
    press(&mut console, "S");
    console.update(at(90_000, &Arc::new(sample::site())));
    assert_eq!(console.selected, second);
    press(&mut console, "G");
    assert_eq!(console.selected, first);
    press(&mut console, "g\n");
    assert_eq!(console.view, View::Host("10.20.0.99".parse().unwrap()));
}

#[test]
fn until_the_user_moves_the_first_host_is_selected() {
    let mut console = watching(false);
    let first = console.selected;
    press(&mut console, "S");
    assert_ne!(console.selected, first);
    press(&mut console, "S");
    assert_eq!(console.selected, first);
}

#[test]
fn escape_goes_back_one_step_at_a_time() {
    let mut console = watching(false);
    press(&mut console, "f/erp\n\n");
    assert_eq!(console.rows.len(), 0);
    assert_eq!(console.view, View::Hosts, "there is no host to look into");
    press(&mut console, "\u{1b}");
    assert_eq!(console.rows.len(), 2);
    press(&mut console, "\n");
    assert!(matches!(console.view, View::Host(_)));
    press(&mut console, "\u{1b}\u{1b}");
    assert_eq!((console.view, console.rows.len()), (View::Hosts, 6));
}

#[test]
fn typing_searches_and_does_not_command() {
    let mut console = watching(false);
    press(&mut console, "/qpse");
    assert_eq!(console.choice.search, "qpse");
    press(&mut console, "\u{8}\u{8}\u{8}\u{8}\u{8}RELAY");
    assert_eq!(console.selected, Some("10.20.0.25".parse().unwrap()));
    press(&mut console, &"x".repeat(500));
    assert!(console.choice.search.len() <= 64);
    press(&mut console, "\u{1b}");
    assert_eq!((console.rows.len(), console.over), (6, Over::Nothing));
}

#[test]
fn a_paused_picture_stands_still_and_then_catches_up() {
    let mut console = watching(false);
    press(&mut console, "p");
    let paused = picture(&mut console, 80, 24);
    console.session(Arc::new(session::full()));
    console.update(at(100_000, &Arc::new(sample::modern())));
    assert!(!console.changed());
    assert_eq!(picture(&mut console, 80, 24), paused);
    assert!(paused.contains("PAUSED"));
    press(&mut console, " ");
    let going = picture(&mut console, 80, 24);
    assert!(going.contains("None of 2 internal hosts") && going.contains("up 1 d 3 h"));
    assert!(going.contains("rejected"), "{going}");
}

#[test]
fn an_export_holds_the_hosts_shown_in_their_order() {
    let exported = |keys: &str, form: char| {
        let mut console = watching(false);
        press(&mut console, keys);
        match console.on_key(Key::Character(form)) {
            Effect::Export(export) => {
                let hosts = export.report.hosts.iter().map(|host| host.host.to_string());
                (
                    export.form,
                    hosts.collect::<Vec<_>>(),
                    export.report.totals.hosts,
                )
            }
            other => panic!("{other:?}"),
        }
    };
    let legacy = ["10.20.0.25".to_owned(), "10.20.0.14".to_owned()];
    assert_eq!(exported("fSe", 'j'), (Form::Json, legacy.to_vec(), 6));
    assert_eq!(
        exported("S\ne", 'c'),
        (Form::Csv, vec!["10.20.0.99".to_owned()], 6)
    );
    assert_eq!(exported("e", 't').0, Form::Table);
    let mut console = watching(false);
    press(&mut console, "ex");
    assert_eq!(console.over, Over::Nothing);
    console.tell("Written to /tmp/x.csv");
    assert!(picture(&mut console, 80, 24).contains("Written to /tmp/x.csv"));
}

#[test]
fn an_export_asks_only_of_what_it_holds() {
    let mut console = watching(false);
    press(&mut console, "/erp01\ne");
    let Effect::Export(export) = console.on_key(Key::Character('t')) else {
        panic!()
    };
    let concerned = export
        .report
        .what_to_do
        .iter()
        .flat_map(|concern| &concern.hosts);
    let expected: std::net::IpAddr = "fd00:20::7:1c2d:3e4f:5a6b".parse().unwrap();
    assert!(!export.report.what_to_do.is_empty());
    assert!(concerned.into_iter().all(|host| *host == expected));
}

#[test]
fn quitting_is_never_more_than_two_keys_away() {
    let mut console = watching(false);
    assert_eq!(console.on_key(Key::Character('q')), Effect::Quit);
    for keys in ["/", "e", "?", "\n", "l", "p"] {
        let mut console = watching(false);
        press(&mut console, keys);
        assert_eq!(console.on_key(Key::Interrupt), Effect::Quit);
    }
    press(&mut console, "lq");
    assert_eq!(console.on_key(Key::Character('q')), Effect::Quit);
}

#[test]
fn what_is_told_gives_way_to_the_keys() {
    let mut console = watching(false);
    let foot = |console: &mut Console| {
        let shown = picture(console, 80, 24);
        shown.lines().last().unwrap().to_owned()
    };
    let keys = foot(&mut console);
    console.tell("Written to /tmp/x.csv");
    console.update(at(86_410, &Arc::new(sample::site())));
    assert_eq!(foot(&mut console), "Written to /tmp/x.csv");
    console.update(at(86_430, &Arc::new(sample::site())));
    assert_eq!(foot(&mut console), keys);
}

#[test]
fn nothing_to_draw_without_news() {
    let mut console = watching(false);
    cells(&mut console, 80, 24);
    assert!(!console.changed());
    console.session(Arc::new(session::full()));
    assert!(console.changed());
}
