//! What likely became of the message inside TLS, from sizes alone: let in and delivered, or let in and refused at once.
//!
//! Nothing is decrypted. SMTP goes in turns (RFC 5321 section 4.3): command, reply, command, reply. TLS hides the words, not
//! who sent how much before the other answered. With the bytes that records add for the suite at hand taken off, some turns
//! are recognised by their size. The rules, and what they cannot know, are written for users in `docs/exchange.md`, with how
//! often they are right; here is the reason for each number. Where no rule holds the answer is [`Likely::Unknown`].

use crate::session::Likely;
use crate::tls::{Version, facts, names};

/// Longest line an AUTH exchange may hold (RFC 4954 section 4.1.1). More in one turn is a message.
const LONGEST_AUTH: u32 = 12_288 + 512;
/// `DATA` and its line end; `QUIT` is as long.
const DATA: u32 = 6;
/// By so much a `MAIL FROM:<…>` is longer than `DATA`, and more than `AUTH LOGIN` (12 bytes) is in any block cipher.
const MAIL_OVER_DATA: u32 = 17;
/// Replies of one `250` line: 8 (`250 OK`) up to here; a refusal with its reason is longer, mostly.
const SHORT_REPLY: u32 = 40;
/// Replies to `AUTH` that let it go on: `334` with up to 20 bytes, `235 2.7.0 Authentication successful` with 37.
const GO_ON: u32 = 45;
/// `354` with its advice (37 to 56 bytes); `250 2.0.0 Resetting` after `RSET` is shorter.
const START_INPUT: std::ops::RangeInclusive<u32> = 28..=100;
/// `250`, `250`, `354` in one answer to a pipelined MAIL, RCPT, DATA. An NTLM challenge is longer.
const PIPELINED_REPLIES: std::ops::RangeInclusive<u32> = 45..=180;
/// A pipelined RCPT and DATA at least; `AUTH XOAUTH2` alone is shorter.
const PIPELINED_COMMANDS: u32 = 24;
/// A message with its header, and more than the answer to a SCRAM challenge, where AUTH must be reckoned with (RFC 6409).
const MESSAGE: u32 = 256;
/// The same on port 25, where servers talk to servers without AUTH.
const RELAYED_MESSAGE: u32 = 200;
/// More than a `close_notify` in any block cipher.
const REPLY: u32 = 12;
/// A refusal with its reason (`421 4.7.66 …` has 137 bytes, `535 5.7.3 …` of Exchange Online 80 to 130), from a size on that
/// no `235` and no `221` has.
const REFUSAL: std::ops::RangeInclusive<u32> = 50..=600;
/// A command of a refused session: `AUTH PLAIN` or `MAIL FROM` with long names. Above it may be a message or a token.
const COMMAND: u32 = 250;
/// Bytes a client may send after the refusal: `QUIT`, another AUTH, `close_notify`.
const GOODBYE: u32 = 100;
/// `221` with its text, at most.
const GOODBYE_REPLY: u32 = 90;
/// Turns of a refused session: EHLO, three of AUTH LOGIN, MAIL, RCPT, one more.
const REFUSED_TURNS: usize = 7;
/// Port where servers hand mail to servers.
const RELAY_PORT: u16 = 25;

/// What one side sent in a row after the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The client sent it.
    pub by_client: bool,
    /// Bytes on the wire, TLS framing included.
    pub bytes: u32,
}

/// What a judgement needs.
#[derive(Clone, Copy, Debug)]
pub struct Amounts<'a> {
    /// Negotiated.
    pub version: Version,
    /// Negotiated suite.
    pub cipher: Option<u32>,
    /// Port of the server.
    pub server_port: u16,
    /// Who sent how much in turn after the handshake.
    pub sent: &'a [Sent],
    /// There was more than `sent` holds.
    pub cut: bool,
    /// The connection was closed or reset.
    pub over: bool,
}

/// What the amounts suggest.
pub fn likely(amounts: &Amounts<'_>) -> Likely {
    if amounts.sent.is_empty() {
        return Likely::Unknown;
    }
    let turns = turns(amounts);
    let delivered = (0..turns.len()).any(|at| {
        is_too_long_for_auth(&turns, at)
            || is_message_after_data(&turns, at)
            || is_message_after_pipeline(&turns, at, amounts.server_port)
    });
    if delivered {
        return Likely::Delivered;
    }
    if amounts.over && !amounts.cut && is_refused(&turns, amounts.version) {
        return Likely::Refused;
    }
    Likely::Unknown
}

/// A command (or commands) and the answer.
#[derive(Clone, Copy, Debug)]
struct Turn {
    command: Size,
    reply: Option<Size>,
}

/// Bytes of text in a burst: between `least` and `most`.
#[derive(Clone, Copy, Debug)]
struct Size {
    wire: u32,
    least: u32,
    most: u32,
}

