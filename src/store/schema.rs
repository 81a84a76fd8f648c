//! The tables, and the file that holds them. `docs/history.md` explains them to those who query the file by hand.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use super::{files, handshake, profile};

/// The number of the form of the tables; a store of a higher one is refused.
pub const SCHEMA: i64 = 1;

/// `TLST`: tells `file` and us whose database it is.
const APPLICATION: i64 = 0x544c_5354;

/// How long to wait for another writer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes that the write-ahead log may keep once it is written back.
const LOG_LIMIT: i64 = 16 << 20;

/// Opens a file of a store to write, and makes it if there is none.
pub(super) fn open_to_write(file: &Path) -> Result<Connection, StoreError> {
    let failed = |error| StoreError::of(file, error);
    let connection = Connection::open(file).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // Must come before the first table.
    connection
        .execute_batch("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA page_size=8192")
        .map_err(failed)?;
    connection
        .query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))
        .map_err(failed)?;
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; \
             PRAGMA journal_size_limit={LOG_LIMIT}"
        ))
        .map_err(failed)?;
    make(&connection, file)?;
    Ok(connection)
}

/// Opens a file of a store to read, also where nothing may be written. Says so if the newest sessions may be missing.
pub(super) fn open_to_read(file: &Path) -> Result<(Connection, Option<String>), StoreError> {
    let failed = |error| StoreError::of(file, error);
    let (connection, caution) = match connect(file) {
        Ok(connection) => (connection, None),
        Err(error) => unchanging(file).map_err(|_| failed(error))?,
    };
    known(&connection, file)?;
    Ok((connection, caution))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(
        "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON",
    )?;
    // Fails where the log's index cannot be made.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(connection)
}

/// The file as it is, without its log: for folders that may not be written.
pub(super) fn unchanging(path: &Path) -> rusqlite::Result<(Connection, Option<String>)> {
    let pending = std::fs::metadata(files::log(path)).is_ok_and(|log| log.len() > 0);
    let caution =
        "the folder cannot be written, so the newest sessions, still in the log, are left out";
    let connection = Connection::open_with_flags(
        address(path),
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
    )?;
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok((connection, pending.then(|| caution.to_owned())))
}

/// The file as an address that says it will not change; bytes that mean something in one are written as numbers.
fn address(path: &Path) -> String {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address + "?immutable=1"
}

/// Makes the tables if the file is new, else sees whether it is one of ours.
fn make(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::of(file, error);
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(failed)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
        .map_err(failed)?;
    let made = if tables == 0 {
        connection
            .execute_batch(&tables_and_views())
            .map_err(failed)
    } else {
        known(connection, file)
    };
    let end = if made.is_ok() { "COMMIT" } else { "ROLLBACK" };
    connection.execute_batch(end).map_err(failed)?;
    made
}

fn known(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let number = |pragma: &str| -> Result<i64, StoreError> {
        connection
            .query_row(pragma, [], |row| row.get(0))
            .map_err(|error| StoreError::of(file, error))
    };
    if number("PRAGMA application_id")? != APPLICATION {
        return Err(StoreError::Foreign(file.to_owned()));
    }
    let found = number("PRAGMA user_version")?;
    if found > SCHEMA {
        let path = file.to_owned();
        return Err(StoreError::Newer { path, found });
    }
    Ok(())
}

/// `used` is the last day of UTC, counted from 1970, of a session that needs the row.
fn tables_and_views() -> String {
    let profile = typed(profile::COLUMNS);
    let handshake = typed(handshake::COLUMNS);
    format!(
        "CREATE TABLE text (id INTEGER PRIMARY KEY, used INTEGER NOT NULL, text TEXT NOT NULL UNIQUE) STRICT;
         CREATE TABLE profile (id INTEGER PRIMARY KEY, used INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, {profile}) STRICT;
         CREATE TABLE handshake (id INTEGER PRIMARY KEY, used INTEGER NOT NULL, key BLOB NOT NULL UNIQUE, {handshake}) STRICT;
         CREATE TABLE session (start INTEGER NOT NULL, id INTEGER NOT NULL, profile INTEGER NOT NULL, handshake INTEGER NOT NULL,
             server INTEGER NOT NULL, origin INTEGER NOT NULL, client_port INTEGER NOT NULL, duration INTEGER NOT NULL,
             detail BLOB NOT NULL, PRIMARY KEY (start, id)) STRICT, WITHOUT ROWID;
         CREATE TABLE day (day INTEGER NOT NULL, profile INTEGER NOT NULL, sessions INTEGER NOT NULL, first INTEGER NOT NULL,
             last INTEGER NOT NULL, slots BLOB NOT NULL, PRIMARY KEY (day, profile)) STRICT, WITHOUT ROWID;
         CREATE TABLE name (host TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, used INTEGER NOT NULL,
             PRIMARY KEY (host, name, source)) STRICT, WITHOUT ROWID;
         CREATE TABLE state (removed_before INTEGER NOT NULL, sessions INTEGER NOT NULL) STRICT;
         INSERT INTO state VALUES (0, 0);
         CREATE VIEW sessions AS SELECT strftime('%Y-%m-%dT%H:%M:%fZ', session.start / 1e9, 'unixepoch') AS time,
             printf('%016x', session.id) AS id, sensor, client, client_port, client_name, client_mac,
             place.text AS server, server_port, server_name, direction, mode, outcome, verdict, findings,
             CASE WHEN version IS NULL THEN NULL WHEN version = 2 THEN 'ssl2' WHEN version = 768 THEN 'ssl3'
                 WHEN version = 769 THEN '1.0' WHEN version = 770 THEN '1.1' WHEN version = 771 THEN '1.2'
                 WHEN version = 772 THEN '1.3' ELSE printf('0x%04x', version) END AS version,
             limited_by, instance, endpoint, software, ja4, duration / 1e9 AS seconds, session.start AS start
             FROM session JOIN profile ON profile.id = session.profile
             JOIN handshake ON handshake.id = session.handshake JOIN text AS place ON place.id = session.server;
         PRAGMA application_id={APPLICATION};
         PRAGMA user_version={SCHEMA};"
    )
}

/// Columns that hold numbers; all others hold text.
const NUMBERS: &[&str] = &[
    "version",
    "offered_max",
    "exchange_online",
    "gapped",
    "server_did",
    "server_port",
    "alert_code",
    "offered_listed",
    "acceptable_suite",
    "cipher",
    "established",
    "resumed",
    "not_after",
    "auth_in_clear",
    "downgrade_sentinel",
];

fn typed(columns: &str) -> String {
    let kind = |name: &str| {
        if NUMBERS.contains(&name) {
            "INTEGER"
        } else {
            "TEXT"
        }
    };
    let names = columns.split(',').map(str::trim);
    let typed: Vec<_> = names.map(|name| format!("{name} {}", kind(name))).collect();
    typed.join(", ")
}
