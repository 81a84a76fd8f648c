//! Messages of the DNS form (RFC 1035 section 4), which mDNS, LLMNR and the NetBIOS name service share.
//!
//! Names come out in lower case with dots between the labels. A message that contradicts itself is wrong as a whole; of one that
//! the capture cut, the records before the cut count.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use crate::wire::{Reader, Short};

/// Longest name on the wire in octets (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;
/// Most questions and records read of a message; real answers hold a few dozen. What is behind them is not looked at.
const MAX_RECORDS: usize = 512;
/// Most pointers followed in a name. One is the rule, and nobody puts more than a few in a row; a name of nothing else
/// would be as long as its message.
const MAX_POINTERS: usize = 16;
/// Class IN; mDNS uses the top bit for itself (RFC 6762 sections 5.4 and 10.2).
const IN: u16 = 1;
const CLASS: u16 = 0x7fff;

/// Record types (IANA DNS parameters; NB is RFC 1002 section 4.2.1.3).
pub(super) mod kind {
    pub(in super::super) const A: u16 = 1;
    pub(in super::super) const CNAME: u16 = 5;
    pub(in super::super) const PTR: u16 = 12;
    pub(in super::super) const AAAA: u16 = 28;
    pub(in super::super) const NB: u16 = 32;
}

/// Why a message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Wrong {
    /// It ends too early.
    #[error(transparent)]
    Short(#[from] Short),
    /// A compression pointer does not point to an earlier place (RFC 1035 section 4.1.4).
    #[error("pointer at offset {0} does not point back")]
    Pointer(usize),
    /// More pointers in a row than [`MAX_POINTERS`].
    #[error("more than 16 pointers in the name at offset {0}")]
    Pointers(usize),
    /// A label of a reserved type.
    #[error("label of a reserved type at offset {0}")]
    Label(usize),
    /// A name of more than 255 octets.
    #[error("name at offset {0} is longer than 255 octets")]
    LongName(usize),
    /// An address record that does not hold an address.
    #[error("record data at offset {0} does not fit its type")]
    Data(usize),
}

/// A message, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) id: u16,
    pub(super) flags: u16,
    pub(super) questions: Vec<Question>,
    /// Answer section.
    pub(super) answers: Vec<Record<'a>>,
    /// Additional section.
    pub(super) additional: Vec<Record<'a>>,
}

/// A question of class IN. Those of other classes have no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// `None` if it cannot be written as text.
    pub(super) name: Option<String>,
    pub(super) kind: u16,
}

