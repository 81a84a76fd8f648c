//! The words a client says (RFC 5321 section 4.1, and the extensions met in the field).

use std::sync::Arc;

use super::text;

/// A command line, as far as this program cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// EHLO, HELO or LHLO with the name given.
    Hello {
        /// Which of the three.
        verb: HelloVerb,
        /// Its argument, cleaned and bounded; `None` if empty.
        name: Option<Arc<str>>,
    },
    /// STARTTLS (RFC 3207).
    Starttls,
    /// X-ANONYMOUSTLS, between Exchange servers.
    XAnonymousTls,
    /// AUTH with a mechanism (RFC 4954 section 4); of its arguments nothing is kept.
    Auth {
        /// The mechanism is one that is in use.
        known: bool,
        /// Its initial response, if it has one, is in base64, as it must be.
        encoded: bool,
    },
    /// MAIL (also SEND, SOML, SAML of RFC 821).
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA: content follows if the server says 354.
    Data,
    /// BDAT (RFC 3030).
    Bdat {
        /// Content bytes that follow.
        size: u64,
        /// They are the last.
        last: bool,
    },
    /// QUIT.
    Quit,
    /// XCLIENT (Postfix): the server greets again.
    Xclient,
    /// RSET, NOOP, VRFY, EXPN, HELP, ETRN and the like.
    Other,
    /// Not a command: an answer to an AUTH challenge, or noise.
    Unknown,
}

/// How a client says hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelloVerb {
    /// RFC 5321.
    Ehlo,
    /// RFC 821.
    Helo,
    /// LMTP (RFC 2033).
    Lhlo,
}

const OTHER_VERBS: [&[u8]; 15] = [
    b"RSET",
    b"NOOP",
    b"VRFY",
    b"EXPN",
    b"HELP",
    b"ETRN",
    b"TURN",
    b"ATRN",
    b"XFORWARD",
    b"BURL",
    b"X-EXPS",
    b"XEXCH50",
    b"VERB",
    b"ONEX",
    b"XSHADOW",
];

/// SASL mechanisms in use with SMTP: those that IANA registers as common or limited, and `LOGIN` and what large
/// providers have of their own. `SCRAM-` has more than one behind it.
const MECHANISMS: [&[u8]; 14] = [
    b"PLAIN",
    b"LOGIN",
    b"CRAM-MD5",
    b"DIGEST-MD5",
    b"NTLM",
    b"GSSAPI",
    b"GSS-SPNEGO",
    b"KERBEROS_V4",
    b"EXTERNAL",
    b"ANONYMOUS",
    b"OTP",
    b"XOAUTH",
    b"XOAUTH2",
    b"OAUTHBEARER",
];

impl Command {
    /// Reads one line; the line end may be there or not.
    pub fn parse(line: &[u8]) -> Self {
        let line = line.trim_ascii_end();
        let verb_end = line
            .iter()
            .position(|b| *b == b' ' || *b == b'\t' || *b == b':');
        let (verb, rest) = line.split_at(verb_end.unwrap_or(line.len()));
        let is = |word: &[u8]| verb.eq_ignore_ascii_case(word);
        match verb.len() {
            4 if is(b"EHLO") => Self::hello(HelloVerb::Ehlo, rest),
            4 if is(b"HELO") => Self::hello(HelloVerb::Helo, rest),
            4 if is(b"LHLO") => Self::hello(HelloVerb::Lhlo, rest),
            4 if is(b"AUTH") => Self::auth(rest),
            4 if is(b"MAIL") || is(b"SEND") || is(b"SOML") || is(b"SAML") => Self::Mail,
            4 if is(b"RCPT") => Self::Rcpt,
            4 if is(b"DATA") => Self::Data,
            4 if is(b"QUIT") => Self::Quit,
            4 if is(b"BDAT") => Self::bdat(rest),
            8 if is(b"STARTTLS") => Self::Starttls,
            14 if is(b"X-ANONYMOUSTLS") => Self::XAnonymousTls,
            7 if is(b"XCLIENT") => Self::Xclient,
            4..=8 if OTHER_VERBS.iter().any(|word| is(word)) => Self::Other,
            _ => Self::Unknown,
        }
    }

    /// Whether the line proves that the sender speaks SMTP. HELP, QUIT and NOOP are words of FTP and POP3 too.
    pub const fn proves_smtp(&self) -> bool {
        matches!(
            self,
            Self::Hello { .. }
                | Self::Starttls
                | Self::XAnonymousTls
                | Self::Mail
                | Self::Rcpt
                | Self::Bdat { .. }
        )
    }

    fn hello(verb: HelloVerb, argument: &[u8]) -> Self {
        let name = argument.trim_ascii();
        Self::Hello {
            verb,
            name: (!name.is_empty()).then(|| text::clean_shared(name)),
        }
    }

