//! No room, no right to write, and a lock that does not go.

use super::*;

/// A limit of pages stands for the disk: the database fails the same way, and in the middle of a transaction.
#[test]
fn a_full_disk_loses_what_it_must_and_recovers() {
    let folder = Folder::new();
    let mut writer = writer(&folder);
    writer.write(&on_day(0, 10), &[]).unwrap();
    writer.limit_pages(40);
    let mut lost = 0;
    for day in 1..20 {
        match writer.write(&on_day(day, 400), &[]) {
            Ok(_) => assert_eq!(lost, 0, "room came from nowhere"),
            Err(StoreError::Full { .. }) => lost += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(lost > 0);
    let kept = count_of_sessions(&folder);
    assert_eq!(kept, 10 + 400 * (19 - lost));
    writer.limit_pages(1_000_000);
    for day in 1..20 {
        writer.write(&on_day(day, 400), &[]).unwrap();
    }
    assert_eq!(count_of_sessions(&folder), 10 + 400 * 19);
}

/// The file alone, as on a disk that may only be read: no log, and none can be made.
#[test]
fn a_store_is_read_where_nothing_may_be_written() {
    let folder = Folder::new();
    let mut writer = writer(&folder);
    writer.write(&on_day(0, 10), &[]).unwrap();
    writer.close().unwrap();
    assert!(!folder.path().join("sessions.sqlite-wal").exists());
    let (connection, caution) = crate::store::schema::unchanging(&file(folder.path())).unwrap();
    assert_eq!((rows(&connection, "session"), caution), (10, None));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.path(), "a file").unwrap();
    let below = folder.path().join("store");
    let error = Writer::open(&below, "edge-1", Keep::DEFAULT)
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, StoreError::Create { .. }));
    assert!(
        error.to_string().contains("store` cannot be made"),
        "{error}"
    );
    std::fs::remove_file(folder.path()).unwrap();
}
