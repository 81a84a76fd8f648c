//! Damage: what it costs, what is told of it, and that writing goes on.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;

use super::*;

/// Sessions of four days, in a store at rest.
fn four_days() -> (Folder, Vec<u8>) {
    let folder = Folder::new();
    let sessions: Vec<_> = (0..4).flat_map(|day| on_day(day, 400)).collect();
    let mut writer = writer(&folder);
    writer.write(&sessions, &[]).unwrap();
    writer.close().unwrap();
    let whole = fs::read(file(folder.path())).unwrap();
    assert!(whole.len() > 12 * 8_192, "{}", whole.len());
    (folder, whole)
}

const STORED: usize = 1_600;

/// What all files of a store give back, and what is wrong with them.
fn read_all(folder: &Folder) -> (Vec<u64>, Vec<String>) {
    let mut ids = Vec::new();
    let mut damage = Vec::new();
    for file in files::all(folder.path()) {
        let mut reader = match Reader::open(&file) {
            Ok(reader) => reader,
            Err(error) => {
                damage.push(error.to_string());
                continue;
            }
        };
        let profiles = reader.profiles();
        for day in reader.days() {
            let each = |stored: Stored| ids.push(stored.session.id);
            reader.sessions(Range::of_day(day), &profiles, |_| true, each);
            let _ = reader.counts(day);
        }
        damage.extend(reader.damage());
    }
    (ids, damage)
}

/// Sessions of a later day, so that they touch every table.
fn later() -> Vec<Session> {
    let mut sessions = on_day(9, 40);
    for (at, session) in sessions.iter_mut().enumerate() {
        session.client.domain = Some(format!("new-{at}").into());
        session.ja3 = Some(format!("{at:032x}").into());
    }
    sessions
}

/// The file as it is after something happened to it.
fn ways_to_break(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut ways = Vec::new();
    for page in 0..whole.len() / 8_192 {
        for filling in [0x00, 0xa5] {
            let mut broken = whole.to_vec();
            broken[page * 8_192..(page + 1) * 8_192].fill(filling);
            ways.push((format!("page {page} is all {filling:#04x}"), broken));
        }
        let cut = whole[..page * 8_192 + 4_000].to_vec();
        ways.push((format!("cut in page {page}"), cut));
    }
    let mut broken = whole.to_vec();
    broken[..100].fill(0);
    ways.push(("the header is zero".into(), broken));
    ways.push(("it is empty".into(), Vec::new()));
    ways.push(("it is a text".into(), b"nothing of ours\n".to_vec()));
    ways
}

/// What can be read is read, and something is told whenever sessions are missing. Writing goes on: what comes after is
/// there, once.
#[test]
fn damage_costs_what_is_damaged_and_no_more() {
    let (folder, whole) = four_days();
    let new: BTreeSet<_> = later().iter().map(|session| session.id).collect();
    for (what, broken) in ways_to_break(&whole) {
        for file in files::all(folder.path()) {
            files::remove(&file).unwrap();
        }
        fs::write(file(folder.path()), &broken).unwrap();
        let (before, damage) = read_all(&folder);
        let is_told = before.len() == STORED || !damage.is_empty() || broken.is_empty();
        assert!(is_told, "{what}: {} and nothing told", before.len());

        let mut writer = writer(&folder);
        let written = writer.write(&later(), &[]);
        assert_eq!(written.unwrap().new, new.len() as u64, "{what}");
        let told = writer.told();
        writer.close().unwrap();
        let all = files::all(folder.path());
        assert_eq!(all.len(), 1 + told.len(), "{what}: {told:?}");
        if let [told] = &*told {
            assert!(told.contains("sessions.sqlite` is damaged"), "{told}");
            assert!(told.contains("sessions-2.sqlite` from now on"), "{told}");
        }
        let (after, _) = read_all(&folder);
        let found: Vec<_> = after.iter().filter(|id| new.contains(id)).collect();
        assert_eq!(found.len(), new.len(), "{what}");
        assert_eq!(after.len(), before.len() + new.len(), "{what}");
    }
}

/// A file that was damaged is left as it was found.
#[test]
fn a_damaged_file_is_not_touched() {
    let (folder, mut broken) = four_days();
    broken[..100].fill(0);
    fs::write(file(folder.path()), &broken).unwrap();
    let mut writer = writer(&folder);
    writer.write(&later(), &[]).unwrap();
    writer.close().unwrap();
    assert_eq!(fs::read(file(folder.path())).unwrap(), broken);
}

/// The file breaks under a program that has it open.
#[test]
fn writing_goes_on_when_the_file_breaks_under_it() {
    let (folder, whole) = four_days();
    let mut first = writer(&folder);
    first.write(&on_day(5, 10), &[]).unwrap();
    let mut broken = whole.clone();
    broken[8_192..].fill(0xa5);
    // The log holds what was written just now; the rest of the file is gone.
    fs::write(file(folder.path()), &broken).unwrap();
    let mut second = writer(&folder);
    second.write(&on_day(6, 10), &[]).unwrap();
    first.write(&on_day(7, 10), &[]).unwrap();
    second.write(&later(), &[]).unwrap();
    let told = [first.told(), second.told()].concat();
    assert!(
        told.iter().any(|told| told.contains("is damaged")),
        "{told:?}"
    );
    first.close().unwrap();
    second.close().unwrap();
    assert_eq!(files::all(folder.path()).len(), 2);
    let (ids, _) = read_all(&folder);
    for session in on_day(7, 10).iter().chain(&later()) {
        let found = ids.iter().filter(|found| **found == session.id);
        assert_eq!(found.count(), 1, "{:x}", session.id);
    }
}