    /// `AUTH` SP mechanism [SP initial-response] (RFC 4954 section 4), a mechanism's name being 1 to 20 letters,
    /// digits, hyphens and underscores (RFC 4422 section 3.1). Some clients do not encode the response, or in the
    /// alphabet for URLs; prose that begins with the word and the name of a mechanism is told apart by what the server
    /// says to it. FTP's `AUTH TLS` (RFC 4217) asks for no password.
    fn auth(argument: &[u8]) -> Self {
        let mut words = argument
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let (Some(mechanism), response, None) = (words.next(), words.next(), words.next()) else {
            return Self::Unknown;
        };
        let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let in_base64 =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let is = |word: &[u8]| mechanism.eq_ignore_ascii_case(word);
        let family = mechanism.get(..6).unwrap_or_default();
        let known =
            family.eq_ignore_ascii_case(b"SCRAM-") || MECHANISMS.iter().any(|word| is(word));
        let encoded = response.is_none_or(|response| response.iter().all(in_base64));
        let is_auth = mechanism.len() <= 20
            && mechanism.iter().all(in_name)
            && (known || encoded)
            && !is(b"TLS")
            && !is(b"SSL");
        if is_auth {
            Self::Auth { known, encoded }
        } else {
            Self::Unknown
        }
    }

    /// A size that is no number means that no content follows: the server will refuse the line.
    fn bdat(argument: &[u8]) -> Self {
        let mut words = argument.trim_ascii().split(|b| *b == b' ');
        let digits = words.next().unwrap_or_default();
        let size = std::str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse().ok());
        let last = words.any(|word| word.eq_ignore_ascii_case(b"LAST"));
        size.map_or(Self::Other, |size| Self::Bdat { size, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_case_insensitive_words() {
        assert_eq!(Command::parse(b"StartTLS \r\n"), Command::Starttls);
        assert_eq!(Command::parse(b"STARTTLSX\r\n"), Command::Unknown);
        assert_eq!(Command::parse(b"mail from:<a@b.example>"), Command::Mail);
        assert_eq!(Command::parse(b"X-ANONYMOUSTLS\n"), Command::XAnonymousTls);
        assert_eq!(Command::parse(b""), Command::Unknown);
    }

    #[test]
    fn hello_keeps_its_name() {
        let Command::Hello { verb, name } = Command::parse(b"ehlo [192.168.240.1]\r\n") else {
            panic!()
        };
        assert_eq!(
            (verb, name.as_deref()),
            (HelloVerb::Ehlo, Some("[192.168.240.1]"))
        );
        assert_eq!(
            Command::parse(b"HELO\r\n"),
            Command::Hello {
                verb: HelloVerb::Helo,
                name: None
            }
        );
    }

    /// RFC 4954 section 4, with the examples of its section 4.1; clients write mechanisms in lower case too.
    #[test]
    fn auth_has_a_mechanism() {
        for line in [
            &b"AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ="[..],
            b"AUTH PLAIN",
            b"AUTH DIGEST-MD5",
            b"AUTH EXTERNAL =",
            b"auth login\r\n",
            b"AUTH SCRAM-SHA-256-PLUS\n",
        ] {
            let auth = Command::Auth {
                known: true,
                encoded: true,
            };
            assert_eq!(Command::parse(line), auth);
        }
        for line in [
            &b"AUTH LOGIN user@corp.example\r\n"[..],
            b"AUTH XOAUTH2 dXNlcj1h-_8=",
            b"AUTH PLAIN a.b",
        ] {
            let auth = Command::Auth {
                known: true,
                encoded: false,
            };
            assert_eq!(Command::parse(line), auth, "{line:?}");
        }
        let other = Command::Auth {
            known: false,
            encoded: true,
        };
        assert_eq!(Command::parse(b"AUTH 9798-M-RSA-SHA1-ENC"), other);
        for line in [
            &b"AUTH"[..],
            b"AUTH:",
            b"Auth code: 123456",
            b"auth: login",
            b"Auth by e-mail is gone.",
            b"AUTH X_OWN a.b",
            b"AUTH ABCDEFGHIJKLMNOPQRSTU",
            b"AUTH TLS",
        ] {
            assert_eq!(Command::parse(line), Command::Unknown, "{line:?}");
        }
    }

    #[test]
    fn bdat_sizes() {
        // RFC 3030 section 2: chunk-size is decimal; LAST may follow.
        let bdat = |size, last| Command::Bdat { size, last };
        assert_eq!(Command::parse(b"BDAT 86 LAST\r\n"), bdat(86, true));
        assert_eq!(Command::parse(b"BDAT 1000\r\n"), bdat(1000, false));
        assert_eq!(
            Command::parse(b"BDAT 99999999999999999999999\r\n"),
            Command::Other
        );
        assert_eq!(Command::parse(b"BDAT -1\r\n"), Command::Other);
    }
}
