//! A program that is killed while it writes: what it was told is stored is there, once, and the counts agree.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;

/// The folder that the child writes, in its environment.
const FOLDER: &str = "TLSTALLY_TEST_STORE";
/// The number of the first session it writes.
const FIRST: &str = "TLSTALLY_TEST_FIRST";
/// How often to kill; a quick run does with few.
const ROUNDS: &str = "TLSTALLY_TEST_ROUNDS";

const BATCH: u64 = 40;

fn numbered(number: u64) -> Session {
    let mut session = sample::submission("10.20.0.14", number, Version::TLS12);
    session.id = number;
    session.client.ip = [10, 20, (number % 7) as u8, 1].into();
    session
}

/// The child: writes batch after batch and says how far it came, until it is killed.
#[test]
#[ignore = "it is what the test below kills"]
fn writes_until_it_is_killed() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let mut next: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    let mut writer = Writer::open(
        Path::new(&folder),
        "edge-1",
        Keep {
            days: 36_500,
            ..Keep::DEFAULT
        },
    )
    .unwrap();
    loop {
        let sessions: Vec<_> = (next..next + BATCH).map(numbered).collect();
        writer.write(&sessions, &[]).unwrap();
        next += BATCH;
        println!("stored up to {next}.");
    }
}

#[test]
fn what_was_acknowledged_is_there_once() {
    let rounds = std::env::var(ROUNDS).map_or(20, |rounds| rounds.parse().unwrap());
    let folder = Folder::new();
    let mut acknowledged = 0;
    for round in 0u64..rounds {
        // Some sessions again: what was written and not acknowledged must not count twice.
        let first = u64::saturating_sub(acknowledged, 3 * BATCH);
        acknowledged = acknowledged.max(killed_child(&folder, first, round));
        let ids = ids(&folder);
        let stored: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(
            stored.len(),
            ids.len(),
            "round {round}: some are there twice"
        );
        let missing = (0..acknowledged).find(|id| !stored.contains(id));
        assert_eq!(
            missing, None,
            "round {round}: acknowledged up to {acknowledged}"
        );
        assert_eq!(count_of_sessions(&folder), ids.len() as u64);
    }
    assert!(acknowledged > 0);
}

/// Lets a child write and kills it somewhere; what it acknowledged.
fn killed_child(folder: &Folder, first: u64, round: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "store::tests::killed::writes_until_it_is_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder.path())
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledgements = lines
        .by_ref()
        .map_while(Result::ok)
        .filter_map(|line| acknowledgement(&line));
    // Killed after a few batches, and at another place of the next one each time.
    let scattered = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let wanted = usize::try_from(1 + scattered % 4).unwrap();
    let before = acknowledgements.by_ref().take(wanted).last();
    std::thread::sleep(Duration::from_micros(scattered % 6_000));
    child.kill().unwrap();
    let after = acknowledgements.last();
    child.wait().unwrap();
    after.or(before).unwrap_or(0)
}

/// A whole line; one may be cut where the program was killed.
fn acknowledgement(line: &str) -> Option<u64> {
    line.strip_prefix("stored up to ")?
        .strip_suffix('.')?
        .parse()
        .ok()
}

fn ids(folder: &Folder) -> Vec<u64> {
    let mut reader = reader(folder);
    let mut ids = Vec::new();
    reader.spans(Range::ALL, |span| ids.push(span.id));
    assert_eq!(reader.damage(), [""; 0]);
    ids
}
