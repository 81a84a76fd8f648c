//! The cipher suites that Exchange Online accepts.
//!
//! Message centre MC1155427: from 20 October 2025 Microsoft 365 takes two suites of TLS 1.3 and four of TLS 1.2, all of
//! them forward-secret and with SHA-2; everything else fails. Numbers and names: IANA, TLS Cipher Suites.

use crate::tls::Version;

/// Since when [`ACCEPTED_SUITES`] holds.
pub const ACCEPTED_SUITES_SINCE: &str = "2025-10-20";

/// What Exchange Online accepts, in the order of MC1155427.
pub const ACCEPTED_SUITES: [u16; 6] = [
    0x1302, // TLS_AES_256_GCM_SHA384
    0x1301, // TLS_AES_128_GCM_SHA256
    0xc030, // TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    0xc02f, // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0xc028, // TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384
    0xc027, // TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256
];

/// Whether Exchange Online accepts the suite in this version: those of TLS 1.3 mean nothing in another (RFC 8446
/// appendix B.4), nor others there. ECDSA and ChaCha20 suites are not on the list, modern as they are.
pub fn is_acceptable_suite(suite: u16, version: Version) -> bool {
    match suite {
        0x1301 | 0x1302 => version == Version::TLS13,
        0xc027 | 0xc028 | 0xc02f | 0xc030 => version == Version::TLS12,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_and_the_question_agree() {
        let accepted = |version| {
            let suites = 0..=u16::MAX;
            suites
                .filter(|suite| is_acceptable_suite(*suite, version))
                .collect::<Vec<_>>()
        };
        let [modern, older] = [Version::TLS13, Version::TLS12].map(accepted);
        let mut listed = ACCEPTED_SUITES;
        listed.sort_unstable();
        assert_eq!([modern, older].concat(), listed);
        assert!(accepted(Version::TLS11).is_empty());
    }

    #[test]
    fn suites_of_old_and_of_other_keys_are_not_accepted() {
        // IANA: RSA_AES128_SHA, RSA_AES128_GCM, ECDHE_RSA_AES128_SHA, ECDHE_ECDSA_AES128_GCM, CHACHA20 of TLS 1.3.
        for suite in [0x002f, 0x009c, 0xc013, 0xc02b, 0x1303] {
            for version in Version::ALL {
                assert!(!is_acceptable_suite(suite, version), "{suite:#06x}");
            }
        }
    }
}
