//! What DNS said lately: which name stands behind an address, for a client.

use std::net::IpAddr;
use std::sync::Arc;

use super::recent::{Recent, Told};
use crate::exchange;
use crate::session::EndpointKind;
use crate::time::SECOND;

/// An answer counts at least so long, seconds: Exchange Online's names live for 10 to 60 seconds, and a lifetime of zero means
/// "for this one use".
const SHORTEST: u64 = 60;
/// No answer counts longer, seconds, whatever it says.
const LONGEST: u64 = 86_400;
/// An answer counts so much longer than it says, seconds: printers and Java programs keep addresses beyond their lifetime.
const GRACE: u64 = 3_600;

/// The answers of the last time, ordinary ones apart from those that look like mail, so that web browsing pushes none of these out.
#[derive(Debug, Default)]
pub struct Answers {
    mail: Recent,
    other: Recent,
}

impl Answers {
    /// DNS told `client` at `clock` (nanoseconds) that `name` has these addresses, each for some seconds.
    pub fn note(
        &mut self,
        client: IpAddr,
        name: &Arc<str>,
        addresses: &[(IpAddr, u32)],
        clock: u64,
    ) {
        let rank = rank(name);
        let table = if rank > 0 {
            &mut self.mail
        } else {
            &mut self.other
        };
        for (address, seconds) in addresses {
            let seconds = u64::from(*seconds).clamp(SHORTEST, LONGEST) + GRACE;
            let until = clock.saturating_add(seconds * SECOND);
            for told_to in [Some(client), None] {
                table.note(
                    (told_to, *address),
                    Told::new(Arc::clone(name), rank, until),
                    clock,
                );
            }
        }
    }

    /// The name for which DNS gave `client`, or else anybody, the address of `server`, as known at `clock`.
    pub fn name(&self, client: IpAddr, server: IpAddr, clock: u64) -> Option<Arc<str>> {
        let own = (Some(client), server);
        let newest = |table: &Recent| table.best(&own, clock).map(|told| Arc::clone(&told.name));
        newest(&self.mail)
            .or_else(|| newest(&self.other))
            .or_else(|| self.told_to_others(server, clock))
    }

    /// Answers that look like mail and were let go for newer ones. That of the others only the newest are held is no loss to report:
    /// any day of browsing fills their table.
    pub fn given_up(&self) -> u64 {
        self.mail.given_up()
    }

    /// The one name of the highest rank; of several nobody knows which one this client has. None that a host would be reproached with: behind
    /// one address are many names, and that another host uses a bad one is no proof that this one does.
    fn told_to_others(&self, server: IpAddr, clock: u64) -> Option<Arc<str>> {
        let anybody = (None, server);
        let table = [&self.mail, &self.other]
            .into_iter()
            .find(|table| table.best(&anybody, clock).is_some())?;
        let best = table.best(&anybody, clock)?;
        let rivals = table
            .live(&anybody, clock)
            .filter(|told| told.rank == best.rank)
            .count();
        (rivals == 1 && !is_reproached(&best.name)).then(|| Arc::clone(&best.name))
    }
}

/// Whether using `name` is a finding: `legacy_endpoint` or `retired_name`.
fn is_reproached(name: &str) -> bool {
    exchange::name(name)
        .is_some_and(|known| known.retired || known.kind == EndpointKind::LegacySubmission)
}

/// How much a name looks like the one that a mail program would use. One host of Exchange Online answers to many:
/// every Outlook asks for `outlook.office365.com` all day, and the address is that of `smtp.office365.com`.
///
/// 3: Exchange Online, for SMTP. 2: Exchange Online. 1: elsewhere, the first label begins with `smtp`. 0: the rest.
pub fn rank(name: &str) -> u8 {
    let says_smtp = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("smtp"));
    match exchange::name(name).map(|known| known.kind) {
        Some(EndpointKind::Mx | EndpointKind::LegacySubmission | EndpointKind::HighVolume) => 3,
        Some(_) => 2 + u8::from(says_smtp),
        None => u8::from(says_smtp),
    }
}

#[cfg(test)]
mod tests;
