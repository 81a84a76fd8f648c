//! Numbers as people read them.

/// `1,204,331`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count that may not be known.
pub fn known(count: Option<u64>) -> String {
    count.map_or_else(|| "unknown".into(), number)
}

/// `1 host`, `3 hosts`.
pub fn counted(value: u64, one: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {one}{ending}", number(value))
}

/// A share with one decimal, and never `0.0%` for something that happened.
pub fn percent(part: u64, whole: u64) -> String {
    let share = part as f64 / whole.max(1) as f64 * 100.0;
    if part > 0 && share < 0.1 {
        return "under 0.1%".into();
    }
    format!("{share:.1}%")
}

/// `812.4 MB`: decimal units, as links are sold.
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if value < 1000 {
        return counted(value, "byte");
    }
    let mut scaled = value as f64 / 1000.0;
    let mut unit = 0;
    while scaled >= 999.95 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", UNITS.get(unit).copied().unwrap_or("PB"))
}

/// `850 us`, `12.4 ms`, `3.2 s`, `2 min 5 s`: nanoseconds as a time that reads well.
pub fn duration(nanoseconds: u64) -> String {
    let microseconds = nanoseconds / 1000;
    match microseconds {
        0..1_000 => format!("{microseconds} us"),
        1_000..1_000_000 => format!("{:.1} ms", microseconds as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.1} s", microseconds as f64 / 1e6),
        _ => {
            let seconds = microseconds / 1_000_000;
            format!("{} min {} s", number(seconds / 60), seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_204_331), "1,204,331");
        assert_eq!(counted(1, "host"), "1 host");
        assert_eq!(counted(0, "host"), "0 hosts");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1000), "1.0 kB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(bytes(812_400_000), "812.4 MB");
        assert_eq!(bytes(u64::MAX), "18446.7 PB");
    }

    #[test]
    fn durations_read_well() {
        let shown = [900, 850_000, 12_400_000, 3_200_000_000, 125 * 1_000_000_000];
        let shown = shown.map(duration);
        assert_eq!(shown, ["0 us", "850 us", "12.4 ms", "3.2 s", "2 min 5 s"]);
    }

    #[test]
    fn small_shares_are_not_nothing() {
        assert_eq!(percent(1, 1_000_000), "under 0.1%");
        assert_eq!(percent(0, 0), "0.0%");
        assert_eq!(percent(1, 3), "33.3%");
    }
}
