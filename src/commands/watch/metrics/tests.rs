//! The server met by clients that mean it well, by such that do not, and by Prometheus.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::output::console::Snapshot;
use crate::output::sample;
use crate::tally::live::Moment;

const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn served() -> (SocketAddr, Arc<Board>) {
    let board = Arc::new(Board::new(false));
    let listener = listen((LOOPBACK, 0).into()).unwrap();
    serve(&listener, &board, &Threads::unconfined()).unwrap();
    (listener.local_addr().unwrap(), board)
}

fn post(board: &Board) {
    board.post(|| Snapshot {
        report: Arc::new(sample::site()),
        moment: Arc::new(Moment::default()),
    });
}

/// All that the server says to `text`.
fn ask(address: SocketAddr, text: &str) -> String {
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(text.as_bytes()).unwrap();
    let mut said = String::new();
    client.read_to_string(&mut said).unwrap();
    said
}

fn status(address: SocketAddr, page: &str) -> String {
    let said = ask(address, &format!("GET {page} HTTP/1.1\r\nHost: x\r\n\r\n"));
    said.get(9..12).unwrap().to_owned()
}

#[test]
fn pages_come_with_the_first_snapshot() {
    let (address, board) = served();
    assert_eq!(status(address, "/healthz"), "503");
    assert_eq!(status(address, "/metrics"), "503");
    post(&board);
    assert_eq!(status(address, "/healthz"), "200");
    assert_eq!(status(address, "/"), "404");
    let said = ask(address, "GET /metrics HTTP/1.1\r\n\r\n");
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    assert!(body.contains("\ntlstally_legacy_hosts 2\n"));
}

/// Silent clients, in greater number than there are threads, and one that says nothing but nonsense.
#[test]
fn clients_that_say_nothing_are_sent_away() {
    let (address, board) = served();
    post(&board);
    let silent: Vec<_> = (0..CLIENTS * 2)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"GET /metrics HT").unwrap();
    assert_eq!(status(address, "/healthz"), "200");
    let mut said = Vec::new();
    for mut client in silent.into_iter().chain([slow]) {
        client.read_to_end(&mut said).unwrap();
    }
    assert!(said.is_empty());
    assert!(ask(address, &"x".repeat(MAX_HEAD)).starts_with("HTTP/1.1 431 "));
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn prometheus_scrapes_it() {
    let found = Command::new("prometheus").arg("--version").output();
    if found.is_err() {
        assert!(
            std::env::var_os("CI").is_none(),
            "prometheus is not installed"
        );
        eprintln!("skipped: prometheus is not installed (Debian package prometheus)");
        return;
    }
    let (address, board) = served();
    post(&board);
    let folder = std::env::temp_dir().join(format!("tlstally-prometheus-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let config = folder.join("prometheus.yml");
    let text = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs: [{{job_name: tlstally, \
         static_configs: [{{targets: ['{address}']}}]}}]\n"
    );
    fs::write(&config, text).unwrap();
    // A port that was free a moment ago.
    let own = TcpListener::bind((LOOPBACK, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let prometheus = Command::new("prometheus")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!(
            "--storage.tsdb.path={}",
            folder.join("data").display()
        ))
        .arg(format!("--web.listen-address={own}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(prometheus);
    let found = answered(
        own,
        "tlstally_session_versions_total%7Bversion=%221.0%22%7D",
    );
    drop(running);
    let _ = fs::remove_dir_all(&folder);
    assert!(found.contains("\"job\":\"tlstally\""), "{found}");
    assert!(found.contains(",\"210\"]"), "{found}");
}

/// What Prometheus answers to a query, once it has something.
fn answered(address: SocketAddr, query: &str) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    let text = format!("GET /api/v1/query?query={query} HTTP/1.0\r\nHost: x\r\n\r\n");
    loop {
        if let Ok(mut client) = TcpStream::connect(address) {
            let mut said = String::new();
            let asked = client.write_all(text.as_bytes());
            if asked
                .and_then(|()| client.read_to_string(&mut said))
                .is_ok()
                && said.contains("\"value\"")
            {
                return said;
            }
        }
        assert!(
            Instant::now() < until,
            "prometheus has not scraped within a minute"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}
