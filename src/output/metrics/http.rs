//! What the metrics server says to a request: two pages, two methods, and a refusal for everything else.
//!
//! HTTP/1.1 as far as a scraper needs it (RFC 9110, RFC 9112): one request a connection, no body, no keep-alive. Bytes of a
//! request in, bytes of an answer out.

use std::fmt::Write;
use std::time::Duration;

/// Longest request head that is read, in bytes; Prometheus sends about 300.
pub const MAX_HEAD: usize = 8 << 10;

/// From here on a capture that shows no sign of life counts as stalled.
pub const STALLED: Duration = Duration::from_secs(10);

/// The media type of the metrics.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The media type of everything else.
const PLAIN: &str = "text/plain; charset=utf-8";

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The metrics.
    Metrics,
    /// Whether the capture goes on.
    Health,
    /// A page that is not there.
    Elsewhere,
    /// A method that is not served.
    OtherMethod,
    /// It is not HTTP/1.
    Malformed,
    /// Its head is longer than [`MAX_HEAD`].
    TooLong,
}

/// What is asked for, and whether only the head of the answer is wanted; `None` until enough bytes are there.
pub fn request(head: &[u8]) -> Option<(Request, bool)> {
    let whole = head.windows(4).any(|bytes| bytes == b"\r\n\r\n");
    match (whole, head.len() >= MAX_HEAD) {
        (true, _) => Some(asked(head)),
        (false, true) => Some((Request::TooLong, false)),
        (false, false) => None,
    }
}

fn asked(head: &[u8]) -> (Request, bool) {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return (Request::Malformed, false);
    };
    if !version.starts_with(b"HTTP/1.") {
        return (Request::Malformed, false);
    }
    let head_only = method == b"HEAD";
    if !head_only && method != b"GET" {
        return (Request::OtherMethod, false);
    }
    let path = target.split(|byte| *byte == b'?').next();
    let request = match path.unwrap_or_default() {
        b"/metrics" => Request::Metrics,
        b"/healthz" => Request::Health,
        _ => Request::Elsewhere,
    };
    (request, head_only)
}

/// The answer. `metrics` is the text of a scrape, if there is one yet; `silent` for how long the capture has shown no sign of
/// life.
pub fn answer(
    (request, head_only): (Request, bool),
    metrics: Option<&str>,
    silent: Duration,
) -> Vec<u8> {
    const NOT_YET: &str = "the capture has not begun\n";
    let well = silent < STALLED;
    let stalled = format!("no sign of life for {} s\n", silent.as_secs());
    let (status, media, body) = match (request, metrics) {
        (Request::Metrics, Some(text)) => ("200 OK", EXPOSITION, text),
        (Request::Health, Some(_)) if well => ("200 OK", PLAIN, "ok\n"),
        (Request::Health, Some(_)) => ("503 Service Unavailable", PLAIN, &*stalled),
        (Request::Metrics | Request::Health, None) => ("503 Service Unavailable", PLAIN, NOT_YET),
        (Request::Elsewhere, _) => ("404 Not Found", PLAIN, "/metrics and /healthz are here\n"),
        (Request::OtherMethod, _) => ("405 Method Not Allowed", PLAIN, "GET and HEAD only\n"),
        (Request::Malformed, _) => ("400 Bad Request", PLAIN, "not an HTTP/1 request\n"),
        (Request::TooLong, _) => (
            "431 Request Header Fields Too Large",
            PLAIN,
            "the request is too long\n",
        ),
    };
    let mut text = format!("HTTP/1.1 {status}\r\nContent-Type: {media}\r\n");
    if request == Request::OtherMethod {
        text += "Allow: GET, HEAD\r\n";
    }
    let _ = write!(text, "Content-Length: {}\r\n", body.len());
    text += "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
    if !head_only {
        text += body;
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Duration = Duration::ZERO;

    fn status(bytes: &[u8]) -> String {
        let text = answer(request(bytes).unwrap(), Some("m 1\n"), NOW);
        String::from_utf8(text).unwrap().get(9..12).unwrap().into()
    }

    #[test]
    fn two_pages_and_two_methods_are_served() {
        for (line, expected) in [
            ("GET /metrics HTTP/1.1", "200"),
            ("GET /metrics?name=x HTTP/1.0", "200"),
            ("HEAD /healthz HTTP/1.1", "200"),
            ("GET / HTTP/1.1", "404"),
            ("GET /metrics/ HTTP/1.1", "404"),
            ("GET /../etc/passwd HTTP/1.1", "404"),
            ("POST /metrics HTTP/1.1", "405"),
            ("get /metrics HTTP/1.1", "405"),
            ("GET /metrics", "400"),
            ("GET /metrics HTTP/2.0", "400"),
            ("GET  /metrics HTTP/1.1", "400"),
            ("", "400"),
            ("\u{16}\u{3}\u{1}", "400"),
        ] {
            assert_eq!(
                status(format!("{line}\r\n\r\n").as_bytes()),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn a_head_without_an_end_is_waited_for_up_to_a_bound() {
        assert_eq!(request(b"GET /metrics HTTP/1.1\r\nHost: x\r\n"), None);
        assert_eq!(status(&vec![b'a'; MAX_HEAD]), "431");
    }

    #[test]
    fn health_is_what_the_pipeline_shows() {
        let ask = (Request::Health, false);
        let status = |metrics, silent| answer(ask, metrics, silent).get(9..12).unwrap().to_vec();
        assert_eq!(status(None, NOW), b"503");
        assert_eq!(status(Some(""), NOW), b"200");
        assert_eq!(status(Some(""), STALLED), b"503");
    }

    #[test]
    fn the_length_is_that_of_the_body_also_where_only_the_head_is_asked_for() {
        let ask = |head_only| answer((Request::Metrics, head_only), Some("ä 1\n"), NOW);
        let (whole, head) = (ask(false), ask(true));
        assert!(whole.starts_with(&head));
        assert_eq!(whole.len() - head.len(), 5);
        let head = String::from_utf8(head).unwrap();
        assert!(head.contains("\r\nContent-Length: 5\r\n") && head.ends_with("\r\n\r\n"));
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(asked) = request(&bytes) {
                prop_assert!(answer(asked, None, NOW).starts_with(b"HTTP/1.1 "));
            }
        }
    }
}
