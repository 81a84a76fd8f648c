//! Which versions a ClientHello allows (RFC 8446 4.1.2, 4.2.1, appendix D; RFC 5246 appendix E).
//!
//! Three sources, best first:
//!
//! 1. `supported_versions`, wherever it was seen: exactly what is listed, GREASE and unknown values left out.
//! 2. `legacy_version` of 0x0302 or lower: everything up to it. This needs no look at the extensions, since a client
//!    that knows TLS 1.3 always writes 0x0303 there; but of a hello that was not seen whole only the highest is known, since
//!    there are clients that list what they allow below it.
//! 3. `legacy_version` of 0x0303 or higher, if the extension list was read to its end and holds no
//!    `supported_versions`: everything up to it. A list that was not seen whole proves nothing here.
//!
//! Values above 0x0303 in the third case: 0x0304 and the drafts' numbers are what early TLS 1.3 clients wrote, so they
//! are taken at their word; other 0x03xx offer TLS 1.2, the highest that RFC 8446 lets a server choose without
//! `supported_versions`. Anything else is no version we know, and the offer stays unknown.
//!
//! No client says how far *down* it goes. A list that is implied starts at TLS 1.0, or at SSL 3.0 if that is all.

use std::sync::Arc;

use super::Version;

/// What a ClientHello allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Standard versions, highest first, each once. Empty where the hello ends before it could list them.
    pub versions: Arc<[Version]>,
    /// The highest of them.
    pub max: Version,
    /// The list was sent, rather than implied by `legacy_version`.
    pub listed: bool,
}

/// `supported_versions`: `None` if nothing in it is a version we know.
pub(super) fn listed(values: &[u16]) -> Option<Offered> {
    let mut versions: Vec<Version> = values
        .iter()
        .filter(|value| !matches!(value, 0x0002))
        .filter_map(|value| Version(*value).standard())
        .collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.dedup();
    Some(Offered {
        max: *versions.first()?,
        versions: versions.into(),
        listed: true,
    })
}

/// `legacy_version` alone; `no_list` says that the absence of `supported_versions` was seen.
pub(super) fn implied(legacy: Version, no_list: bool) -> Option<Offered> {
    let max = match legacy.0 {
        0x0002 | 0x0300..=0x0302 => legacy,
        _ if !no_list => return None,
        0x0303 => legacy,
        _ => match legacy.standard() {
            Some(standard) => standard,
            None if legacy.0 >> 8 == 3 => Version::TLS12,
            None => return None,
        },
    };
    Some(Offered {
        versions: if no_list { up_to(max) } else { [].into() },
        max,
        listed: false,
    })
}

/// From `max` down to TLS 1.0; SSL versions stand alone.
fn up_to(max: Version) -> Arc<[Version]> {
    if max < Version::TLS10 {
        return [max].into();
    }
    let mut versions: Vec<Version> = Version::ALL
        .into_iter()
        .filter(|version| (Version::TLS10..=max).contains(version))
        .collect();
    versions.reverse();
    versions.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const V10: Version = Version::TLS10;
    const V11: Version = Version::TLS11;
    const V12: Version = Version::TLS12;
    const V13: Version = Version::TLS13;

    fn list(offer: Option<Offered>) -> Vec<Version> {
        offer.map_or(Vec::new(), |offer| offer.versions.to_vec())
    }

    #[test]
    fn a_sent_list_counts_as_sent() {
        // GREASE, TLS 1.3 twice (final and draft 28), an unknown value, 1.1 before 1.2.
        let offer = listed(&[0x3a3a, 0x0304, 0x7f1c, 0x0302, 0x0399, 0x0303]);
        assert_eq!(offer.as_ref().map(|o| (o.max, o.listed)), Some((V13, true)));
        assert_eq!(list(offer), [V13, V12, V11]);
        // 0x0a1a looks like GREASE and is not; it is unknown all the same.
        assert_eq!(listed(&[0x0a0a, 0x0a1a]), None);
        assert_eq!(listed(&[]), None);
    }

    #[test]
    fn old_clients_offer_up_to_their_version() {
        assert_eq!(list(implied(Version::SSL2, true)), [Version::SSL2]);
        assert_eq!(list(implied(Version::SSL3, true)), [Version::SSL3]);
        assert_eq!(list(implied(V10, true)), [V10]);
        assert_eq!(list(implied(V11, true)), [V11, V10]);
        assert_eq!(list(implied(V12, true)), [V12, V11, V10]);
    }

    #[test]
    fn of_a_cut_hello_only_the_highest_is_known() {
        let offer = implied(V11, false).unwrap();
        assert_eq!((offer.max, offer.versions.len()), (V11, 0));
    }

    #[test]
    fn what_may_still_be_tls13_is_unknown_until_the_list_is_seen() {
        assert_eq!(implied(V12, false), None);
        assert_eq!(implied(Version(0x0305), false), None);
    }

    #[test]
    fn versions_nobody_made_are_capped() {
        assert_eq!(implied(Version(0x0305), true).map(|o| o.max), Some(V12));
        assert_eq!(implied(Version(0x03ff), true).map(|o| o.max), Some(V12));
        assert_eq!(implied(Version(0x7f12), true).map(|o| o.max), Some(V13));
        assert_eq!(implied(V13, true).map(|o| o.max), Some(V13));
        assert_eq!(implied(Version(0x0200), true), None);
    }
}
