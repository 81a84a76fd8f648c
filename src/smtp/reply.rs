//! The lines a server answers with (RFC 5321 section 4.2).

/// One line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyLine<'a> {
    /// The three digits.
    pub code: u16,
    /// More lines of the same reply follow.
    pub continues: bool,
    /// What stands behind code and separator, without the line end.
    pub text: &'a [u8],
}

impl<'a> ReplyLine<'a> {
    /// Reads one line; `None` if it does not begin like a reply.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let (digits, rest) = line.split_at_checked(3)?;
        let [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'] = *digits else {
            return None;
        };
        let digit = |d: u8| u16::from(d - b'0');
        let code = digit(a) * 100 + digit(b) * 10 + digit(c);
        let (continues, text) = match rest {
            [] => (false, rest),
            [b' ', text @ ..] => (false, text),
            [b'-', text @ ..] => (true, text),
            _ => return None,
        };
        Some(Self {
            code,
            continues,
            text,
        })
    }

    /// Whether an EHLO answer's line names `keyword`.
    pub fn names(&self, keyword: &[u8]) -> bool {
        let Some((word, rest)) = self.text.split_at_checked(keyword.len()) else {
            return false;
        };
        matches!(rest, [] | [b' ' | b'=', ..]) && word.eq_ignore_ascii_case(keyword)
    }

    /// Whether a middlebox has written over a keyword (`XXXXXXXA`, as Cisco firewalls do to STARTTLS).
    pub fn is_masked(&self) -> bool {
        if !matches!(self.text, [b'X', ..] | [_, b'X', ..]) {
            return false;
        }
        let word = self.text.split(|b| *b == b' ').next().unwrap_or_default();
        let others = word.iter().filter(|b| **b != b'X').take(2);
        word.len() >= 7 && others.count() < 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_reply() {
        let line = ReplyLine::parse(b"250-STARTTLS\r\n").unwrap();
        assert!(line.continues && line.names(b"starttls"));
        assert_eq!(
            ReplyLine::parse(b"220 ").map(|l| (l.code, l.text)),
            Some((220, &b""[..]))
        );
        assert_eq!(ReplyLine::parse(b"354\r\n").map(|l| l.code), Some(354));
        assert_eq!(ReplyLine::parse(b"2500 x"), None);
        assert_eq!(ReplyLine::parse(b"EHLO x"), None);
        assert!(ReplyLine::parse(b"250-AUTH=LOGIN").unwrap().names(b"AUTH"));
    }

    #[test]
    fn masked_keywords() {
        assert!(ReplyLine::parse(b"250-XXXXXXXA\r\n").unwrap().is_masked());
        assert!(ReplyLine::parse(b"250-XXXXXXXX\r\n").unwrap().is_masked());
        assert!(
            !ReplyLine::parse(b"250-X-EXPS GSSAPI\r\n")
                .unwrap()
                .is_masked()
        );
        assert!(!ReplyLine::parse(b"250-XEXCH50\r\n").unwrap().is_masked());
    }
}
