//! The extension list of a hello: walked by type and length alone, so that one bad body never hides the others.
//!
//! Numbers: IANA "TLS ExtensionType Values".

use crate::wire::Reader;

/// server_name (RFC 6066).
pub(super) const SERVER_NAME: u16 = 0;
/// supported_groups, once elliptic_curves (RFC 8422, RFC 7919).
pub(super) const SUPPORTED_GROUPS: u16 = 10;
/// ec_point_formats (RFC 8422).
pub(super) const EC_POINT_FORMATS: u16 = 11;
/// signature_algorithms (RFC 8446).
pub(super) const SIGNATURE_ALGORITHMS: u16 = 13;
/// application_layer_protocol_negotiation (RFC 7301).
pub(super) const ALPN: u16 = 16;
/// session_ticket (RFC 5077).
pub(super) const SESSION_TICKET: u16 = 35;
/// pre_shared_key (RFC 8446).
pub(super) const PRE_SHARED_KEY: u16 = 41;
/// early_data (RFC 8446).
pub(super) const EARLY_DATA: u16 = 42;
/// supported_versions (RFC 8446).
pub(super) const SUPPORTED_VERSIONS: u16 = 43;
/// key_share (RFC 8446).
pub(super) const KEY_SHARE: u16 = 51;
/// encrypted_client_hello (RFC 9849).
pub(super) const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;

/// The body of an extension is not what its definition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl From<crate::wire::Short> for Malformed {
    fn from(_: crate::wire::Short) -> Self {
        Self
    }
}

/// Hands type and body of each extension to `each`, as far as whole ones are there.
///
/// True if the list was read to its end: there is none at all (hellos older than RFC 3546), or its length and those
/// of its entries agree with the bytes. Only then is the absence of an extension known.
pub(super) fn walk<'a>(reader: &mut Reader<'a>, mut each: impl FnMut(u16, Reader<'a>)) -> bool {
    if reader.is_empty() {
        return true;
    }
    let Ok(length) = reader.u16() else {
        return false;
    };
    let whole = reader.left() >= length as usize;
    let Ok(listed) = reader.take(reader.left().min(length as usize)) else {
        return false;
    };
    let mut list = Reader::new(listed);
    while !list.is_empty() {
        let Ok(kind) = list.u16() else { return false };
        let Ok(body) = list.vec16() else { return false };
        each(kind, body);
    }
    whole
}

/// A list of 16-bit values led by its two-byte length that fills the body.
pub(super) fn u16_list(mut body: Reader<'_>) -> Result<Vec<u16>, Malformed> {
    let list = body.vec16()?;
    if !body.is_empty() {
        return Err(Malformed);
    }
    pairs(list)
}

/// All that is left as 16-bit values; an odd count of bytes is malformed.
pub(super) fn pairs(mut list: Reader<'_>) -> Result<Vec<u16>, Malformed> {
    let mut values = Vec::with_capacity(list.left() / 2);
    while !list.is_empty() {
        values.push(list.u16()?);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(bytes: &[u8]) -> (bool, Vec<(u16, usize)>) {
        let mut seen = Vec::new();
        let whole = walk(&mut Reader::new(bytes), |kind, body| {
            seen.push((kind, body.left()));
        });
        (whole, seen)
    }

    #[test]
    fn a_list_is_whole_only_if_all_lengths_agree() {
        assert_eq!(walked(&[]), (true, vec![]));
        assert_eq!(walked(&[0, 0]), (true, vec![]));
        assert_eq!(walked(&[0, 5, 0, 0, 0, 1, 9]), (true, vec![(0, 1)]));
        // Cut in the second extension; the first is still known.
        assert_eq!(walked(&[0, 9, 0, 43, 0, 0, 0, 1]), (false, vec![(43, 0)]));
        // An extension that says it is longer than its list.
        assert_eq!(walked(&[0, 4, 0, 43, 0, 1, 0]), (false, vec![]));
        assert_eq!(walked(&[0]), (false, vec![]));
    }

    #[test]
    fn odd_lists_are_malformed() {
        assert_eq!(u16_list(Reader::new(&[0, 2, 3, 4])), Ok(vec![0x0304]));
        assert_eq!(u16_list(Reader::new(&[0, 1, 3])), Err(Malformed));
        assert_eq!(u16_list(Reader::new(&[0, 2, 3, 4, 5])), Err(Malformed));
    }
}
