//! What can be watched here.

use std::fs;
use std::net::IpAddr;

use pcap::{ConnectionStatus, Device};

use super::error::OpenError;
use super::handle::{ALL, Filter, Handle, Options, Stamps};

/// An interface as the system describes it.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Its name, for `-i`.
    pub name: String,
    /// libpcap's name for the link type (`EN10MB`); `None` where it could not be opened to ask.
    pub link: Option<String>,
    /// How it stands.
    pub state: State,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What the system says it is.
    pub description: Option<String>,
    /// Somebody has it take packets that are for others.
    pub promiscuous: bool,
    /// Bits per second, where the system knows.
    pub speed: Option<u64>,
    /// Why it cannot be watched.
    pub refused: Option<OpenError>,
}

/// How an interface stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Up and connected, as far as can be told.
    Up,
    /// Up, but nothing is connected.
    NoCarrier,
    /// Down.
    Down,
}

impl State {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::NoCarrier => "no-carrier",
            Self::Down => "down",
        }
    }
}

/// Every network interface, in the order of the system. Each is opened for a moment, to see whether it can be.
pub fn list() -> Result<Vec<Interface>, OpenError> {
    let devices = Device::list().map_err(|error| OpenError::Other {
        name: ALL.into(),
        reason: error.to_string(),
    })?;
    let is_network = |device: &Device| {
        device.name == ALL || fs::exists(sysfs(&device.name, "")).unwrap_or(false)
    };
    Ok(devices.into_iter().filter(is_network).map(look).collect())
}

fn look(device: Device) -> Interface {
    let (link, refused) = match Handle::open(&device.name, &GLANCE) {
        Ok(handle) => (handle.link_name(), None),
        Err(error) => (None, Some(error)),
    };
    let flags = number(&device.name, "flags").unwrap_or(0);
    Interface {
        link,
        state: state(&device),
        addresses: device.addresses.iter().map(|one| one.addr).collect(),
        description: device.desc,
        promiscuous: flags & libc::IFF_PROMISC as u64 != 0,
        speed: number(&device.name, "speed").map(|megabits| megabits.saturating_mul(1_000_000)),
        refused,
        name: device.name,
    }
}

/// As little as can be asked for, and nobody else's packets.
const GLANCE: Options = Options {
    ring_bytes: 1 << 20,
    snaplen: 64,
    promiscuous: false,
    immediate: false,
    stamps: Stamps::Host,
    filter: Filter::None,
};

fn state(device: &Device) -> State {
    match device.flags.connection_status {
        _ if !device.flags.is_up() => State::Down,
        ConnectionStatus::Disconnected => State::NoCarrier,
        _ => State::Up,
    }
}

fn sysfs(name: &str, file: &str) -> String {
    format!("/sys/class/net/{name}/{file}")
}

/// A number in sysfs, decimal or with `0x`; negative ones mean that it is not known.
fn number(name: &str, file: &str) -> Option<u64> {
    let text = fs::read_to_string(sysfs(name, file)).ok()?;
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
