//! The user that root becomes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{self, Gid, Uid, User};
use thiserror::Error;

/// Taken where nothing is written and no other is named: what the packages and `deploy/` create.
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

/// What becomes of the user that started the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It becomes another.
    To(Account),
    /// It is not root, or root was asked for by name.
    None,
    /// It stays root, though better were possible, for this reason.
    StayRoot(String),
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

impl Change {
    /// The user named; else, for root, the owner of the directories that are written to, so that files in them can be
    /// put aside and made anew; else, where nothing is written, `tlstally` or `nobody`.
    pub fn wanted(named: Option<&str>, writing: &[PathBuf]) -> Result<Self, AccountError> {
        let ourselves = Uid::effective();
        if let Some(name) = named {
            let account = Account::find(name)?.ok_or_else(|| AccountError::Unknown(name.into()))?;
            return if account.uid == ourselves {
                Ok(Self::None)
            } else if ourselves.is_root() {
                Ok(Self::To(account))
            } else {
                Err(AccountError::NotRoot(name.into()))
            };
        }
        match writing {
            _ if !ourselves.is_root() => Ok(Self::None),
            [] => Ok(Self::To(Account::of_nobody()?)),
            directories => Self::to_owner(directories),
        }
    }

    fn to_owner(directories: &[PathBuf]) -> Result<Self, AccountError> {
        // Of one that has yet to be made, whoever owns what it will be made in.
        let owner = |path: &PathBuf| {
            let mut above = path.ancestors().chain([Path::new(".")]);
            let found = above.find_map(|path| fs::metadata(path).ok());
            found.map(|found| (found.uid(), found.gid()))
        };
        let mut owners: Vec<(u32, u32)> = directories.iter().filter_map(owner).collect();
        owners.sort_unstable();
        owners.dedup_by_key(|(user, _)| *user);
        match *owners.as_slice() {
            [(user, group)] if user != 0 => Account::of(user, group).map(Self::To),
            [(0, _)] => Ok(Self::StayRoot(format!(
                "{} belongs to root; name another user with --user, and a directory of its own",
                shown(directories.first())
            ))),
            _ => Ok(Self::StayRoot(
                "the directories written to have several owners; name a user that can write in all with --user".into(),
            )),
        }
    }
}

fn shown(path: Option<&PathBuf>) -> String {
    path.map_or_else(String::new, |path| Path::display(path).to_string())
}

impl Account {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn of_nobody() -> Result<Self, AccountError> {
        if let Some(account) = Self::find(OWN)? {
            return Ok(account);
        }
        Self::find(NOBODY)?.ok_or_else(|| AccountError::Unknown(NOBODY.into()))
    }

    /// The user with this number, who may have no name; then in this group.
    fn of(user: u32, group: u32) -> Result<Self, AccountError> {
        let (uid, name) = (Uid::from_raw(user), user.to_string());
        match User::from_uid(uid) {
            Ok(Some(user)) => Ok(user.into()),
            Ok(None) => Ok(Self {
                name,
                uid,
                gid: Gid::from_raw(group),
            }),
            Err(error) => Err(AccountError::Lookup(name, error)),
        }
    }

    fn find(name: &str) -> Result<Option<Self>, AccountError> {
        let user =
            User::from_name(name).map_err(|error| AccountError::Lookup(name.into(), error))?;
        Ok(user.map(Self::from))
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

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid,
            gid: user.gid,
        }
    }
}
