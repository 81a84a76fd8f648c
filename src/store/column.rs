//! Values of columns, written and read: one place for how each kind of fact stands in the database.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result as SqlResult, Row};

use super::damage::{Damage, Result};
use crate::session::record::Mac;
use crate::session::words::Word;
use crate::tls::Version;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column<'a> {
    /// Not known.
    Null,
    /// A number, a flag, or a version as it stands in a hello.
    Integer(i64),
    /// Text, a word, an address.
    Text(Cow<'a, str>),
}

impl<'a> Column<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(super) fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    pub(super) fn word<W: Word>(word: W) -> Self {
        Self::text(word.word())
    }

    pub(super) fn maybe_word<W: Word>(word: Option<W>) -> Self {
        word.map_or(Self::Null, Self::word)
    }

    pub(super) fn shown(value: Option<impl ToString>) -> Self {
        value.map_or(Self::Null, |value| {
            Self::Text(Cow::Owned(value.to_string()))
        })
    }

    pub(super) fn number(value: Option<impl Into<i64>>) -> Self {
        value.map_or(Self::Null, |value| Self::Integer(value.into()))
    }

    pub(super) fn version(version: Option<Version>) -> Self {
        Self::number(version.map(|version| version.0))
    }

    /// Appends the value so that equal rows, and only they, have equal bytes.
    pub(super) fn put(&self, key: &mut Vec<u8>) {
        match self {
            Self::Null => key.push(0),
            Self::Integer(value) => {
                key.push(1);
                key.extend_from_slice(&value.to_be_bytes());
            }
            Self::Text(text) => {
                key.push(2);
                key.extend_from_slice(&(text.len() as u32).to_be_bytes());
                key.extend_from_slice(text.as_bytes());
            }
        }
    }
}

impl ToSql for Column<'_> {
    fn to_sql(&self) -> SqlResult<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// The columns of a row, read one after the other.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    /// From the column at `first` on.
    pub(super) const fn from(row: &'a Row<'a>, first: usize) -> Self {
        Self { row, next: first }
    }

    fn value(&mut self) -> Result<ValueRef<'a>> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        Ok(value)
    }

    pub(super) fn maybe_text(&mut self) -> Result<Option<&'a str>> {
        match self.value()? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text)
                .map(Some)
                .map_err(|_| Damage::Range),
            _ => Err(Damage::Range),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        self.maybe_text()?.ok_or(Damage::Range)
    }

    pub(super) fn maybe_shared(&mut self) -> Result<Option<Arc<str>>> {
        Ok(self.maybe_text()?.map(Arc::from))
    }

    pub(super) fn maybe_number(&mut self) -> Result<Option<i64>> {
        match self.value()? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(value) => Ok(Some(value)),
            _ => Err(Damage::Range),
        }
    }

    pub(super) fn number(&mut self) -> Result<i64> {
        self.maybe_number()?.ok_or(Damage::Range)
    }

    /// A number of a kind that holds fewer.
    pub(super) fn maybe_small<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        let value = self.maybe_number()?;
        value
            .map(|value| T::try_from(value).map_err(|_| Damage::Range))
            .transpose()
    }

    pub(super) fn maybe_flag(&mut self) -> Result<Option<bool>> {
        Ok(self.maybe_number()?.map(|value| value != 0))
    }

    pub(super) fn version(&mut self) -> Result<Option<Version>> {
        Ok(self.maybe_small::<u16>()?.map(Version))
    }

    pub(super) fn maybe_word<W: Word>(&mut self) -> Result<Option<W>> {
        self.maybe_text()?.map(word).transpose()
    }

    pub(super) fn word<W: Word>(&mut self) -> Result<W> {
        word(self.text()?)
    }

    pub(super) fn maybe_address(&mut self) -> Result<Option<IpAddr>> {
        let text = self.maybe_text()?;
        text.map(address).transpose()
    }

    pub(super) fn maybe_mac(&mut self) -> Result<Option<[u8; 6]>> {
        self.maybe_text()?.map(mac).transpose()
    }
}

/// The member of a set with this word.
pub(super) fn word<W: Word>(text: &str) -> Result<W> {
    let mut each = W::EACH.iter().copied();
    each.find(|word| word.word() == text)
        .ok_or_else(|| Damage::Word(text.to_owned()))
}

/// An address as text.
pub(super) fn address(text: &str) -> Result<IpAddr> {
    text.parse().map_err(|_| Damage::Range)
}

/// What [`Mac`] prints.
fn mac(text: &str) -> Result<[u8; 6]> {
    let mut octets = text.split('-').map(|digits| u8::from_str_radix(digits, 16));
    let mut mac = [0; 6];
    for place in &mut mac {
        *place = octets
            .next()
            .and_then(std::result::Result::ok)
            .ok_or(Damage::Range)?;
    }
    Ok(mac)
}

/// A link-layer address as the records print it.
pub(super) fn mac_column(mac: Option<[u8; 6]>) -> Column<'static> {
    Column::shown(mac.map(Mac))
}
