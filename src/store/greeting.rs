//! A server's greeting in few bytes: most of it is the same every time, the rest is the time of day and a number.
//!
//! `220 X.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 4 Aug 2025 11:15:30 +0000 [08DDD30471EE4ED5]`:
//! what stands before the date goes to the dictionary, the date (RFC 5322 section 3.3) becomes a difference to the
//! session's start, the number eight bytes. Whatever does not come back exactly this way is kept as it is.

use jiff::Timestamp as Instant;
use jiff::civil::Weekday;
use jiff::tz::Offset;

use super::damage::{Damage, Result};
use super::varint::{Numbers, put, put_signed};
use crate::time::{SECOND, Timestamp};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
#[rustfmt::skip]
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How the end of a greeting is written; the numbers stand in stores.
mod form {
    /// As it is: length, bytes.
    pub(super) const TEXT: u64 = 0;
    /// A date; add [`PADDED`] and [`NUMBERED`] as they apply.
    pub(super) const DATE: u64 = 1;
    /// The day of the month has two digits always.
    pub(super) const PADDED: u64 = 2;
    /// A number in brackets follows: 16 hex digits in capitals.
    pub(super) const NUMBERED: u64 = 4;
}

/// `banner` in what repeats and what does not.
pub(super) fn split(banner: &str) -> (&str, &str) {
    let starts_date = |at: &usize| {
        let rest = banner.get(*at..).unwrap_or_default();
        let (day, rest) = rest.split_at_checked(3).unwrap_or_default();
        DAYS.contains(&day) && rest.starts_with(", ")
    };
    let at = banner.char_indices().map(|(at, _)| at).find(starts_date);
    banner.split_at(at.unwrap_or(banner.len()))
}

/// Appends the end of a greeting that came about `start`.
pub(super) fn put_end(out: &mut Vec<u8>, end: &str, start: Timestamp) {
    if let Some(date) = Dated::parse(end).filter(|date| date.text() == end) {
        date.put(out, start);
        return;
    }
    put(out, form::TEXT);
    put(out, end.len() as u64);
    out.extend_from_slice(end.as_bytes());
}

/// Reads what [`put_end`] wrote.
pub(super) fn read_end(numbers: &mut Numbers<'_>, start: Timestamp) -> Result<String> {
    let written = numbers.next()?;
    if written == form::TEXT {
        let length = usize::try_from(numbers.next()?).map_err(|_| Damage::Range)?;
        let bytes = numbers.bytes(length)?;
        return String::from_utf8(bytes.to_vec()).map_err(|_| Damage::Range);
    }
    Ok(Dated::read(written, numbers, start)?.text())
}

/// A date, and perhaps a number.
struct Dated {
    /// Seconds since the epoch.
    seconds: i64,
    /// East of Greenwich.
    zone_minutes: i64,
    padded: bool,
    number: Option<u64>,
}

