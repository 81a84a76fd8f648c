//! What is said on a connection and what the record must say of it, line by line as the RFCs have it: RFC 5321, 3207 (STARTTLS),
//! 8314 (implicit TLS), 2920 (pipelining), 3030 (BDAT), 2033 (LMTP), HAProxy's PROXY protocol, and what middleboxes do.
//!
//! A script has a line for each line that is sent: `C:` and `S:` with CRLF, `C|` and `S|` with LF alone, `C=` and `S=` raw with
//! `\xNN`. `TLS n` is all that follows the 220 in the nth session of `openssl-s_client.pcap` (versions 1.0, 1.1, 1.2, 1.3 by
//! tshark's reading), `HELLO n` its first turn. An answer is `field=value`; a bare `field` must be absent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::conversation::{From, WRAPPING};
use common::less::said_more_of_parts;
use common::reading::{Reading, contrast, timeless};
use common::script::{conversation, differences, samples};

/// Name, server port, script, answer.
type Scenario = (&'static str, u16, &'static str, &'static str);

const SCENARIOS: &[Scenario] = &[
    (
        "STARTTLS as in RFC 3207 section 5",
        587,
        "S: 220 mail.imc.org SMTP service ready
         C: EHLO mail.example.com
         S: 250-mail.imc.org offers a warm hug of welcome
         S: 250-8BITMIME
         S: 250-STARTTLS
         S: 250 DSN
         C: STARTTLS
         S: 220 Go ahead
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established source.domain=mail.example.com tlstally.starttls_command=STARTTLS",
    ),
    (
        "implicit TLS as in RFC 8314 section 3.3",
        465,
        "TLS 4",
        "tlstally.mode=implicit tls.version=1.3 tlstally.outcome=established",
    ),
    (
        "TLS at once on port 25",
        25,
        "TLS 1",
        "tlstally.mode=implicit tls.version=1.0 tlstally.verdict=legacy",
    ),
    (
        "TLS at once on port 587",
        587,
        "TLS 3",
        "tlstally.mode=implicit tls.version=1.2",
    ),
    (
        "STARTTLS on port 465",
        465,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2",
    ),
    (
        "plain greeting on 465, the client speaks TLS",
        465,
        "S: 220 mail.example ESMTP
         HELLO 3
         S: 500 5.5.1 unrecognized",
        "tlstally.mode=implicit tls.version tlstally.offered_max=1.2 tls.established",
    ),
    (
        "PROXY v1 before the banner",
        25,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 25
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b tlstally.outcome=established",
    ),
    (
        "PROXY v1 before implicit TLS",
        465,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 465
         TLS 2",
        "tlstally.mode=implicit tls.version=1.1",
    ),
    (
        "PROXY v2 before the banner",
        25,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\xc3\x50\x00\x19
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "PROXY v2 before implicit TLS",
        465,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\xc3\x50\x01\xd1
         TLS 3",
        "tlstally.mode=implicit tls.version=1.2",
    ),
    (
        "pipelined EHLO and STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         C: STARTTLS
         S: 250-a
         S: 250 STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "a mail refused with all its commands at once, then STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-PIPELINING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         C: RCPT TO:<z@y.example>
         C: DATA
         S: 530 5.7.0 Must issue a STARTTLS command first
         S: 503 5.5.1 bad sequence
         S: 503 5.5.1 bad sequence
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.offered_max=1.0 tlstally.outcome=established tlstally.starttls_command=STARTTLS",
    ),
    (
        "a mail refused with all its commands at once, then AUTH",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-PIPELINING
         S: 250 AUTH PLAIN
         C: MAIL FROM:<x@y.example>
         C: RCPT TO:<z@y.example>
         C: DATA
         S: 530 5.7.0 Authentication required
         S: 503 5.5.1 bad sequence
         S: 503 5.5.1 bad sequence
         C: AUTH PLAIN AGEAYg==
         S: 235 2.7.0 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.auth_in_clear=true",
    ),
    (
        "a command injected behind STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "454, then asked again",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.outcome=established",
    ),
    (
        "454, then asked again, and AUTH between the two",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-AUTH LOGIN
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: eA==
         S: 334 UGFzc3dvcmQ6
         C: eQ==
         S: 235 ok
         C: STARTTLS
         S: 220 go
         TLS 3",
        r#"tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established tlstally.auth_in_clear=true tlstally.findings=["auth_in_clear"]"#,
    ),
    (
        "AUTH sent along with STARTTLS, before its answer",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-AUTH PLAIN
         S: 250 STARTTLS
         C: STARTTLS
         C: AUTH PLAIN AGEAYg==
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established tlstally.auth_in_clear=true",
    ),
    (
        "AUTH LOGIN with a name that is not encoded",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 AUTH LOGIN
         C: AUTH LOGIN user@corp.example
         S: 334 UGFzc3dvcmQ6
         C: eA==
         S: 235 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.auth_in_clear=true",
    ),
    (
        "AUTH XOAUTH2 in the alphabet for URLs, refused (RFC 4648 section 5)",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 AUTH XOAUTH2
         C: AUTH XOAUTH2 dXNlcj1h-_8
         S: 501 5.5.2 cannot decode response
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.auth_in_clear=true",
    ),
    (
        "a server that says back the address that the client claims",
        25,
        "S: 220 a ESMTP
         C: EHLO [192.168.1.5]
         S: 250-a Hello [192.168.1.5], pleased to meet you
         S: 250 SIZE
         C: QUIT
         S: 221 bye",
        "source.domain=[192.168.1.5] source.nat.ip",
    ),
    (
        "a server that says both, the claim and the address it sees",
        25,
        "S: 220 a ESMTP
         C: EHLO [192.168.1.5]
         S: 250-a Hello [192.168.1.5] [203.0.113.7], pleased to meet you
         S: 250 SIZE
         C: QUIT
         S: 221 bye",
        "source.nat.ip=203.0.113.7",
    ),
    (
        "HELO answered with the address that the server sees",
        25,
        "S: 220 a ESMTP
         C: HELO b
         S: 250 a Hello [203.0.113.7]
         C: QUIT
         S: 221 bye",
        "source.domain=b source.nat.ip=203.0.113.7",
    ),
    (
        "EHLO refused by its claim, which HELO then has",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 502 5.5.1 command not implemented
         C: HELO [192.168.1.5]
         S: 250 a Hello [192.168.1.5]
         C: QUIT
         S: 221 bye",
        "source.domain=b source.nat.ip",
    ),
    (
        "454, and the client leaves",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused tls.version tlstally.findings",
    ),
    (
        "EHLO refused, then HELO",
        25,
        "S: 220 old.example Sendmail
         C: EHLO b
         S: 502 5.5.1 command not implemented
         C: HELO b
         S: 250 old.example
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered",
    ),
    (
        "STARTTLS written over by a firewall",
        25,
        "S: 220 ****************************
         C: EHLO b
         S: 250-a
         S: 250-XXXXXXXA
         S: 250 8BITMIME
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered",
    ),
    (
        "a greeting whose last line never comes, since the client spoke first (postscreen(8) of Postfix)",
        25,
        "S: 220-a ESMTP please wait
         C: EHLO b
         S: 250-a
         S: 250-STARTTLS
         S: 250 CHUNKING
         C: MAIL FROM:<x@y.example>
         S: 250 2.1.0 Ok
         C: QUIT
         S: 221 2.0.0 Bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used",
    ),
    (
        "the same, with AUTH",
        25,
        "S: 220-a ESMTP please wait
         C: EHLO b
         S: 250-a
         S: 250-STARTTLS
         S: 250 AUTH PLAIN
         C: AUTH PLAIN AGEAYg==
         S: 235 2.7.0 ok
         C: QUIT
         S: 221 2.0.0 Bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=true",
    ),
    (
        "the same, with STARTTLS",
        25,
        "S: 220-a ESMTP please wait
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 2.0.0 Ready
         TLS 3",
        "tlstally.mode=starttls tlstally.outcome=established tls.version=1.2",
    ),
    (
        "content that quotes the protocol",
        25,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: STARTTLS
         C: AUTH LOGIN
         C= \x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00\x00\x02\x00\x2f\x01\x00\r\n
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tls.version tlstally.offered_max tlstally.auth_in_clear=false",
    ),
    (
        "content with a lone dot between bare line feeds, which ends nothing (RFC 5321 section 4.1.1.4)",
        25,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C= Subject: x\r\n\r\nhello\n.\nAUTH LOGIN\r\nSTARTTLS\r\nmore\n.\r\nAUTH LOGIN\r\n.\nAUTH LOGIN\r\n.\r\n
         S: 250 taken
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false tlstally.findings=["starttls_never"]"#,
    ),
    (
        "a mail of a client that knows bare line feeds only, then STARTTLS",
        25,
        "S: 220 a ESMTP
         C| EHLO b
         S: 250-a
         S: 250 STARTTLS
         C| MAIL FROM:<x@y.example>
         S: 250 ok
         C| RCPT TO:<z@y.example>
         S: 250 ok
         C| DATA
         S: 354 go
         C| Subject: x
         C| .
         S: 250 taken
         C| STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.outcome=established tlstally.starttls_command=STARTTLS",
    ),
    (
        "a server that greets twice, and a mail that quotes the protocol",
        25,
        "S: 220 proxy ESMTP
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: Subject: x
         C: AUTH LOGIN
         C: STARTTLS
         C: MAIL FROM:<q@y.example>
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false tlstally.findings=["starttls_never"]"#,
    ),
    (
        "a reply that answers nothing, and a mail that quotes the protocol",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         S: 250 still here
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: Subject: x
         C: AUTH LOGIN
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false tlstally.findings=["starttls_never"]"#,
    ),
    (
        "a server that greets twice, and a client that says nothing",
        25,
        "S: 220 proxy ESMTP
         S: 220 a ESMTP",
        "tlstally.mode=plaintext tls.version tlstally.verdict=unknown",
    ),
    (
        "a server that greets twice, then STARTTLS",
        25,
        "S: 220 proxy ESMTP
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.outcome=established",
    ),
    (
        "a server that greets twice, STARTTLS refused, and the client leaves",
        25,
        "S: 220 proxy ESMTP
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused tls.version tlstally.findings",
    ),
    (
        "STARTTLS and a command behind it, neither answered",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         C: MAIL FROM:<x@y.example>",
        "tlstally.mode=plaintext tlstally.outcome=incomplete tlstally.verdict=plaintext tlstally.findings",
    ),
    (
        "STARTTLS, a mail's command and QUIT behind it, none answered",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         C: MAIL FROM:<x@y.example>
         C: QUIT",
        "tlstally.mode=plaintext tlstally.outcome=incomplete tlstally.verdict=plaintext tlstally.findings",
    ),
    (
        "STARTTLS and a command behind it, both refused",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 454 4.7.0 TLS not available due to temporary reason
         S: 530 5.7.0 Must issue a STARTTLS command first
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused",
    ),
    (
        "AUTH of a mechanism that is not registered (RFC 4422 section 3.1 has the names)",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 AUTH X_OWN-1
         C: auth x_own-1 eA==
         S: 235 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.auth_in_clear=true",
    ),
    (
        "a chunk that quotes the protocol",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-CHUNKING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: BDAT 22 LAST
         C: STARTTLS
         C: AUTH LOGIN
         S: 250 taken
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false",
    ),
    (
        "LMTP",
        2525,
        "S: 220 a LMTP ready
         C: LHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 source.domain=b",
    ),
    (
        "bare line feeds",
        25,
        "S| 220 a ESMTP
         C| EHLO b
         S| 250-a
         S| 250 STARTTLS
         C| STARTTLS
         S| 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "bytes above 127 in greeting and name",
        25,
        r"S= 220 caf\xe9 ESMTP \xff\r\n
         C= EHLO \xe4b\r\n
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1",
    ),
    (
        "a greeting of many lines",
        25,
        "S: 220-one
         S: 220-two STARTTLS
         S: 220-three
         S: 220 four
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "behind a tap that decrypts",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         C: EHLO b
         S: 250-a
         S: 250 AUTH LOGIN
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: QUIT
         S: 221 bye",
        "tlstally.mode=starttls tls.version tlstally.verdict=unknown tlstally.auth_in_clear=false",
    ),
    (
        "between Exchange servers",
        25,
        "S: 220 a Microsoft ESMTP MAIL Service ready
         C: EHLO b
         S: 250-a
         S: 250-X-ANONYMOUSTLS
         S: 250 8BITMIME
         C: X-ANONYMOUSTLS
         S: 220 2.0.0 SMTP server ready
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.starttls_command=X-ANONYMOUSTLS",
    ),
    (
        "STARTTLS accepted, nothing follows",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go",
        "tlstally.mode=starttls tls.version tlstally.offered_max tlstally.verdict=unknown",
    ),
    (
        "STARTTLS accepted, the hello stays without an answer and the server closes",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1",
        "tlstally.mode=starttls tls.version tlstally.outcome=closed tlstally.verdict=legacy tlstally.offered_max=1.0",
    ),
    (
        "a fatal alert for the version (70)",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 2
         S= \x15\x03\x01\x00\x02\x02\x46",
        "tlstally.mode=starttls tls.version tlstally.outcome=rejected tlstally.alert.code=70 tlstally.alert.by=server tlstally.limited_by=client",
    ),
    (
        "a fatal alert in two records (RFC 5246 section 6.2.1)",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S= \x15\x03\x01\x00\x01\x02\x15\x03\x01\x00\x01\x28",
        "tls.version tlstally.outcome=rejected tlstally.alert.code=40 tlstally.alert.by=server",
    ),
    (
        "a fatal alert behind a warning in the same record (RFC 5246 section 6.2.1)",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S= \x15\x03\x01\x00\x04\x01\x70\x02\x28",
        "tls.version tlstally.outcome=rejected tlstally.alert.code=40 tlstally.alert.by=server",
    ),
    (
        "a hello refused in clear, and another with more to offer",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1
         S: 454 4.3.3 TLS not available
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.offered_max=1.2 tlstally.verdict=modern tlstally.limited_by tlstally.findings tlstally.outcome=established",
    ),
    (
        "a hello refused in clear, and another with less to offer",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 454 4.3.3 TLS not available
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tls.version=1.0 tlstally.offered_max=1.0 tlstally.verdict=legacy tlstally.limited_by=client tlstally.outcome=established",
    ),
    (
        "a hello refused in clear, and AUTH without TLS",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 454 4.3.3 TLS not available
         C: EHLO b
         S: 250-a
         S: 250 AUTH LOGIN
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: eA==
         S: 235 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=starttls tls.version tlstally.offered_max=1.2 tlstally.auth_in_clear=true tlstally.outcome=starttls_refused",
    ),
    (
        "a hello refused by an alert, and another with more to offer",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1
         S= \x15\x03\x01\x00\x02\x02\x46
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tls.version=1.2 tlstally.offered_max=1.2 tlstally.verdict=modern tlstally.alert.code tlstally.limited_by tlstally.outcome=established",
    ),
    (
        "a hello refused by an alert, and another refused in clear",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1
         S= \x15\x03\x01\x00\x02\x02\x46
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 454 4.3.3 TLS not available
         C: QUIT
         S: 221 bye",
        "tls.version tlstally.offered_max=1.2 tlstally.alert.code tlstally.limited_by tlstally.outcome=starttls_refused",
    ),
    (
        "a hello refused in clear, and another by an alert",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 454 4.3.3 TLS not available
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1
         S= \x15\x03\x01\x00\x02\x02\x46
         C: QUIT
         S: 221 bye",
        "tls.version tlstally.offered_max=1.0 tlstally.alert.code=70 tlstally.limited_by=client tlstally.outcome=rejected",
    ),
    (
        "a hello refused by an alert, and mail in clear",
        25,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1
         S= \x15\x03\x01\x00\x02\x02\x46
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: STARTTLS
         C: AUTH LOGIN
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        "tls.version tlstally.offered_max=1.0 tlstally.alert.code=70 tlstally.auth_in_clear=false tlstally.outcome=rejected",
    ),
    (
        "AUTH in clear where TLS is offered",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-STARTTLS
         S: 250 AUTH LOGIN
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: c2Nhbm5lcg==
         S: 334 UGFzc3dvcmQ6
         C: eA==
         S: 235 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=true",
    ),
    (
        "PROXY v2 with a TLV behind the addresses (sections 2.2.5 and 2.2.6)",
        25,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x17\xcb\x00\x71\x09\xc0\x00\x02\x01\xc3\x50\x00\x19\x02\x00\x08EHLO x\r\n
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "PROXY v2 without addresses: a health check (section 2.2, LOCAL)",
        25,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "XCLIENT before the mail, greeted again (Postfix XCLIENT_README)",
        25,
        "S: 220 a ESMTP
         C: EHLO proxy
         S: 250-a
         S: 250-XCLIENT NAME ADDR
         S: 250 STARTTLS
         C: XCLIENT NAME=b ADDR=203.0.113.9
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 tlstally.outcome=established",
    ),
    (
        "XCLIENT, greeted again, and no TLS",
        25,
        "S: 220 a ESMTP
         C: EHLO proxy
         S: 250-a
         S: 250-XCLIENT NAME ADDR
         S: 250 STARTTLS
         C: XCLIENT NAME=b ADDR=203.0.113.9
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used",
    ),
    (
        "chunks and their commands in one segment (RFC 3030 section 4.2)",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-CHUNKING
         S: 250-PIPELINING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         C: RCPT TO:<z@y.example>
         C: BDAT 10
         C: STARTTLS
         C: BDAT 0
         C: BDAT 12 LAST
         C: AUTH LOGIN
         C: QUIT
         S: 250 ok
         S: 250 ok
         S: 250 10 octets
         S: 250 0 octets
         S: 250 taken
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false tlstally.starttls_command",
    ),
    (
        "STARTTLS offered only to the second EHLO",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 8BITMIME
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "HELO, then EHLO",
        25,
        "S: 220 a ESMTP
         C: HELO b
         S: 250 a
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "a mail before STARTTLS",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: Subject: x
         C: .
         S: 250 taken
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.outcome=established",
    ),
    (
        "501 to STARTTLS with a parameter, then without one (RFC 3207 section 4)",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS now
         S: 501 5.5.4 no parameters allowed
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "220 to something else",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: NOOP
         S: 220 2.0.0 still here
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tls.version",
    ),
    (
        "a server that turns everybody away (RFC 5321 section 3.1)",
        25,
        "S: 554 no SMTP service here
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tls.version tlstally.offered_max tlstally.outcome=incomplete tlstally.verdict=unknown",
    ),
    (
        "a server that has no time, and the client leaves without a word",
        25,
        "S: 421 4.3.2 too many connections",
        "tlstally.outcome=incomplete tlstally.verdict=unknown",
    ),
    (
        "a client that looks at the greeting and leaves",
        25,
        "S: 220 a ESMTP
         C: QUIT
         S: 221 bye",
        "tlstally.outcome=incomplete tlstally.verdict=unknown",
    ),
    (
        "a client that is turned away for its name",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 550 5.7.1 not from there
         C: QUIT
         S: 221 bye",
        "tlstally.outcome=incomplete tlstally.verdict=unknown",
    ),
    (
        "a client that learns what is offered, and leaves",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: QUIT
         S: 221 bye",
        "tlstally.outcome=starttls_not_used tlstally.verdict=plaintext tlstally.findings",
    ),
    (
        "454, and the mail goes in clear",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: Subject: x
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_refused tlstally.findings=["cleartext_fallback"]"#,
    ),
    (
        "the client gives up on its hello before there is an answer",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         C= \x15\x03\x01\x00\x02\x02\x50",
        "tlstally.mode=starttls tlstally.outcome=rejected tlstally.alert.by=client tlstally.alert.code=80 tls.version",
    ),
    (
        "the client takes a greeting for an answer to its hello",
        587,
        r"HELLO 3
         S: 220 a ESMTP
         C= \x15\x03\x01\x00\x02\x02\x46",
        "tlstally.mode=implicit tlstally.outcome=rejected tlstally.alert.by=client tlstally.alert.code=70 tls.version",
    ),
    (
        "an answer in plain text to the hello, behind STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 454 4.7.0 TLS not available due to local problem",
        "tlstally.mode=starttls tls.version tls.established tlstally.offered_max=1.2 tlstally.outcome=starttls_refused",
    ),
    (
        "an answer of another protocol to the hello",
        465,
        "HELLO 3
         S: HTTP/1.1 400 Bad Request
         S: Connection: close",
        "tlstally.mode=implicit tls.version tls.established tlstally.offered_max=1.2 tlstally.outcome=closed",
    ),
    (
        "submission in clear on 465",
        465,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 AUTH LOGIN
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered tls.version",
    ),
    (
        "XCLIENT, greeted again, and STARTTLS without an answer",
        25,
        "S: 220 a ESMTP
         C: EHLO proxy
         S: 250-a
         S: 250-XCLIENT NAME ADDR
         S: 250 STARTTLS
         C: XCLIENT NAME=b ADDR=203.0.113.9
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS",
        "tlstally.mode tlstally.outcome=incomplete tlstally.verdict=unknown",
    ),
    (
        "454, and the client sends its hello all the same",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         HELLO 1",
        "tlstally.mode=starttls tlstally.outcome=starttls_refused tls.version tlstally.offered_max=1.0",
    ),
    (
        "the hello in one segment with STARTTLS, which is refused",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         HELLO 2
         S: 454 4.7.0 TLS not available due to temporary reason",
        "tlstally.mode=starttls tlstally.outcome=starttls_refused tls.version tlstally.offered_max=1.1",
    ),
    (
        "a mail to two recipients over LMTP, which is answered twice (RFC 2033 section 4.2), then STARTTLS refused",
        2525,
        "S: 220 a LMTP ready
         C: LHLO b
         S: 250-a
         S: 250-PIPELINING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         C: RCPT TO:<one@z.example>
         C: RCPT TO:<no@z.example>
         C: RCPT TO:<two@z.example>
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 550 5.1.1 no such user
         S: 250 ok
         S: 354 go
         C: Subject: x
         C: .
         S: 250 taken for one
         S: 452 4.2.2 two is full
         C: STARTTLS
         S: 454 4.7.0 TLS not available
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused tlstally.findings",
    ),
    (
        "a mail in chunks to two recipients over LMTP, then STARTTLS refused",
        2525,
        "S: 220 a LMTP ready
         C: LHLO b
         S: 250-a
         S: 250-CHUNKING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<one@z.example>
         S: 250 ok
         C: RCPT TO:<two@z.example>
         S: 250 ok
         C: BDAT 10
         C: STARTTLS
         S: 250 ok
         C: BDAT 10 LAST
         C: STARTTLS
         S: 250 taken for one
         S: 250 taken for two
         C: STARTTLS
         S: 454 4.7.0 TLS not available
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused",
    ),
    (
        "a server that offers no TLS, and a client that asked what it offers",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 8BITMIME
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered tlstally.verdict=plaintext",
    ),
    (
        "offered only to the second EHLO, and not used",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 8BITMIME
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.findings=["starttls_never"]"#,
    ),
    (
        "a mail in clear, then STARTTLS, and the hello stays without an answer",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: Subject: x
         C: .
         S: 250 taken
         C: STARTTLS
         S: 220 go
         HELLO 3",
        "tlstally.mode=starttls tlstally.outcome=closed tlstally.offered_max=1.2",
    ),
    (
        "between Exchange servers, by the command that is theirs after the other one was refused",
        25,
        "S: 220 a Microsoft ESMTP MAIL Service ready
         C: EHLO b
         S: 250-a
         S: 250-X-ANONYMOUSTLS
         S: 250 STARTTLS
         C: STARTTLS now
         S: 501 5.5.4 Invalid arguments
         C: X-ANONYMOUSTLS
         S: 220 2.0.0 SMTP server ready
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.starttls_command=X-ANONYMOUSTLS tlstally.outcome=established",
    ),
    (
        "STARTTLS is not offered, asked for, and refused",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-XXXXXXXA
         S: 250 8BITMIME
         C: STARTTLS
         S: 500 5.5.1 unrecognized
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused",
    ),
    (
        "a client that knows no EHLO",
        25,
        "S: 220 a ESMTP
         C: HELO b
         S: 250 a
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        r#"tlstally.mode=plaintext tlstally.outcome=starttls_not_offered tlstally.findings=["starttls_never"]"#,
    ),
];

#[test]
fn each_scenario_in_any_cut() {
    let reading = Reading::new();
    let samples = samples();
    let mut faults = Vec::new();
    for (name, port, script, answer) in SCENARIOS {
        let conversation = conversation(*port, script, &samples);
        for size in [1460, 7, 1] {
            let packets = conversation.packets(WRAPPING, &conversation.segments(size));
            let records = reading.ethernet(&packets);
            let what = format!("{name}, {size} bytes a segment");
            match records.as_slice() {
                [record] => faults.extend(differences(&what, record, answer)),
                many => faults.push(format!("{what}: {} sessions", many.len())),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The server's side may come first in a capture that has the directions one after the other, and the client's.
#[test]
fn each_scenario_one_direction_behind_the_other() {
    let reading = Reading::new();
    let samples = samples();
    let mut faults = Vec::new();
    for (name, port, script, answer) in SCENARIOS {
        let conversation = conversation(*port, script, &samples);
        let plain = conversation.packets(WRAPPING, &conversation.segments(1460));
        let plain = timeless(reading.only(&plain));
        for last in [From::Client, From::Server] {
            let packets = conversation.one_behind_the_other(last);
            let record = timeless(reading.only(&packets));
            faults.extend(differences(
                &format!("{name}, {last:?} last"),
                &record,
                answer,
            ));
            let difference = contrast(&record, &plain);
            if !difference.is_empty() {
                faults.push(format!("{name}, {last:?} last: {difference}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// With packets missing the record says the same or less.
#[test]
fn any_part_of_each_scenario() {
    let reading = Reading::new();
    let samples = samples();
    let mut faults = Vec::new();
    for (name, port, script, _) in SCENARIOS {
        let more = said_more_of_parts(&reading, &conversation(*port, script, &samples), 1460);
        let known = |fault: &str| {
            let is_it = |(of, part): &(&str, &str)| name.starts_with(of) && fault.starts_with(part);
            KNOWN_TO_MISLEAD.iter().any(is_it)
        };
        let unknown = more.iter().filter(|fault| !known(fault));
        faults.extend(unknown.map(|fault| format!("{name}, {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Scenario and part, where what is seen is told for what it looks like (docs/accuracy.md, "What is not shown").
const KNOWN_TO_MISLEAD: [(&str, &str); 26] = [
    // Port 465 without its beginning is implicit TLS, as registered.
    ("STARTTLS on port 465", "from "),
    // Clear text without its beginning is clear text.
    ("behind a tap that decrypts", "from "),
    ("STARTTLS on port 465", "without 5 from 3 on"),
    // So is what has all of the STARTTLS, the 220 and the second EHLO in one hole.
    ("behind a tap that decrypts", "without 3 from 6 on"),
    ("behind a tap that decrypts", "without 5 from "),
    // The capture ends before the client asks, or asks again.
    ("a mail before STARTTLS", "up to "),
    (
        "a mail refused with all its commands at once, then STARTTLS",
        "up to ",
    ),
    ("a mail of a client that knows bare line feeds", "up to "),
    ("454, then asked again", "up to "),
    ("501 to STARTTLS", "up to "),
    ("between Exchange servers, by the command", "up to "),
    ("454, and the client sends its hello", "up to "),
    ("a mail in clear, then STARTTLS", "up to "),
    ("454, and the client sends its hello", "without 3 from 8 on"),
    ("454, and the client sends its hello", "without 5 from 8 on"),
    ("a mail in clear, then STARTTLS", "without 5 from 14 on"),
    ("a mail to two recipients over LMTP", "up to "),
    ("a mail in chunks to two recipients", "up to "),
    ("a hello refused in clear, and another", "up to "),
    ("a hello refused by an alert, and another", "up to "),
    // Clear text of which neither STARTTLS nor the hello is in the capture.
    ("a hello refused in clear, and AUTH", "from "),
    ("a hello refused in clear, and AUTH", "without 5 from 4 on"),
    ("a hello refused in clear, and AUTH", "without 5 from 6 on"),
    ("a hello refused in clear, and another by", "from "),
    ("a hello refused by an alert, and", "from "),
    ("a hello refused by an alert, and mail", "without 5 from "),
];

/// What is no session at all on these ports: nothing said, or nothing that SMTP or TLS says.
#[test]
fn neither_smtp_nor_tls() {
    let reading = Reading::new();
    let samples = samples();
    for (name, port, script) in NO_SESSIONS {
        let conversation = conversation(*port, script, &samples);
        for size in [1460, 1] {
            let packets = conversation.packets(WRAPPING, &conversation.segments(size));
            let records = reading.ethernet(&packets);
            assert!(records.is_empty(), "{name}: {records:#?}");
        }
    }
}

/// Name, server port, script.
const NO_SESSIONS: &[(&str, u16, &str)] = &[
    ("a connection on which nothing is said", 25, ""),
    (
        "what a tunnel without a format looks like",
        465,
        r"C= \x8f\x02\x5b\xd1\x00\x9c\x44\xe7\x1a\x60\xb3\x7e\x0d\xf2\x99\x31\xc8\x17\x5e\xa4\x6b\x02\xdd\x90
          S= \x71\xe4\x03\xa9\x5c\x20\x88\xfb\x36\xcd\x12\x07\x94\x6e\xb5\x48\xe0\x2a\x1f\x83\x55\xd6\x0c\x79",
    ),
    (
        "the frame of a VPN over TCP: a length, then bytes (OpenVPN)",
        587,
        r"C= \x00\x0e\x38\x5a\x11\x6f\x02\x99\xc4\xe1\x07\x8b\x00\x00\x00\x00
          S= \x00\x1a\x40\x27\xb0\x53\x9d\x6e\x14\xfa\x31\x88\x01\x00\x00\x00\x00\x5a\x11\x6f\x02\x99\xc4\xe1\x07\x00\x00\x00",
    ),
    (
        "a record of DTLS 1.2 (RFC 6347 section 4.1)",
        465,
        r"C= \x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x36\x01\x00\x00\x2a\x00\x00\x00\x00\x00\x00\x00\x2a\xfe\xfd\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20\x00\x00\x00\x02\xc0\x2f\x01\x00",
    ),
    (
        "a scanner that asks for a web page",
        2525,
        "C: GET / HTTP/1.0
         C: Host: a",
    ),
    ("a scanner that sends line ends", 25, r"C= \r\n\r\n"),
    (
        "a page in chunks, whose sizes look like replies (RFC 9112 section 7.1)",
        587,
        r"C= GET / HTTP/1.1\r\nHost: a\r\n\r\n
          S= HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n220\r\n<html>\r\n250\r\n<p>\r\n354 \r\n</html>\r\n0\r\n\r\n",
    ),
];