/// A record of class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) owner: Option<String>,
    pub(super) kind: u16,
    /// Seconds.
    pub(super) lifetime: u32,
    pub(super) data: Data<'a>,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data<'a> {
    /// A or AAAA.
    Address(IpAddr),
    /// CNAME or PTR; `None` if it cannot be written as text.
    Name(Option<String>),
    /// Anything else, unread.
    Other(&'a [u8]),
}

impl<'a> Message<'a> {
    /// Takes a message apart; `whole` unless the capture cut it.
    pub(super) fn read(bytes: &'a [u8], whole: bool) -> Result<Self, Wrong> {
        let mut reader = Reader::new(bytes);
        let (id, flags) = (reader.u16()?, reader.u16()?);
        let counts = [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
        let mut message = Self {
            id,
            flags,
            questions: Vec::new(),
            answers: Vec::new(),
            additional: Vec::new(),
        };
        match message.sections(bytes, &mut reader, counts) {
            Err(Wrong::Short(_)) if !whole => Ok(message),
            read => read.map(|()| message),
        }
    }

    /// A response rather than a question.
    pub(super) const fn is_response(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// More than fitted was to be said.
    pub(super) const fn is_truncated(&self) -> bool {
        self.flags & 0x0200 != 0
    }

    /// What is asked for; 0 is an ordinary query.
    pub(super) const fn opcode(&self) -> u16 {
        self.flags >> 11 & 0xf
    }

    /// 0 is success.
    pub(super) const fn rcode(&self) -> u16 {
        self.flags & 0xf
    }

    fn sections(
        &mut self,
        bytes: &'a [u8],
        reader: &mut Reader<'a>,
        [questions, answers, authorities, additional]: [u16; 4],
    ) -> Result<(), Wrong> {
        let mut left = MAX_RECORDS;
        let mut most = |count: u16| {
            let read = left.min(count.into());
            left -= read;
            0..read
        };
        for _ in most(questions) {
            self.questions.push(question(bytes, reader)?);
        }
        for _ in most(answers) {
            self.answers.extend(record(bytes, reader)?);
        }
        for _ in most(authorities) {
            record(bytes, reader)?;
        }
        for _ in most(additional) {
            self.additional.extend(record(bytes, reader)?);
        }
        Ok(())
    }
}

fn question(bytes: &[u8], reader: &mut Reader) -> Result<Question, Wrong> {
    let name = name(bytes, reader)?;
    let (kind, class) = (reader.u16()?, reader.u16()?);
    Ok(Question {
        name: name.filter(|_| class & CLASS == IN),
        kind,
    })
}

/// `None` for records of other classes.
fn record<'a>(bytes: &'a [u8], reader: &mut Reader<'a>) -> Result<Option<Record<'a>>, Wrong> {
    let owner = name(bytes, reader)?;
    let (kind, class, lifetime) = (reader.u16()?, reader.u16()?, reader.u32()?);
    let length = reader.u16()?;
    let at = reader.offset();
    let data = reader.take(length as usize)?;
    if class & CLASS != IN {
        return Ok(None);
    }
    let data = match kind {
        kind::A => Data::Address(IpAddr::V4(Ipv4Addr::from(exactly::<4>(data, at)?))),
        kind::AAAA => Data::Address(IpAddr::V6(Ipv6Addr::from(exactly::<16>(data, at)?))),
        kind::CNAME | kind::PTR => Data::Name(name_in(bytes, at, data.len())?),
        _ => Data::Other(data),
    };
    // A lifetime with the top bit set counts as zero (RFC 2181 section 8).
    let lifetime = if lifetime > i32::MAX as u32 {
        0
    } else {
        lifetime
    };
    Ok(Some(Record {
        owner,
        kind,
        lifetime,
        data,
    }))
}

fn exactly<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], Wrong> {
    data.try_into().map_err(|_| Wrong::Data(at))
}

/// A name that fills the record data of `length` octets at `at`.
fn name_in(bytes: &[u8], at: usize, length: usize) -> Result<Option<String>, Wrong> {
    let mut reader = Reader::new(bytes.get(..at + length).unwrap_or_default());
    reader.skip(at)?;
    let name = name(bytes, &mut reader).map_err(|_| Wrong::Data(at))?;
    if reader.is_empty() {
        Ok(name)
    } else {
        Err(Wrong::Data(at))
    }
}

/// Reads a name and follows its pointers, each of which must point before all places read so far: so it ends.
pub(super) fn name(bytes: &[u8], reader: &mut Reader) -> Result<Option<String>, Wrong> {
    let mut text = Text::default();
    let at = reader.offset();
    let mut lowest = at;
    let Some(mut target) = labels(reader, &mut text)? else {
        return Ok(text.finish());
    };
    for _ in 0..MAX_POINTERS {
        if target >= lowest {
            return Err(Wrong::Pointer(lowest));
        }
        lowest = target;
        let mut there = Reader::new(bytes);
        there.skip(target)?;
        match labels(&mut there, &mut text)? {
            Some(next) => target = next,
            None => return Ok(text.finish()),
        }
    }
    Err(Wrong::Pointers(at))
}

/// Reads labels up to the root, or to a pointer, whose target is returned.
fn labels(reader: &mut Reader, text: &mut Text) -> Result<Option<usize>, Wrong> {
    loop {
        let at = reader.offset();
        let length = reader.u8()?;
        match length >> 6 {
            0 if length == 0 => return Ok(None),
            0 => text.push(reader.take(length as usize)?, at)?,
            3 => {
                let low = reader.u8()?;
                return Ok(Some(usize::from(length & 0x3f) << 8 | usize::from(low)));
            }
            _ => return Err(Wrong::Label(at)),
        }
    }
}

/// A name being put together.
#[derive(Default)]
struct Text {
    name: String,
    /// Octets on the wire so far, without the root.
    octets: usize,
    /// A label cannot be written: not UTF-8, or it holds a dot, space or control.
    unfit: bool,
}

impl Text {
    fn push(&mut self, label: &[u8], at: usize) -> Result<(), Wrong> {
        self.octets += label.len() + 1;
        if self.octets + 1 > MAX_NAME {
            return Err(Wrong::LongName(at));
        }
        match std::str::from_utf8(label) {
            Ok(label) if !label.contains(is_unfit) => {
                if !self.name.is_empty() {
                    self.name.push('.');
                }
                self.name
                    .extend(label.chars().map(|c| c.to_ascii_lowercase()));
            }
            _ => self.unfit = true,
        }
        Ok(())
    }

    fn finish(self) -> Option<String> {
        (!self.unfit).then_some(self.name)
    }
}

fn is_unfit(character: char) -> bool {
    character == '.' || character.is_whitespace() || character.is_control()
}

#[cfg(test)]
mod tests;
