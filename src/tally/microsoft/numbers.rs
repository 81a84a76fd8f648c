//! Numbers as the locales of the world write them.

/// A number of percent, as a share. With a percent sign or without, decimal point or comma.
pub(super) fn share(text: &str) -> Option<f64> {
    let bare: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && !"%％".contains(*character))
        .collect();
    let value: f64 = bare.replace(',', ".").parse().ok()?;
    (0.0..=100.5)
        .contains(&value)
        .then(|| (value / 100.0).min(1.0))
}

/// A whole number, with whatever a locale puts between thousands.
pub(super) fn whole(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text
        .split([',', '.', '\'', '’', ' ', '\u{a0}', '\u{202f}'])
        .collect();
    let grouped = parts.iter().skip(1).all(|part| part.len() == 3);
    let digits: String = match parts.as_slice() {
        // `12.0`: a fraction that is none.
        [whole, fraction] if !grouped && fraction.bytes().all(|digit| digit == b'0') => {
            (*whole).to_owned()
        }
        _ if grouped => parts.concat(),
        _ => return None,
    };
    let value: u64 = digits.parse().ok()?;
    (value < 1 << 50).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_locales() {
        for (text, value) in [
            ("1200", Some(1_200)),
            ("1,200", Some(1_200)),
            ("1.200", Some(1_200)),
            ("1 200", Some(1_200)),
            ("1\u{202f}200\u{202f}300", Some(1_200_300)),
            ("12.0", Some(12)),
            ("12.5", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(whole(text), value, "{text}");
        }
    }
}
