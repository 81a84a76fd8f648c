//! Names for numbers: cipher suites and alerts, in the words of IANA's "TLS Parameters" registry.

use std::borrow::Cow;

use tls_parser::TlsCipherSuite;

/// IANA's name of a suite, `SSL2_…` for a kind of SSL 2.0, else the number in hex.
pub fn cipher(number: u32) -> Cow<'static, str> {
    let name = match u16::try_from(number) {
        Ok(suite) => suite_name(suite),
        Err(_) => ssl2_kind_name(number),
    };
    name.map_or_else(|| unnamed(number), Cow::Borrowed)
}

fn unnamed(number: u32) -> Cow<'static, str> {
    let digits = if number > 0xffff { 6 } else { 4 };
    Cow::Owned(format!("0x{number:0digits$x}"))
}

/// Registered suites that the table of tls-parser lacks: RFC 9189, RFC 9367, Thread's EC J-PAKE.
fn suite_name(suite: u16) -> Option<&'static str> {
    Some(match suite {
        0xc0ff => "TLS_ECJPAKE_WITH_AES_128_CCM_8",
        0xc100 => "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC",
        0xc101 => "TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC",
        0xc102 => "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT",
        0xc103 => "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L",
        0xc104 => "TLS_GOSTR341112_256_WITH_MAGMA_MGM_L",
        0xc105 => "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_S",
        0xc106 => "TLS_GOSTR341112_256_WITH_MAGMA_MGM_S",
        _ => TlsCipherSuite::from_id(suite)?.name,
    })
}

/// CIPHER-KINDs of draft-hickman-netscape-ssl-00 section 5.3, written as Wireshark writes them.
const fn ssl2_kind_name(kind: u32) -> Option<&'static str> {
    Some(match kind {
        0x01_0080 => "SSL2_RC4_128_WITH_MD5",
        0x02_0080 => "SSL2_RC4_128_EXPORT40_WITH_MD5",
        0x03_0080 => "SSL2_RC2_128_CBC_WITH_MD5",
        0x04_0080 => "SSL2_RC2_128_CBC_EXPORT40_WITH_MD5",
        0x05_0080 => "SSL2_IDEA_128_CBC_WITH_MD5",
        0x06_0040 => "SSL2_DES_64_CBC_WITH_MD5",
        0x07_00c0 => "SSL2_DES_192_EDE3_CBC_WITH_MD5",
        0x08_0080 => "SSL2_RC4_64_WITH_MD5",
        _ => return None,
    })
}

/// IANA's name of an alert, else the number in hex.
pub fn alert(code: u8) -> Cow<'static, str> {
    alert_name(code).map_or_else(|| Cow::Owned(format!("{code:#04x}")), Cow::Borrowed)
}

const fn alert_name(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "close_notify",
        1 => "end_of_early_data",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        52 => "too_many_cids_requested",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        117 => "general_error",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_the_names_of_the_registry() {
        // IANA TLS Parameters, "TLS Cipher Suites".
        assert_eq!(cipher(0x1301), "TLS_AES_128_GCM_SHA256");
        assert_eq!(cipher(0x1303), "TLS_CHACHA20_POLY1305_SHA256");
        assert_eq!(
            cipher(0xcca8),
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
        );
        assert_eq!(cipher(0xc030), "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assert_eq!(cipher(0x000a), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
        assert_eq!(cipher(0x00ff), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
        assert_eq!(cipher(0xc103), "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L");
    }

    #[test]
    fn unknown_numbers_stay_numbers() {
        assert_eq!(cipher(0x0a0a), "0x0a0a");
        assert_eq!(cipher(0x99_0080), "0x990080");
        assert_eq!(cipher(0x01_0080), "SSL2_RC4_128_WITH_MD5");
        assert_eq!(alert(200), "0xc8");
        assert_eq!(alert(70), "protocol_version");
    }
}
