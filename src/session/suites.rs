//! Names of numbers in a record. A stand-in: the IANA tables of the TLS stage take its place.

use std::borrow::Cow;

/// The name of a cipher suite.
pub fn suite(number: u32) -> Cow<'static, str> {
    match number {
        0x002f => Cow::Borrowed("TLS_RSA_WITH_AES_128_CBC_SHA"),
        0xc030 => Cow::Borrowed("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        _ => Cow::Owned(format!("0x{number:04x}")),
    }
}

/// The name of an alert.
pub fn alert(code: u8) -> Cow<'static, str> {
    match code {
        40 => Cow::Borrowed("handshake_failure"),
        70 => Cow::Borrowed("protocol_version"),
        _ => Cow::Owned(format!("0x{code:02x}")),
    }
}
