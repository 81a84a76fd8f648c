//! What goes and what stays: by age, by size, and not on the word of one clock.

use super::*;

#[test]
fn days_go_when_they_are_old_and_not_on_the_word_of_one_day() {
    let folder = Folder::new();
    let keep = Keep {
        days: 2,
        ..Keep::DEFAULT
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..3 {
        writer.write(&on_day(day, 10), &[]).unwrap();
    }
    // Day 2 alone does not say that day 0 is two days old; the days up to 1 do not make it so.
    assert_eq!(count_of_sessions(&folder), 30);
    writer.write(&on_day(3, 10), &[]).unwrap();
    assert_eq!(count_of_sessions(&folder), 30);
    let late = writer.write(&on_day(0, 1), &[]).unwrap();
    assert_eq!(late.too_old, 1);
    // One packet of a clock that is a year ahead removes nothing.
    writer.write(&on_day(300, 1), &[]).unwrap();
    assert_eq!(count_of_sessions(&folder), 31);
    drop(writer);
    let connection = Connection::open(file(folder.path())).unwrap();
    assert_eq!(rows(&connection, "profile"), 1);
}

#[test]
fn what_no_session_needs_is_forgotten() {
    let folder = Folder::new();
    let keep = Keep {
        days: 1,
        ..Keep::DEFAULT
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..20 {
        let mut sessions = on_day(day, 5);
        for (at, session) in sessions.iter_mut().enumerate() {
            session.client.domain = Some(format!("host-{day}-{at}").into());
            session.server.ip = [52, 96, day as u8, at as u8].into();
            session.ja3 = Some(format!("{day}-{at}").into());
        }
        let name = HostName::new([10, 9, 9, day as u8].into(), "seldom", NameSource::Dhcp);
        writer.write(&sessions, &[name]).unwrap();
    }
    writer.close().unwrap();
    let connection = Connection::open(file(folder.path())).unwrap();
    for table in ["profile", "handshake", "text"] {
        let rows = rows(&connection, table);
        assert!(rows <= 13, "{table}: {rows}");
    }
    let names = reader(&folder).names();
    assert_eq!(names.len(), 2);
}

#[test]
fn a_store_stays_below_its_size() {
    let folder = Folder::new();
    let keep = Keep {
        days: 90,
        bytes: 1_000_000,
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..30 {
        let mut sessions = on_day(day, 1_000);
        for (at, session) in sessions.iter_mut().enumerate() {
            session.banner = Some(format!("220 {day}-{at} ESMTP").into());
        }
        writer.write(&sessions, &[]).unwrap();
        let size = std::fs::metadata(file(folder.path())).unwrap().len();
        assert!(size <= 1_500_000, "day {day}: {size}");
    }
    writer.close().unwrap();
    let size = std::fs::metadata(file(folder.path())).unwrap().len();
    assert!(size <= 1_000_000, "{size}");
    assert!(count_of_sessions(&folder) >= 1_000);
}

#[test]
fn a_day_that_is_too_large_alone_is_refused_and_told() {
    let folder = Folder::new();
    let keep = Keep {
        days: 90,
        bytes: 200_000,
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    let full = (0..20).find_map(|part| {
        let mut sessions = on_day(0, 800);
        for session in &mut sessions {
            session.id |= part << 40;
        }
        writer.write(&sessions, &[]).err()
    });
    let error = full.expect("the store grows without bound").to_string();
    assert!(error.contains("one day alone takes more"), "{error}");
}

/// A clock that is set back a day or two, and then right again, costs nothing; one that begins in 1970 only what it dates so.
#[test]
fn a_clock_that_steps_back_costs_nothing() {
    let folder = Folder::new();
    let mut writer = writer(&folder);
    for (step, day) in [10, 11, 10, 9, 12].into_iter().enumerate() {
        let mut sessions = on_day(day, 10);
        for session in &mut sessions {
            session.id |= (step as u64) << 48;
        }
        assert_eq!(writer.write(&sessions, &[]).unwrap().new, 10);
    }
    assert_eq!(count_of_sessions(&folder), 50);
    let mut unset = on_day(0, 10);
    for session in &mut unset {
        session.start = Timestamp(session.start.0 % SECOND);
    }
    writer.write(&unset, &[]).unwrap();
    writer.write(&on_day(13, 10), &[]).unwrap();
    assert_eq!(count_of_sessions(&folder), 60);
}
