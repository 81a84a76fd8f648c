//! What is different in every session: times between packets, amounts, the end of the greeting, packed into one value.
//!
//! A number of flags says which parts follow, in the order of the fields below; its lowest three bits are the number of
//! this form, so that a later one can stand beside it.

use super::damage::{Damage, Result};
use super::greeting;
use super::varint::{Numbers, put};
use crate::session::{Ended, Exchange, Gaps, Latency, Likely, Session};
use crate::time::Timestamp;

/// The number of the form that this file writes.
const FORM: u64 = 0;
const FORM_BITS: u64 = 0b111;

const CONNECT: u64 = 1 << 3;
const STARTTLS: u64 = 1 << 4;
const HELLO: u64 = 1 << 5;
const GAPS: u64 = 1 << 6;
const EXCHANGE: u64 = 1 << 7;
const GREETING: u64 = 1 << 8;
/// Two bits: what the amounts suggest.
const LIKELY: u32 = 9;
/// Three bits: what ended the connection, 0 if nothing was seen to.
const ENDED: u32 = 11;

/// The parts, unpacked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Detail {
    pub(super) latency: Latency,
    pub(super) gaps: Option<Gaps>,
    pub(super) exchange: Option<Exchange>,
    /// The greeting: its beginning in the dictionary, and its end.
    pub(super) greeting: Option<(i64, String)>,
}

/// Appends the parts of `session`; `greeting` is the beginning of its greeting in the dictionary, and the end.
pub(super) fn put_parts(out: &mut Vec<u8>, session: &Session, greeting: Option<(i64, &str)>) {
    let Latency {
        connect,
        starttls,
        hello,
    } = session.latency;
    let flag = |present: bool, flag: u64| if present { flag } else { 0 };
    let flags = FORM
        | flag(connect.is_some(), CONNECT)
        | flag(starttls.is_some(), STARTTLS)
        | flag(hello.is_some(), HELLO)
        | flag(session.gaps.is_some(), GAPS)
        | flag(greeting.is_some(), GREETING)
        | session.exchange.map_or(0, exchange_flags);
    put(out, flags);
    for latency in [connect, starttls, hello].into_iter().flatten() {
        put(out, latency);
    }
    if let Some(gaps) = session.gaps {
        put(out, u64::from(gaps.count));
        put(out, gaps.bytes);
    }
    if let Some(exchange) = session.exchange {
        put(out, exchange.client_bytes);
        put(out, exchange.server_bytes);
    }
    if let Some((head, end)) = greeting {
        put(out, head.cast_unsigned());
        greeting::put_end(out, end, session.start);
    }
}

const fn exchange_flags(exchange: Exchange) -> u64 {
    let likely = match exchange.likely {
        Likely::Delivered => 0,
        Likely::Refused => 1,
        Likely::Unknown => 2,
    };
    let ended = match exchange.ended {
        None => 0,
        Some(Ended::ClientClosed) => 1,
        Some(Ended::ServerClosed) => 2,
        Some(Ended::ClientReset) => 3,
        Some(Ended::ServerReset) => 4,
    };
    EXCHANGE | likely << LIKELY | ended << ENDED
}

/// Reads what [`put_parts`] wrote for a session that began at `start`.
pub(super) fn read(bytes: &[u8], start: Timestamp) -> Result<Detail> {
    let mut numbers = Numbers(bytes);
    let flags = numbers.next()?;
    if flags & FORM_BITS != FORM {
        return Err(Damage::Range);
    }
    let maybe = |flag: u64, numbers: &mut Numbers<'_>| {
        (flags & flag != 0).then(|| numbers.next()).transpose()
    };
    let latency = Latency {
        connect: maybe(CONNECT, &mut numbers)?,
        starttls: maybe(STARTTLS, &mut numbers)?,
        hello: maybe(HELLO, &mut numbers)?,
    };
    Ok(Detail {
        latency,
        gaps: gaps(flags, &mut numbers)?,
        exchange: exchange(flags, &mut numbers)?,
        greeting: greeting(flags, &mut numbers, start)?,
    })
}

fn gaps(flags: u64, numbers: &mut Numbers<'_>) -> Result<Option<Gaps>> {
    if flags & GAPS == 0 {
        return Ok(None);
    }
    Ok(Some(Gaps {
        count: u32::try_from(numbers.next()?).map_err(|_| Damage::Range)?,
        bytes: numbers.next()?,
    }))
}

fn exchange(flags: u64, numbers: &mut Numbers<'_>) -> Result<Option<Exchange>> {
    if flags & EXCHANGE == 0 {
        return Ok(None);
    }
    let likely = match flags >> LIKELY & 3 {
        0 => Likely::Delivered,
        1 => Likely::Refused,
        2 => Likely::Unknown,
        _ => return Err(Damage::Range),
    };
    let ended = match flags >> ENDED & 7 {
        0 => None,
        1 => Some(Ended::ClientClosed),
        2 => Some(Ended::ServerClosed),
        3 => Some(Ended::ClientReset),
        4 => Some(Ended::ServerReset),
        _ => return Err(Damage::Range),
    };
    Ok(Some(Exchange {
        client_bytes: numbers.next()?,
        server_bytes: numbers.next()?,
        ended,
        likely,
    }))
}

fn greeting(
    flags: u64,
    numbers: &mut Numbers<'_>,
    start: Timestamp,
) -> Result<Option<(i64, String)>> {
    if flags & GREETING == 0 {
        return Ok(None);
    }
    let head = numbers.next()?.cast_signed();
    Ok(Some((head, greeting::read_end(numbers, start)?)))
}
