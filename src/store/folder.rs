//! Where a store is: a folder, or an address of one. Only folders of this machine so far.

use std::path::PathBuf;
use std::str::FromStr;

use super::error::StoreError;

/// The folder of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFolder(pub PathBuf);

impl FromStr for StoreFolder {
    type Err = StoreError;

    /// `DIR`, `file:DIR`, `file:///DIR`; any other scheme is refused, so that a typing error makes no folder `https:`.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let refused = || Err(StoreError::NotAFolder(text.to_owned()));
        if let Some(rest) = text.strip_prefix("file:") {
            let folder = match rest.strip_prefix("//") {
                Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
                None => rest,
            };
            let absolute = rest.starts_with("//");
            return match folder {
                "" => refused(),
                folder if absolute && !folder.starts_with('/') => refused(),
                folder => Ok(Self(folder.into())),
            };
        }
        match text.split_once("://") {
            Some((scheme, _)) if is_scheme(scheme) => refused(),
            _ if text.is_empty() => refused(),
            _ => Ok(Self(text.into())),
        }
    }
}

/// RFC 3986 section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|next| next.is_ascii_alphanumeric() || "+-.".contains(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_addresses_of_folders() {
        for (text, folder) in [
            ("history", "history"),
            ("/var/lib/tlstally", "/var/lib/tlstally"),
            ("file:history", "history"),
            ("file:/var/lib/x", "/var/lib/x"),
            ("file:///var/lib/x", "/var/lib/x"),
            ("file://localhost/var/lib/x", "/var/lib/x"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(
                text.parse::<StoreFolder>().unwrap().0,
                PathBuf::from(folder),
                "{text}"
            );
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in ["https://x/y", "s3://bucket", "", "file:", "file://host/x"] {
            assert!(text.parse::<StoreFolder>().is_err(), "{text}");
        }
    }
}
