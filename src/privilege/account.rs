//! The user that root becomes.

use nix::errno::Errno;
use nix::unistd::{self, Gid, Uid, User};
use thiserror::Error;

/// Taken where it exists and no other is named: what the packages and `deploy/` create.
const OWN: &str = "tlstally";
/// Taken where that does not exist.
const NOBODY: &str = "nobody";

/// A user of this system, looked up while the user database can still be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    name: String,
    uid: Uid,
    gid: Gid,
}

/// Why there is no such user to become.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccountError {
    /// Nobody has this name.
    #[error(
        "there is no user `{0}`; create it (`useradd --system {0}`) or name another with --user"
    )]
    Unknown(String),
    /// Only root can become someone else.
    #[error("only root can become the user `{0}`; leave --user out, or start as root")]
    NotRoot(String),
    /// The user database could not be asked.
    #[error("looking up the user `{0}`: {1}")]
    Lookup(String, Errno),
}

impl Account {
    /// Whom to become: the user named; else, for root, `tlstally` or `nobody`; else nobody else.
    pub fn to_become(named: Option<&str>) -> Result<Option<Self>, AccountError> {
        let root = Uid::effective().is_root();
        if let Some(name) = named {
            let account = Self::find(name)?.ok_or_else(|| AccountError::Unknown(name.into()))?;
            return match account.uid == Uid::effective() {
                // Already done, by a service manager for one. Root asked for by name stays root, without its capabilities.
                true => Ok(None),
                false if root => Ok(Some(account)),
                false => Err(AccountError::NotRoot(name.into())),
            };
        }
        if !root {
            return Ok(None);
        }
        match Self::find(OWN)? {
            Some(account) => Ok(Some(account)),
            None => Self::find(NOBODY)?.map_or_else(
                || Err(AccountError::Unknown(NOBODY.into())),
                |account| Ok(Some(account)),
            ),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn find(name: &str) -> Result<Option<Self>, AccountError> {
        let user =
            User::from_name(name).map_err(|error| AccountError::Lookup(name.into(), error))?;
        Ok(user.map(|user| Self {
            name: user.name,
            uid: user.uid,
            gid: user.gid,
        }))
    }

    /// Real, effective and saved ids, the groups first; and checks that there is no way back.
    pub(super) fn become_it(&self) -> Result<String, String> {
        let failed = |call: &str, error: Errno| format!("{call}: {}", error.desc());
        unistd::setgroups(&[]).map_err(|error| failed("setgroups", error))?;
        unistd::setresgid(self.gid, self.gid, self.gid)
            .map_err(|error| failed("setresgid", error))?;
        unistd::setresuid(self.uid, self.uid, self.uid)
            .map_err(|error| failed("setresuid", error))?;
        let root = Uid::from_raw(0);
        if !self.uid.is_root() && unistd::setresuid(root, root, root).is_ok() {
            return Err("root could be had again".to_owned());
        }
        Ok(format!("user {}", self.name))
    }
}