impl Size {
    fn may_be(self, bytes: u32) -> bool {
        self.least <= bytes && bytes <= self.most
    }

    /// Surely at least the lower bound, and possibly at most the upper.
    fn is_in(self, range: &std::ops::RangeInclusive<u32>) -> bool {
        self.least >= *range.start() && self.least <= *range.end()
    }

    /// One line that is no refusal.
    fn is_short_reply(self) -> bool {
        self.least <= SHORT_REPLY
    }
}

/// More than any AUTH may send, and an answer to it.
fn is_too_long_for_auth(turns: &[Turn], at: usize) -> bool {
    let turn = turns.get(at);
    at >= 1 && turn.is_some_and(|turn| turn.command.least > LONGEST_AUTH && is_answered(turn))
}

/// MAIL, RCPT, DATA one by one, each answered as it is when accepted, then something that is no QUIT and is answered.
fn is_message_after_data(turns: &[Turn], at: usize) -> bool {
    let Some([mail, rcpt, data, message]) = at.checked_sub(3).and_then(|from| turns.get(from..=at))
    else {
        return false;
    };
    let accepted = |turn: &Turn| turn.reply.is_some_and(Size::is_short_reply);
    at >= 4
        && data.command.may_be(DATA)
        && data.reply.is_some_and(|reply| reply.is_in(&START_INPUT))
        && mail.command.wire >= data.command.wire + MAIL_OVER_DATA
        && rcpt.command.wire > data.command.wire
        && accepted(mail)
        && accepted(rcpt)
        && message.command.least > DATA
        && is_answered(message)
}

/// RCPT and DATA, or MAIL too, sent at once and answered as they are when accepted, then something long that is answered.
fn is_message_after_pipeline(turns: &[Turn], at: usize, port: u16) -> bool {
    let Some([before, commands, message]) = at.checked_sub(2).and_then(|from| turns.get(from..=at))
    else {
        return false;
    };
    let relayed = port == RELAY_PORT;
    let introduced = relayed || (at >= 3 && before.reply.is_some_and(Size::is_short_reply));
    let long = if relayed { RELAYED_MESSAGE } else { MESSAGE };
    let replied = commands.reply;
    introduced
        && commands.command.least >= PIPELINED_COMMANDS
        && replied.is_some_and(|reply| reply.is_in(&PIPELINED_REPLIES))
        && message.command.least >= long
        && is_answered(message)
}

fn is_answered(turn: &Turn) -> bool {
    turn.reply.is_some_and(|reply| reply.least >= REPLY)
}

/// After EHLO only commands, let go on one after another, until one is answered at length; after that nothing but goodbye.
fn is_refused(turns: &[Turn], version: Version) -> bool {
    let turns = without_goodbye(turns);
    let [ehlo, commands @ ..] = turns else {
        return false;
    };
    let [passed @ .., refused] = commands else {
        return false;
    };
    // A server in Java may pad, so that 235 looks longer than it is.
    let padding = if version == Version::TLS13 {
        PADDING
    } else {
        0
    };
    let refusal = REFUSAL.start() + padding..=*REFUSAL.end();
    turns.len() <= REFUSED_TURNS
        && refused.reply.is_some_and(|reply| reply.is_in(&refusal))
        && refused.command.least > DATA
        && !is_repeated(ehlo, refused, version)
        && passed.iter().all(lets_go_on)
        && commands.iter().all(|turn| turn.command.most <= COMMAND)
        && !passed.iter().skip(2).any(|turn| turn.command.may_be(DATA))
}

fn lets_go_on(turn: &Turn) -> bool {
    turn.reply.is_some_and(|reply| reply.most <= GO_ON)
}

/// The turns up to the last that is no goodbye: what was not answered, then a QUIT with its 221.
fn without_goodbye(turns: &[Turn]) -> &[Turn] {
    let is_unanswered = |turn: &Turn| turn.reply.is_none() && turn.command.most <= GOODBYE;
    let is_quit = |turn: &Turn| {
        turn.command.least <= DATA && turn.reply.is_some_and(|reply| reply.most <= GOODBYE_REPLY)
    };
    let rest = match turns {
        [rest @ .., last] if is_unanswered(last) => rest,
        all => all,
    };
    match rest {
        [rest @ .., last] if is_quit(last) => rest,
        all => all,
    }
}

/// EHLO said twice: the same question with the same long answer. TLS 1.3 may put tickets before the first answer.
fn is_repeated(ehlo: &Turn, turn: &Turn, version: Version) -> bool {
    let wire = |turn: &Turn| turn.reply.map(|reply| reply.wire);
    ehlo.command.wire == turn.command.wire
        && (wire(ehlo) == wire(turn) || version == Version::TLS13)
}

