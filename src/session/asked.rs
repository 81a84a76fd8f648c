//! The names for which DNS gave a client a server's address.

use std::sync::Arc;

/// A name that a client asked DNS for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedName {
    /// As it was asked for.
    pub name: Arc<str>,
    /// The name of Exchange Online that it is an alias for (CNAME, RFC 1034 section 3.6.2), where it is none itself.
    pub alias_for: Option<Arc<str>>,
}

impl AskedName {
    /// The name that tells whose server it is.
    pub fn telling(&self) -> &str {
        self.alias_for.as_ref().unwrap_or(&self.name)
    }
}

/// A name that is no alias.
impl From<&str> for AskedName {
    fn from(name: &str) -> Self {
        Self {
            name: name.into(),
            alias_for: None,
        }
    }
}

/// Names of one address, at least one; of several nothing tells which one the client means.
pub type AskedNames = Arc<[AskedName]>;