impl Dated {
    /// `Mon, 4 Aug 2025 11:15:30 +0000 [08DDD30471EE4ED5]`; lenient, since what does not print the same is not taken.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ').skip(1);
        let day = words.next()?;
        let month = words.next()?;
        let month = MONTHS.iter().position(|known| *known == month)? as i8 + 1;
        let year = words.next()?.parse().ok()?;
        let mut clock = words.next()?.split(':').map(|part| part.parse::<i8>().ok());
        let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
        let zone_minutes = zone(words.next()?)?;
        let number = match words.next() {
            None => None,
            Some(word) => {
                let digits = word.strip_prefix('[')?.strip_suffix(']')?;
                Some(u64::from_str_radix(digits, 16).ok()?)
            }
        };
        let date = jiff::civil::Date::new(year, month, day.parse().ok()?).ok()?;
        let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
        let offset = Offset::from_seconds(i32::try_from(zone_minutes * 60).ok()?).ok()?;
        Some(Self {
            seconds: offset
                .to_timestamp(date.to_datetime(time))
                .ok()?
                .as_second(),
            zone_minutes,
            padded: day.len() == 2,
            number,
        })
    }

    /// As servers write it; empty where there is no such date.
    fn text(&self) -> String {
        self.try_text().unwrap_or_default()
    }

    fn try_text(&self) -> Option<String> {
        let seconds = i32::try_from(self.zone_minutes * 60).ok()?;
        let offset = Offset::from_seconds(seconds).ok()?;
        let local = offset.to_datetime(Instant::from_second(self.seconds).ok()?);
        let day = if self.padded {
            format!("{:02}", local.day())
        } else {
            local.day().to_string()
        };
        let weekday = DAYS.get(weekday(local.weekday()))?;
        let month = MONTHS.get(usize::try_from(local.month() - 1).ok()?)?;
        let sign = if self.zone_minutes < 0 { '-' } else { '+' };
        let zone = self.zone_minutes.unsigned_abs();
        let number = self.number.map(|number| format!(" [{number:016X}]"));
        Some(format!(
            "{weekday}, {day} {month} {} {:02}:{:02}:{:02} {sign}{:02}{:02}{}",
            local.year(),
            local.hour(),
            local.minute(),
            local.second(),
            zone / 60,
            zone % 60,
            number.unwrap_or_default()
        ))
    }

    fn put(&self, out: &mut Vec<u8>, start: Timestamp) {
        let padded = if self.padded { form::PADDED } else { 0 };
        let numbered = self.number.map_or(0, |_| form::NUMBERED);
        put(out, form::DATE + padded + numbered);
        put_signed(out, self.seconds.wrapping_sub(second_of(start)));
        put_signed(out, self.zone_minutes);
        if let Some(number) = self.number {
            out.extend_from_slice(&number.to_be_bytes());
        }
    }

    fn read(written: u64, numbers: &mut Numbers<'_>, start: Timestamp) -> Result<Self> {
        let seconds = numbers.next_signed()?.wrapping_add(second_of(start));
        let zone_minutes = numbers.next_signed()?;
        if !(-24 * 60..=24 * 60).contains(&zone_minutes) {
            return Err(Damage::Range);
        }
        let number = if written & form::NUMBERED == 0 {
            None
        } else {
            let bytes = numbers.bytes(8)?;
            let number = bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte));
            Some(number)
        };
        Ok(Self {
            seconds,
            zone_minutes,
            padded: written & form::PADDED != 0,
            number,
        })
    }
}

fn second_of(time: Timestamp) -> i64 {
    (time.0 / SECOND).cast_signed()
}

fn weekday(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

/// `+0130` in minutes.
fn zone(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-'])?;
    let value: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    let minutes = value / 100 * 60 + value % 100;
    Some(if text.starts_with('-') {
        -minutes
    } else {
        minutes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2025-08-04T11:15:31Z (`date -u -d 2025-08-04T11:15:31Z +%s`).
    const START: Timestamp = Timestamp::from_parts(1_754_306_131, 5);

    fn written(banner: &str) -> (String, usize) {
        let (head, end) = split(banner);
        let mut out = Vec::new();
        put_end(&mut out, end, START);
        let mut numbers = Numbers(&out);
        let back = read_end(&mut numbers, START).unwrap();
        assert!(numbers.is_empty());
        (head.to_owned() + &back, out.len())
    }

    #[test]
    fn greetings_of_servers_are_short_and_come_back() {
        for (banner, most) in [
            (
                "220 BE1P281CA0440.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 4 Aug 2025 11:15:30 +0000 [08DDD30471EE4ED5]",
                11,
            ),
            (
                "220 mx.example ESMTP Exim 4.96 Mon, 04 Aug 2025 13:15:31 +0200",
                5,
            ),
            ("220 mail.example ESMTP Postfix", 2),
        ] {
            let (back, length) = written(banner);
            assert_eq!(back, banner);
            assert!(length <= most, "{banner}: {length}");
        }
    }

    #[test]
    fn what_only_looks_like_a_date_comes_back_too() {
        for banner in [
            "220 Mon, 4 Aug 2025 11:15:30 +0000 [08ddd30471ee4ed5]",
            "220 Tue, 4 Aug 2025 11:15:30 +0000",
            "220 Mon, 4 Aug 2025 11:15:30 +0060",
            "220 Mon, 4 Aug 2025 11:15:30 -0000",
            "220 Mon, 4 Aug 2025 11:15:30",
            "220 Mon, ",
            "Mon, Mon, 4 Aug 2025 11:15:30 +0000",
            "",
            "é",
        ] {
            assert_eq!(written(banner).0, banner);
        }
    }

    proptest! {
        #[test]
        fn any_greeting_comes_back(head in ".{0,8}", date in "(Mon, [0-9]{1,2} (Aug|Feb) [0-9]{3,4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}( \\[[0-9A-F]{16}\\])?)?", end in ".{0,8}") {
            let banner = head + &date + &end;
            prop_assert_eq!(written(&banner).0, banner);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = read_end(&mut Numbers(&bytes), START);
        }
    }
}
