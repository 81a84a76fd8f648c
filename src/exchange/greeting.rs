//! What the server's first lines tell: its host name, and the address it sees the client under.
//!
//! RFC 5321 sections 4.2 and 4.1.1.1: the greeting is `220 DOMAIN text`, the EHLO reply `250-DOMAIN text`. Exchange
//! writes `220 HOST Microsoft ESMTP MAIL Service ready at DATE` and `250-HOST Hello [ADDRESS]`. On-premises Exchange
//! uses the same words, so only the host name is read, never the words.

use std::net::IpAddr;

use memchr::memchr2_iter;

use super::name::is_host_name;

/// The host name in a greeting's first line, with or without its code (220, or 421 and 554 where the server will not
/// serve). `None` if it names no fully qualified host.
///
/// ```
/// use tlstally::exchange::banner_host;
///
/// let line = "220 DM6PR07CA0101.outlook.office365.com Microsoft ESMTP MAIL Service ready";
/// assert_eq!(banner_host(line), Some("DM6PR07CA0101.outlook.office365.com"));
/// ```
pub fn banner_host(first_line: &str) -> Option<&str> {
    let mut words = without_code(first_line).split_ascii_whitespace();
    words.next().filter(|word| is_host_name(word))
}

fn without_code(line: &str) -> &str {
    ["220", "421", "554"]
        .iter()
        .find_map(|code| line.strip_prefix(code))
        .and_then(|rest| rest.strip_prefix([' ', '-']))
        .unwrap_or(line)
}

/// The client's address in the first line of an EHLO reply: `250-HOST Hello [203.0.113.7]`. Behind address translation
/// this is the site's public address. The last bracketed address after `Hello` counts, since some servers repeat the
/// client's own claim before it.
pub fn greeted_ip(ehlo_reply_line: &str) -> Option<IpAddr> {
    let (_, after) = split_once_ignoring_case(ehlo_reply_line, "hello ")?;
    after
        .split('[')
        .skip(1)
        .filter_map(|part| part.split_once(']'))
        .filter_map(|(inside, _)| address_literal(inside))
        .last()
}

/// The address that a client gives for its name in EHLO: as an address literal, or bare.
pub fn claimed_ip(name: &str) -> Option<IpAddr> {
    let inside = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    address_literal(inside.unwrap_or(name))
}

/// Splits at the first `word` (lower case, ASCII), whatever its case in `text`.
fn split_once_ignoring_case<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let first = *word.as_bytes().first()?;
    let at = memchr2_iter(first, first.to_ascii_uppercase(), text.as_bytes()).find(|at| {
        let found = text.as_bytes().get(*at..*at + word.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    })?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// RFC 5321 section 4.1.3 writes IPv6 as `IPv6:2001:db8::1`; Exchange leaves the tag out.
fn address_literal(inside: &str) -> Option<IpAddr> {
    let address = match inside.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("IPv6:") => rest,
        _ => inside,
    };
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn banners_that_people_published() {
        for (line, host) in [
            (
                "220 BE1P281CA0440.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 4 Aug 2025 11:15:30 +0000 [08DDD30471EE4ED5]",
                Some("BE1P281CA0440.outlook.office365.com"),
            ),
            (
                "220 SN1NAM02FT0049.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Wed, 28 Jun 2023 10:00:00 +0000\r\n",
                Some("SN1NAM02FT0049.mail.protection.outlook.com"),
            ),
            ("220-mail.contoso.com ESMTP", Some("mail.contoso.com")),
            ("mail.contoso.com ESMTP", Some("mail.contoso.com")),
            ("554 mx.contoso.com no service", Some("mx.contoso.com")),
            ("220 ESMTP ready", None),
            ("220 *************************", None),
            ("220 [192.0.2.1] ready", None),
            ("220 192.0.2.1 ready", None),
            ("250 mail.contoso.com", None),
            ("220", None),
            ("", None),
        ] {
            assert_eq!(banner_host(line), host, "{line}");
        }
    }

    #[test]
    fn the_address_the_server_sees() {
        for (line, ip) in [
            (
                "250-SA0PR11CA0001.outlook.office365.com Hello [203.0.113.7]",
                Some("203.0.113.7"),
            ),
            (
                "250-X.outlook.office365.com Hello [2001:db8::7]",
                Some("2001:db8::7"),
            ),
            (
                "250-mail.contoso.com Hello [IPv6:2001:db8::7]",
                Some("2001:db8::7"),
            ),
            (
                "250 mx.example HELLO [192.168.1.5] [198.51.100.9], pleased to meet you",
                Some("198.51.100.9"),
            ),
            ("250-mail.contoso.com Hello printer.contoso.com", None),
            ("250-mail.contoso.com [203.0.113.7]", None),
            ("250-X Hello [203.0.113.7", None),
            ("250-X Hello [999.0.113.7]", None),
        ] {
            assert_eq!(greeted_ip(line), ip.map(|ip| ip.parse().unwrap()), "{line}");
        }
    }

    #[test]
    fn the_address_the_client_claims() {
        for (name, ip) in [
            ("[192.168.1.5]", Some("192.168.1.5")),
            ("192.168.1.5", Some("192.168.1.5")),
            ("[IPv6:2001:db8::7]", Some("2001:db8::7")),
            ("printer.contoso.com", None),
            ("[192.168.1.5", None),
        ] {
            assert_eq!(claimed_ip(name), ip.map(|ip| ip.parse().unwrap()), "{name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(line in any::<String>(), tail in any::<String>()) {
            let _ = (banner_host(&line), greeted_ip(&line));
            let _ = greeted_ip(&format!("250-x Hello [{line}]{tail}"));
        }
    }
}
