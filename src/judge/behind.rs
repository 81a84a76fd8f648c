//! What flows behind the handshake: amounts by direction and turn, and what they suggest.

use super::amounts::{self, Amounts, Sent};
use crate::flow::{Burst, Close, Ending, Tail, Way};
use crate::session::{Ended, Exchange, Likely};
use crate::tls::Version;

/// Where it begins, and what is known by then.
pub(super) struct BehindHandshake {
    /// The way of the client's packets.
    pub(super) client: Way,
    /// Sequence number of the client's first byte of it, and the server's where that is known.
    pub(super) places: (u32, Option<u32>),
    /// The version in use.
    pub(super) version: Version,
    /// The suite in use.
    pub(super) cipher: Option<u32>,
    pub(super) server_port: u16,
}

impl BehindHandshake {
    /// What flowed, by the turns and ends in `tail`.
    pub(super) fn exchange(&self, tail: &Tail) -> Option<Exchange> {
        let flowed = tail.flowed_behind(self.client, self.places)?;
        let likely = flowed.bursts.as_ref().map_or(Likely::Unknown, |bursts| {
            let sent: Vec<Sent> = bursts.iter().map(|burst| self.sent(*burst)).collect();
            amounts::likely(&Amounts {
                version: self.version,
                cipher: self.cipher,
                server_port: self.server_port,
                sent: &sent,
                cut: flowed.cut,
                over: tail.close(self.client) != Close::Open,
            })
        });
        let bytes = |way: Way| flowed.bytes[way.index()];
        Some(Exchange {
            client_bytes: bytes(self.client),
            server_bytes: bytes(self.client.reversed()),
            ended: self.ended(tail),
            likely,
        })
    }

    fn sent(&self, burst: Burst) -> Sent {
        Sent {
            by_client: burst.way == self.client,
            bytes: burst.bytes,
        }
    }

    fn ended(&self, tail: &Tail) -> Option<Ended> {
        let (way, ending) = tail.ended()?;
        Some(match (way == self.client, ending) {
            (true, Ending::Fin) => Ended::ClientClosed,
            (false, Ending::Fin) => Ended::ServerClosed,
            (true, Ending::Rst) => Ended::ClientReset,
            (false, Ending::Rst) => Ended::ServerReset,
        })
    }
}