/// One of two writers finds the damage; the other follows it to the next file.
#[test]
fn two_writers_leave_a_damaged_file_together() {
    let (folder, _) = four_days();
    let mut first = writer(&folder);
    first.write(&on_day(5, 10), &[]).unwrap();
    fs::write(
        folder.path().join("sessions-2.sqlite"),
        "not a database, but long enough",
    )
    .unwrap();
    let mut second = writer(&folder);
    second.write(&on_day(6, 10), &[]).unwrap();
    first.write(&on_day(7, 10), &[]).unwrap();
    assert!(first.told().is_empty());
    assert_eq!(second.told().len(), 1);
    let third = folder.path().join("sessions-3.sqlite");
    let mut reader = Reader::open(&third).unwrap();
    let mut ids = Vec::new();
    reader.spans(Range::ALL, |span| ids.push(span.id >> 32));
    assert_eq!(ids.len(), 20);
    assert!(ids.contains(&6) && ids.contains(&7));
}

#[test]
fn a_store_that_is_moved_away_is_begun_anew() {
    let (folder, _) = four_days();
    let mut writer = writer(&folder);
    writer.write(&on_day(5, 10), &[]).unwrap();
    let away = Folder::new();
    fs::rename(folder.path(), away.path()).unwrap();
    writer.write(&on_day(6, 10), &[]).unwrap();
    let told = writer.told();
    assert!(told[0].contains("was moved away or removed"), "{told:?}");
    writer.close().unwrap();
    assert_eq!(count_of_sessions(&folder), 10);
    assert_eq!(count_of_sessions(&away), STORED as u64 + 10);
}

/// A disk that breaks whatever is written does not fill itself with files.
#[test]
fn damaged_files_have_a_bound() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path()).unwrap();
    let mut last = None;
    for _ in 0..files::MOST + 3 {
        match Writer::open(folder.path(), "edge-1", Keep::DEFAULT) {
            Ok(writer) => {
                writer.close().unwrap();
                let newest = files::newest(folder.path());
                fs::write(newest, "not a database, but long enough").unwrap();
            }
            Err(error) => last = Some(error),
        }
    }
    assert_eq!(files::all(folder.path()).len(), files::MOST);
    let error = last.expect("there is no bound");
    assert!(matches!(error, StoreError::Worn { .. }), "{error}");
}

/// Damaged files go like days do: by age and by size, the oldest first.
#[test]
fn damaged_files_go_by_age_and_size() {
    let (folder, mut broken) = four_days();
    broken[..100].fill(0);
    let begin = |keep: Keep| {
        fs::write(file(folder.path()), &broken).unwrap();
        let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
        writer.write(&later(), &[]).unwrap();
        writer
    };
    let size = broken.len() as u64;
    let mut writer = begin(Keep {
        days: 90,
        bytes: size + 50_000_000,
    });
    assert!(file(folder.path()).exists(), "{:?}", writer.told());
    let mut writer = begin(Keep {
        days: 90,
        bytes: size,
    });
    assert!(!file(folder.path()).exists());
    let told = writer.told();
    assert!(
        told.last()
            .unwrap()
            .ends_with("was removed, by `--keep-size`"),
        "{told:?}"
    );

    // Written when the file was made, today; two days of sessions from years to come say that it is old. Today's clock does not.
    let mut writer = begin(Keep {
        days: 1,
        ..Keep::DEFAULT
    });
    for day in [100_000, 100_001] {
        writer.write(&on_day(day, 1), &[]).unwrap();
    }
    assert!(file(folder.path()).exists());
    let opened = fs::File::options()
        .write(true)
        .open(file(folder.path()))
        .unwrap();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(MORNING);
    opened.set_modified(long_ago).unwrap();
    for day in [40, 41, 42] {
        writer.write(&on_day(day, 1), &[]).unwrap();
    }
    assert!(!file(folder.path()).exists(), "{:?}", writer.told());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A few bytes anywhere: nothing panics, and sessions are taken unless the file claims to be another program's.
    #[test]
    fn any_bytes_may_change(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let (folder, mut broken) = four_days();
        for (place, value) in places {
            let at = place.index(broken.len());
            broken[at] = value;
        }
        fs::write(file(folder.path()), &broken).unwrap();
        let _ = read_all(&folder);
        match Writer::open(folder.path(), "edge-1", Keep::DEFAULT) {
            Ok(mut writer) => {
                let written = writer.write(&later(), &[]);
                prop_assert!(written.is_ok(), "{:?}", written);
                writer.close().unwrap();
            }
            Err(StoreError::Foreign(_) | StoreError::Newer { .. }) => {}
            Err(error) => prop_assert!(false, "{error:?}"),
        }
        let _ = read_all(&folder);
    }
}
