//! Finds the machines that negotiate, or only offer, TLS 1.0 or 1.1 toward Exchange Online.
//!
//! Data flows one way, and the modules say so:
//!
//! ```text
//! source -> packet -> flow -> smtp -> tls -> exchange -> judge -> tally -> output
//! files,    link,     order,  up to   hello  is it       one      per      table,
//! live      tunnels,  gaps    TLS     facts  Exchange    record   host     json, csv
//!           ip, tcp                          Online?
//! ```
//!
//! [`session`] is the record that `judge` makes and everything behind it reads, with its words.
//!
//! [`pipeline`] owns threads and channels and knows the stages; the stages do not know it. Everything from `packet`
//! to `tally` is pure: bytes and times in, facts out. `docs/architecture.md` follows one packet through all of it.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "tlstally is for Linux: it watches through AF_PACKET, and gives up rights through seccomp and Landlock"
);

mod base64;
pub mod cli;
pub mod commands;
#[cfg(test)]
pub(crate) mod document;
pub(crate) mod evidence;
pub mod exchange;
pub mod flow;
pub mod histogram;
pub mod judge;
pub(crate) mod memo;
pub mod names;
pub mod output;
pub mod packet;
pub mod piece;
pub mod pipeline;
pub mod privilege;
pub mod session;
pub mod smtp;
pub mod source;
pub mod store;
pub(crate) mod system;
pub mod tally;
pub mod time;
pub mod tls;
mod wall_clock;
pub(crate) mod wire;
