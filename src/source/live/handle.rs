//! One open interface: libpcap's handle, without blocking; the timeouts are ours, since libpcap's never fires on a silent link.

use std::fs;
use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use pcap::{Active, Capture, Precision, TimestampType};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::netdevice;
use rustix::net::sockopt;
use tracing::debug;

use super::card::Card;
use super::counters::{Counters, Wrapping};
use super::error::OpenError;
use super::fill::{Fill, Lately};
use super::filter;
use super::slab::{InRing, Slabs};
use crate::packet::{Interest, LinkType};
use crate::system::packet_socket;
use crate::time::Timestamp;

/// Milliseconds after which the kernel hands on a part of its ring that is not full.
const RETIRE: i32 = 50;
/// Packets taken from the ring before anything else is looked after.
const AT_ONCE: usize = 1024;

/// How interfaces are watched.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of the ring of each interface.
    pub ring_bytes: u32,
    /// Bytes kept of a packet.
    pub snaplen: u32,
    /// Take packets that are for others.
    pub promiscuous: bool,
    /// Take each packet as soon as it is there, instead of a block of them.
    pub immediate: bool,
    /// Whose clock.
    pub stamps: Stamps,
    /// What the kernel lets pass.
    pub filter: Filter,
}

/// Whose clock stamps the packets (`--time-stamps`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Stamps {
    /// The host's.
    #[default]
    Host,
    /// The network card's.
    // Kept in step with the host's, where it offers that; the host's elsewhere.
    Adapter,
}

/// What the kernel lets pass.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All that the decoder could follow for this interest.
    Of(Box<Interest>),
    /// What an expression of pcap-filter(7) matches.
    Expression(String),
    /// Everything.
    None,
}

/// An open interface.
pub(super) struct Handle {
    capture: Capture<Active>,
    name: String,
    link: LinkType,
    /// `None` for the one that stands for all.
    index: Option<u32>,
    promiscuous: bool,
    dropped: Wrapping,
    card: Card,
    /// How full the ring is; packets that another clock stamps do not tell.
    fill: Option<(Fill, Lately)>,
}

/// What became of taking packets from the ring.
pub(super) enum Took {
    /// So many, and more may be there.
    Some,
    /// There are none for now.
    Nothing,
    /// The interface is gone, or went down.
    Lost(String),
}

impl Handle {
    pub(super) fn open(name: &str, options: &Options) -> Result<Self, OpenError> {
        look(name)?;
        let failed = |error: pcap::Error| refused(name, &error);
        let all = name == ALL;
        let inactive = Capture::from_device(name)
            .map_err(failed)?
            .buffer_size(i32::try_from(options.ring_bytes).unwrap_or(i32::MAX))
            .snaplen(options.snaplen.cast_signed())
            .promisc(options.promiscuous && !all)
            .timeout(RETIRE)
            .immediate_mode(options.immediate)
            .precision(Precision::Nano);
        let inactive = match options.stamps {
            Stamps::Host => inactive,
            Stamps::Adapter => inactive.tstamp_type(TimestampType::Adapter),
        };
        let mut capture = inactive.open().map_err(failed)?;
        let link = LinkType(u16::try_from(capture.get_datalink().0).unwrap_or(u16::MAX));
        apply(&mut capture, name, link, &options.filter)?;
        let capture = capture.setnonblock().map_err(failed)?;
        Ok(Self {
            index: netdevice::name_to_index(capture.as_fd(), name).ok(),
            capture,
            name: name.to_owned(),
            link,
            promiscuous: options.promiscuous && !all,
            dropped: Wrapping::default(),
            card: Card::of(name),
            fill: (options.stamps == Stamps::Host)
                .then(|| (Fill::default(), Lately::new(Instant::now()))),
        })
    }

    pub(super) fn link(&self) -> LinkType {
        self.link
    }

    /// libpcap's name for the link type.
    pub(super) fn link_name(&self) -> Option<String> {
        self.capture.get_datalink().get_name().ok()
    }

    /// Copies packets out of the ring.
    pub(super) fn take(&mut self, slabs: &mut Slabs, counters: &Counters) -> Took {
        let (mut packets, mut bytes) = (0, 0);
        let link = self.link;
        let mut fill = self.fill.as_mut().map(|(fill, _)| fill);
        if let Some(fill) = &mut fill {
            fill.look();
        }
        let took = self.capture.dispatch(Some(AT_ONCE), |packet| {
            let header = packet.header;
            packets += 1;
            bytes += u64::from(header.len);
            let time = time(header.ts.tv_sec, header.ts.tv_usec);
            if let Some(fill) = &mut fill {
                fill.packet(time, packet.data.len());
            }
            slabs.push(InRing {
                time,
                link,
                bytes: packet.data,
                original: header.len,
            });
        });
        counters.took(packets, bytes);
        match took {
            Ok(0) => {
                if let Some(fill) = fill {
                    fill.end();
                }
                Took::Nothing
            }
            Ok(_) => Took::Some,
            Err(error) => Took::Lost(words(&error)),
        }
    }

