//! Why an interface cannot be watched, and what to do.

use thiserror::Error;

/// Why an interface cannot be watched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There is no such interface.
    #[error("there is no interface `{name}`; `tlstally interfaces` lists those there are")]
    NoSuch {
        /// Its name, as given.
        name: String,
    },
    /// It is down.
    #[error("the interface `{name}` is down; `ip link set {name} up` brings it up")]
    Down {
        /// Its name.
        name: String,
    },
    /// This user may not.
    #[error(
        "no permission to watch `{name}`; run as root, or once: setcap cap_net_raw+ep {}",
        program()
    )]
    NotPermitted {
        /// Its name.
        name: String,
    },
    /// The filter is no filter.
    #[error("the filter `{expression}` cannot be used on `{name}`: {reason}; see pcap-filter(7)")]
    Filter {
        /// The interface.
        name: String,
        /// The filter.
        expression: String,
        /// What libpcap says.
        reason: String,
    },
    /// Something else.
    #[error("the interface `{name}` cannot be watched: {reason}")]
    Other {
        /// Its name.
        name: String,
        /// What the system says.
        reason: String,
    },
}

fn program() -> String {
    let path = std::env::current_exe();
    path.map_or_else(|_| "tlstally".into(), |path| path.display().to_string())
}
