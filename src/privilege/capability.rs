//! Capabilities (`capabilities(7)`): all five sets of the calling thread are emptied. They belong to threads, so this
//! is done while there is one.

use caps::CapSet;
use caps::errors::CapsError;

/// Drops all from the bounding set, which bounds what running a program could give. Only who has `CAP_SETPCAP` may: root, as a
/// rule, and not a program whose file carries `CAP_NET_RAW`.
pub(super) fn empty_bounding() -> Result<(), CapsError> {
    caps::clear(None, CapSet::Bounding)
}

/// Empties the other four, and says how it went with all of them.
pub(super) fn empty(bounding_empty: bool) -> Result<String, String> {
    // Ambient capabilities came with Linux 4.3; before that there are none to drop.
    if caps::runtime::ambient_set_supported().is_ok() {
        clear(CapSet::Ambient)?;
    }
    clear(CapSet::Inheritable)?;
    clear(CapSet::Effective)?;
    clear(CapSet::Permitted)?;
    // Where no privilege can be gained by running programs, the bounding set bounds nothing.
    let left = if bounding_empty {
        ""
    } else {
        " (left in the bounding set)"
    };
    Ok(format!("no capabilities{left}"))
}

fn clear(set: CapSet) -> Result<(), String> {
    caps::clear(None, set).map_err(|error| format!("{set:?}: {error}"))
}