    /// Waits until the ring holds something, but no longer than this.
    pub(super) fn wait(&self, longest: Duration) {
        let fd = self.capture.as_fd();
        let longest = Timespec {
            tv_sec: longest.as_secs().cast_signed(),
            tv_nsec: longest.subsec_nanos().into(),
        };
        let _ = poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&longest));
    }

    /// Takes down what the kernel and the card have dropped, and how near the kernel was to dropping.
    pub(super) fn count_drops(&mut self, counters: &Counters) {
        if let Some((fill, lately)) = &mut self.fill {
            counters.set_ring_used(lately.note(fill.most(), Instant::now()));
        }
        if let Ok(stats) = self.capture.stats() {
            counters.add_dropped_kernel(self.dropped.since(stats.dropped));
        }
        if let Some(more) = self.card.since() {
            counters.add_card(more);
        }
    }

    /// Whether the interface is there and up; libpcap does not tell when one goes down.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.index.is_none() {
            return Ok(());
        }
        let fd = self.capture.as_fd();
        if Some(netdevice::name_to_index(fd, &self.name)?) != self.index {
            return Err(io::Error::other("another interface has its name"));
        }
        up(packet_socket::is_up(fd, &self.name)?)
    }

    /// Takes the interface up again after it was lost. If it was taken away and made anew the socket is bound to the
    /// new one, which takes no rights.
    pub(super) fn take_up_again(&mut self) -> io::Result<()> {
        let fd = self.capture.as_fd();
        let index = netdevice::name_to_index(fd, &self.name)?;
        up(packet_socket::is_up(fd, &self.name)?)?;
        if self.index != Some(index) {
            packet_socket::bind(fd, index)?;
            if self.promiscuous {
                packet_socket::be_promiscuous(fd, index)?;
            }
            self.index = Some(index);
        }
        // What the socket complained of is in the past.
        let _ = sockopt::socket_error(fd);
        Ok(())
    }
}

fn up(is_up: bool) -> io::Result<()> {
    if is_up {
        return Ok(());
    }
    Err(io::Error::other("it is down"))
}

/// The interface that stands for all.
pub(super) const ALL: &str = "any";

/// Nanoseconds are in the field for microseconds: they were asked for.
fn time(seconds: i64, nanoseconds: i64) -> Timestamp {
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    Timestamp::from_parts(part(seconds), part(nanoseconds))
}

fn apply(
    capture: &mut Capture<Active>,
    name: &str,
    link: LinkType,
    filter: &Filter,
) -> Result<(), OpenError> {
    let expression = match filter {
        Filter::Of(interest) => filter::expression(link, interest),
        Filter::Expression(expression) => Some(expression.clone()),
        Filter::None => None,
    };
    let Some(expression) = expression else {
        return Ok(());
    };
    debug!("{name}: kernel filter: {expression}");
    capture
        .filter(&expression, true)
        .map_err(|error| OpenError::Filter {
            name: name.to_owned(),
            expression,
            reason: error.to_string(),
        })
}

fn words(error: &pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Asks the system first, as libpcap gives its reasons only in words.
fn look(name: &str) -> Result<(), OpenError> {
    let known = fs::exists("/sys/class/net").unwrap_or(false);
    if name == ALL || !known {
        return Ok(());
    }
    let name = name.to_owned();
    let is_name = !name.contains('/') && name != "." && name != "..";
    match fs::read_to_string(format!("/sys/class/net/{name}/flags")) {
        Ok(flags) if is_name => match flags_of(&flags) {
            Some(flags) if flags & libc::IFF_UP as u32 == 0 => Err(OpenError::Down { name }),
            _ => Ok(()),
        },
        _ => Err(OpenError::NoSuch { name }),
    }
}

/// As sysfs writes them: `0x1003`.
fn flags_of(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

fn refused(name: &str, error: &pcap::Error) -> OpenError {
    let name = name.to_owned();
    let reason = words(error);
    let may_not = ["ermi", "CAP_NET_RAW"]; // permission, permitted: the words differ from version to version
    if may_not.iter().any(|word| reason.contains(word)) {
        return OpenError::NotPermitted { name };
    }
    OpenError::Other { name, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_said_to_be_not_there() {
        let options = Options {
            ring_bytes: 1 << 20,
            snaplen: 65_535,
            promiscuous: true,
            immediate: false,
            stamps: Stamps::Host,
            filter: Filter::None,
        };
        for name in ["no-such-eth0", "../net/lo", "."] {
            let error = Handle::open(name, &options).err();
            let name = name.to_owned();
            assert_eq!(error, Some(OpenError::NoSuch { name }));
        }
    }

    #[test]
    fn flags_are_hexadecimal() {
        assert_eq!(flags_of("0x1003\n"), Some(0x1003));
        assert_eq!(flags_of("1003"), None);
    }
}
