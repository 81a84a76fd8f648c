//! The host's own clock, for those who watch and those who store; the stages in between know only the times of packets.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// As of now. A clock before 1970 was never set, and counts as 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    Timestamp::from_parts(since.as_secs(), since.subsec_nanos().into())
}