/// The bursts in pairs, what the server says first (greeting, tickets) left out.
fn turns(amounts: &Amounts<'_>) -> Vec<Turn> {
    let framing = Framing::of(amounts.version, amounts.cipher);
    let server_splits = framing.splits() && !is_whole(amounts.sent);
    let mut turns: Vec<Turn> = Vec::new();
    for sent in amounts.sent {
        if sent.by_client {
            let command = framing.command(sent.bytes);
            turns.push(Turn {
                command,
                reply: None,
            });
        } else if let Some(turn) = turns.last_mut() {
            turn.reply = Some(framing.reply(sent.bytes, server_splits));
        }
    }
    turns
}

/// An answer too short for two records, before the last: this server sends its records whole. The last may be an alert,
/// which is never split.
fn is_whole(sent: &[Sent]) -> bool {
    let short = |sent: &Sent| sent.bytes < 2 * SHORTEST_SPLIT;
    let mut answers = sent.iter().rev().filter(|sent| !sent.by_client);
    answers.next();
    answers.any(short)
}

/// The shortest record that a block cipher makes: header 5, and 24 for no text, MAC of 20 and padding in blocks of 8.
const SHORTEST_SPLIT: u32 = 29;
/// The record of one byte, or none, before each other one, against the attack on TLS 1.0's initialization vectors: header 5,
/// block 16, MAC 20 at most.
const SPLIT: u32 = 41;

/// What Java pads the records of TLS 1.3 with, as seen in clients.
const PADDING: u32 = facts::PADDING as u32;

/// What one record adds to its text: between `least` and `most` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Framing {
    least: u32,
    most: u32,
    split: u32,
    padding: u32,
}

impl Framing {
    /// - TLS 1.3 (RFC 8446 5.2): header 5, content type 1, tag 16 (8 in one suite, which is not
    ///   told apart).
    /// - AEAD in TLS 1.2: header 5, explicit nonce 8 (RFC 5288; none for ChaCha20, RFC 7905), tag 16 or 8 (RFC 6655).
    /// - Block ciphers (RFC 5246 6.2.3.2): header 5, from TLS 1.1 on a block of initialization vector, MAC, padding 1 to a
    ///   block, also with RFC 7366.
    /// - Stream ciphers: header 5, MAC 16 or 20.
    fn of(version: Version, cipher: Option<u32>) -> Self {
        if version == Version::TLS13 {
            return Self {
                padding: PADDING,
                ..Self::exactly(22, 22)
            };
        }
        let name = cipher.map(names::cipher).unwrap_or_default();
        let has = |word: &str| name.contains(word);
        if has("CHACHA20") || has("CCM_8") {
            Self::exactly(21, 21)
        } else if has("GCM") || has("CCM") {
            Self::exactly(29, 29)
        } else if has("CBC") {
            Self::of_blocks(version, &name)
        } else if has("RC4") {
            Self::exactly(21, 25)
        } else {
            Self::exactly(21, 85)
        }
    }

    fn of_blocks(version: Version, name: &str) -> Self {
        let block = if name.contains("AES") || name.contains("CAMELLIA") {
            16
        } else {
            8
        };
        let mac = match name.rsplit('_').next() {
            Some("SHA384") => 48,
            Some("SHA256") => 32,
            Some("MD5") => 16,
            _ => 20,
        };
        let old = version == Version::TLS10 || version == Version::SSL3;
        let fixed = 5 + mac + if old { 0 } else { block };
        Self {
            split: if old { SPLIT } else { 0 },
            ..Self::exactly(fixed + 1, fixed + block)
        }
    }

    const fn exactly(least: u32, most: u32) -> Self {
        Self {
            least,
            most,
            split: 0,
            padding: 0,
        }
    }

    /// Whether records may come in twos.
    const fn splits(self) -> bool {
        self.split > 0
    }

    /// The text in what a client sent.
    fn command(self, wire: u32) -> Size {
        self.size(wire, self.most + self.split + self.padding)
    }

    /// The text in what a server sent.
    fn reply(self, wire: u32, splits: bool) -> Size {
        self.size(wire, self.most + if splits { self.split } else { 0 })
    }

