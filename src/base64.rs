//! Base64 (RFC 4648 section 4), written and never read: Community IDs, content security policies.

/// The alphabet of the section.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bytes` with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(quad).map(char::from).collect()
}

/// One to three bytes as two to four characters and padding.
pub(crate) fn quad(group: &[u8]) -> [u8; 4] {
    let bits = (0..3).fold(0u32, |bits, at| {
        bits << 8 | group.get(at).copied().unwrap_or(0) as u32
    });
    let mut quad = [b'='; 4];
    for (at, character) in quad.iter_mut().take(group.len() + 1).enumerate() {
        let index = (bits >> (18 - 6 * at)) & 0x3f;
        *character = ALPHABET.get(index as usize).copied().unwrap_or(b'=');
    }
    quad
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10.
    #[test]
    fn published_vectors() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
