//! `--stats`: handshake times on standard error, agreeing with the session records, and nothing else changed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{captures, pcaps, run, sessions};

fn read(options: &[&str]) -> (String, String) {
    let folder = pcaps().into_os_string().into_string().unwrap();
    let output = run(&[&["read", "--sensor", "test", &folder], options].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn standard_output_stays_the_answer() {
    let (plain, _) = read(&[]);
    let (answer, stats) = read(&["--stats"]);
    assert_eq!(plain, answer);
    assert!(stats.contains("HANDSHAKE TIMES") && stats.contains("PACE"));
}

/// Count and longest time of one server, as `tlstally.latency.hello` of its records has them.
#[test]
fn times_are_those_of_the_records() {
    let server = "smtp.office365.com";
    let mut times: Vec<u64> = sessions(&[], &captures())
        .iter()
        .filter(|record| record["destination"]["domain"] == server)
        .filter_map(|record| record["tlstally"]["latency"]["hello"].as_u64())
        .collect();
    times.sort_unstable();
    let (_, stats) = read(&["--stats"]);
    let row: Vec<&str> = stats
        .lines()
        .skip_while(|line| !line.contains(server))
        .find(|line| line.contains(" hello "))
        .unwrap()
        .split_whitespace()
        .collect();
    let [.., count, _median, _ms, _, _, _, _, longest, unit] = row.as_slice() else {
        panic!("{row:?}")
    };
    assert_eq!(count.parse::<usize>().unwrap(), times.len());
    assert_eq!(*unit, "ms");
    let longest = longest.parse::<f64>().unwrap() * 1e6;
    let expected = *times.last().unwrap() as f64;
    // Two significant digits.
    assert!(
        (longest - expected).abs() <= expected * 0.02,
        "{longest} {expected}"
    );
}