    /// The burst is taken for one record: where it was several, there is less text than this says.
    fn size(self, wire: u32, most: u32) -> Size {
        Size {
            wire,
            least: wire.saturating_sub(most),
            most: wire.saturating_sub(self.least),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A conversation as the record lengths of a capture: `c` client, `s` server, records of one burst joined by `+`.
    fn sent(text: &str) -> Vec<Sent> {
        text.split(' ')
            .map(|burst| Sent {
                by_client: burst.starts_with('c'),
                bytes: burst[1..]
                    .split('+')
                    .map(|length| length.parse::<u32>().unwrap() + 5)
                    .sum(),
            })
            .collect()
    }

    fn judged(version: Version, cipher: u32, port: u16, text: &str) -> Likely {
        likely(&Amounts {
            version,
            cipher: Some(cipher),
            server_port: port,
            sent: &sent(text),
            cut: false,
            over: true,
        })
    }

    /// Record lengths as tshark shows them for captures in `pcaps/`; what became of the mail is in the servers' logs.
    #[test]
    #[rustfmt::skip]
    fn what_servers_logged() {
        for (version, cipher, port, text, logged) in [
            (Version::TLS10, 0xc014, 587, "c36+52 s36+244 c36+100 s36+164 c36+68", Likely::Refused),
            (Version::TLS11, 0xc014, 587, "c64 s256 c64 s176 c48", Likely::Refused),
            (Version::TLS12, 0xc030, 587, "c54 s243 c36 s30 c66 s119 c26", Likely::Refused),
            (Version::TLS13, 0x1302, 587, "c47 s250+250+236 c29 s23 c59 s112 c19", Likely::Refused),
            (Version::TLS10, 0xc014, 587, "c36+52 s196 c36+68 s36 c36+68 s36 c36+36 s68 c36+68 s68 c36+36 s36+36", Likely::Delivered),
            (Version::TLS10, 0xc013, 587, "c32+48 s208 c32+80 s48 c32+64 s48 c32+32 s64 c32+384+32+32 s64", Likely::Delivered),
            (Version::TLS12, 0xc030, 587, "c50 s199 c36 s42 c58 s42 c42 s61 c61 s38 c61 s38 c30 s61 c323 s61 c30 s39+26 c26", Likely::Delivered),
            (Version::TLS13, 0x1302, 587, "s250 c59 s192 c45 s35 c67 s35 c51 s54 c70 s31 c70 s31 c39 s54 c332 s54 c39 s32+19 c35", Likely::Delivered),
            (Version::TLS12, 0xc030, 25, "c51 s185 c152 s89 c260 s76 c26 s26", Likely::Delivered),
            (Version::TLS13, 0x1302, 587, "c43 s250+192 c82 s54 c54 s31 c54+23 s31+54 c48+56+89+32+19+41+20 s54 c23 s32 c19 s19", Likely::Delivered),
        ] {
            assert_eq!(judged(version, cipher, port, text), logged, "{text}");
        }
    }

    /// Sizes of replies as in RFC 5321, RFC 4954 and the texts of Postfix and Exchange Online, in GCM records (24 bytes more).
    #[test]
    #[rustfmt::skip]
    fn what_is_neither_stays_unknown() {
        for (what, text) in [
            ("nothing", "c26"),
            ("EHLO and QUIT", "c44 s199 c30 s72 c26"),
            ("EHLO twice", "c44 s199 c44 s199 c30 s72 c26"),
            ("a login that works, and QUIT", "c44 s199 c94 s61 c30 s72 c26"),
            ("AUTH LOGIN that works, and QUIT", "c44 s199 c36 s42 c58 s42 c42 s61 c30 s72 c26"),
            ("a token that is refused", "c44 s199 c2200 s300 c26 s120 c30 s72"),
            ("a token sent for a challenge", "c44 s199 c38 s30 c2200 s120 c30 s72"),
            ("a message cut before the answer", "c44 s199 c61 s38 c61 s38 c30 s61 c323"),
            ("DATA refused", "c44 s199 c61 s38 c61 s38 c30 s80 c30 s72"),
            ("RSET after a refusal", "c44 s199 c61 s38 c61 s90 c30 s45 c61 s38 c30 s39"),
        ] {
            assert_eq!(judged(Version::TLS12, 0xc030, 587, text), Likely::Unknown, "{what}");
        }
    }

    /// In blocks of 16, `1234` as a password is as long as DATA, and 235 as 354.
    #[test]
    fn a_short_password_is_no_message() {
        let text = "c48 s208 c48 s48 c64 s48 c32 s64 c64 s112 c32 s48";
        assert_ne!(judged(Version::TLS10, 0x002f, 587, text), Likely::Delivered);
    }

    #[test]
    fn a_long_message_needs_no_pattern() {
        let text = "c44 s199 c90000 s120";
        assert_eq!(judged(Version::TLS12, 0xc030, 587, text), Likely::Delivered);
    }

    #[test]
    fn a_session_that_goes_on_is_not_refused_yet() {
        let amounts = Amounts {
            version: Version::TLS12,
            cipher: Some(0xc030),
            server_port: 587,
            sent: &sent("c54 s243 c36 s30 c66 s119"),
            cut: false,
            over: false,
        };
        assert_eq!(likely(&amounts), Likely::Unknown);
    }
}
