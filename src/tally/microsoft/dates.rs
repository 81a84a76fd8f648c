//! The dates of a column, in whatever order its locale writes day and month: told by all of them together, or not at all.

use jiff::civil::Date;

/// Days that the report of the admin center covers at most, and one for its clock.
const LONGEST: i32 = 91;

/// How a locale writes a date.
#[derive(Clone, Copy)]
enum Order {
    YearMonthDay,
    MonthDayYear,
    DayMonthYear,
}

/// Each text as a date; none of them where their order is not certain.
pub(super) fn read(texts: &[Option<String>]) -> Vec<Option<Date>> {
    let orders = [
        Order::YearMonthDay,
        Order::MonthDayYear,
        Order::DayMonthYear,
    ];
    let mut possible = orders
        .into_iter()
        .map(|order| in_order(texts, order))
        .filter(|dates| fits(texts, dates));
    match (possible.next(), possible.next()) {
        (Some(dates), None) => dates,
        // Two orders that say the same are one.
        (Some(dates), Some(other)) if dates == other => dates,
        _ => vec![None; texts.len()],
    }
}

fn in_order(texts: &[Option<String>], order: Order) -> Vec<Option<Date>> {
    let one = |text: &Option<String>| date(text.as_deref()?, order);
    texts.iter().map(one).collect()
}

/// Whether most texts are dates in this order, of no longer a time than there can be.
fn fits(texts: &[Option<String>], dates: &[Option<Date>]) -> bool {
    let given = texts.iter().flatten().count();
    let read = dates.iter().flatten().count();
    let ends = dates
        .iter()
        .flatten()
        .min()
        .zip(dates.iter().flatten().max());
    let is_short = ends.is_some_and(|(first, last)| {
        first
            .until(*last)
            .is_ok_and(|span| span.get_days() <= LONGEST)
    });
    read * 2 > given && is_short
}

/// `2026-08-01`, `8/1/2026`, `01.08.2026`, with or without a time behind it.
fn date(text: &str, order: Order) -> Option<Date> {
    let day = text.split([' ', 'T']).next()?;
    let mut parts = day.split(['-', '/', '.']).map(str::parse::<i16>);
    let (one, two, three) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    let (year, month, day) = match order {
        Order::YearMonthDay => (one, two, three),
        Order::MonthDayYear => (three, one, two),
        Order::DayMonthYear => (three, two, one),
    };
    let is_year = (2000..2200).contains(&year);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|_| is_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(texts: &[&str]) -> Vec<Option<Date>> {
        let texts: Vec<_> = texts.iter().map(|text| Some((*text).to_owned())).collect();
        read(&texts)
    }

    #[test]
    fn the_order_is_told_by_all_dates_together() {
        let date = |month, day| Some(jiff::civil::date(2026, month, day));
        for (texts, expected) in [
            (
                &["2026-08-01", "2026-08-02T00:00:00"][..],
                [date(8, 1), date(8, 2)],
            ),
            (
                &["8/1/2026", "8/13/2026 12:00:00 AM"],
                [date(8, 1), date(8, 13)],
            ),
            (&["13.08.2026", "01.08.2026"], [date(8, 13), date(8, 1)]),
            // As days of January and of August they would be half a year apart.
            (&["8/1/2026", "8/7/2026"], [date(8, 1), date(8, 7)]),
            (&["1/8/2026", "7/8/2026"], [date(8, 1), date(8, 7)]),
            (&["2026/8/1", "2026/8/2"], [date(8, 1), date(8, 2)]),
            (&["8/8/2026", "8/8/2026"], [date(8, 8), date(8, 8)]),
            // The first and the second of the month, or of January and February.
            (&["1/1/2026", "2/1/2026"], [None, None]),
            (&["yesterday", "today"], [None, None]),
        ] {
            assert_eq!(read_all(texts), expected, "{texts:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_texts_are_read_or_not(texts in proptest::collection::vec(proptest::option::of(".{0,12}"), 0..5)) {
            proptest::prop_assert_eq!(read(&texts).len(), texts.len());
        }
    }
}
