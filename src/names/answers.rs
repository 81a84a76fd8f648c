//! What DNS said lately: which name stands behind an address, for a client.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::Arc;

use super::recent::{Recent, Told};
use super::resolvers::Resolvers;
use crate::exchange;
use crate::session::EndpointKind;
use crate::session::asked::{AskedName, AskedNames};
use crate::time::SECOND;

/// An answer counts at least so long, seconds: Exchange Online's names live for 10 to 60 seconds, and a lifetime of zero means
/// "for this one use".
const SHORTEST: u64 = 60;
/// No answer counts longer, seconds, whatever it says.
const LONGEST: u64 = 86_400;
/// An answer counts so much longer than it says, seconds: printers and Java programs keep addresses beyond their lifetime.
const GRACE: u64 = 3_600;

/// The least rank of a name of Exchange Online.
const ONLINE: u8 = 2;

/// The answers of the last time, ordinary ones apart from those that look like mail, so that web browsing pushes none
/// of these out.
#[derive(Debug, Default)]
pub struct Answers {
    mail: Recent,
    other: Recent,
    /// Who answers for names that look like mail.
    mail_resolvers: Resolvers,
    /// Who answers for others.
    other_resolvers: Resolvers,
}

impl Answers {
    /// DNS told `client` at `clock` (nanoseconds) that the name it asked for, an alias for `aliases`, has these
    /// addresses, each for some seconds.
    pub fn note(
        &mut self,
        client: IpAddr,
        asked: &AskedName,
        aliases: &[String],
        addresses: &[(IpAddr, u32)],
        clock: u64,
    ) {
        let rank = rank(asked.telling());
        let table = if rank > 0 {
            &mut self.mail
        } else {
            &mut self.other
        };
        let aliases: Option<Arc<[u64]>> =
            (!aliases.is_empty()).then(|| aliases.iter().map(|alias| mark(alias)).collect());
        for (address, seconds) in addresses {
            let seconds = u64::from(*seconds).clamp(SHORTEST, LONGEST) + GRACE;
            let until = clock.saturating_add(seconds * SECOND);
            for told_to in [Some(client), None] {
                let told = Told::new(asked.clone(), rank, until);
                table.note(
                    (told_to, *address),
                    told.with_aliases(aliases.clone()),
                    clock,
                );
            }
        }
    }

    /// `server` has told `client` which addresses a name has: what it asks others for that name is not for itself.
    pub fn note_resolver(&mut self, server: IpAddr, client: IpAddr, asked: &AskedName) {
        if server != client {
            let resolvers = if rank(asked.telling()) > 0 {
                &mut self.mail_resolvers
            } else {
                &mut self.other_resolvers
            };
            resolvers.note(server, mark(&asked.name));
        }
    }

    /// The names for which DNS gave `client`, or else anybody, the address of `server`, as known at `clock`: at least
    /// one. Of several nothing tells which one the client means.
    pub fn names(&self, client: IpAddr, server: IpAddr, clock: u64) -> Option<AskedNames> {
        let told = self.told_to(client, server, clock);
        if told.is_empty() {
            let name = self.told_to_others(server, clock)?;
            return Some(Arc::new([name]));
        }
        Some(told.into_iter().map(|told| told.asked.clone()).collect())
    }

    /// The name, if there is but one.
    #[cfg(test)]
    pub(super) fn only(&self, client: IpAddr, server: IpAddr, clock: u64) -> Option<Arc<str>> {
        match &*self.names(client, server, clock)? {
            [asked] => Some(Arc::clone(&asked.name)),
            _ => None,
        }
    }

    /// The names that were told to `client` itself and look most like mail, in an order that time has no part in.
    /// Elsewhere than in Exchange Online one name is as good as another: behind one address may be a `smtp` and a
    /// `mail` of different owners.
    fn told_to(&self, client: IpAddr, server: IpAddr, clock: u64) -> Vec<&Told> {
        let own = (Some(client), server);
        let is_own = |resolvers: &Resolvers, told: &Told| {
            !resolvers.contains(client, mark(&told.asked.name))
        };
        let mail = (self.mail.live(&own, clock)).filter(|told| is_own(&self.mail_resolvers, told));
        let other =
            (self.other.live(&own, clock)).filter(|told| is_own(&self.other_resolvers, told));
        let mut told: Vec<&Told> = mail.chain(other).collect();
        let best = told.iter().map(|told| told.rank).max().unwrap_or_default();
        let least = if best < ONLINE { 0 } else { best };
        told.retain(|told| told.rank >= least);
        if told.len() > 1 {
            told.sort_unstable_by(|one, other| {
                (other.rank, &other.asked).cmp(&(one.rank, &one.asked))
            });
            leave_heads(&mut told);
        }
        told
    }

    /// Answers that look like mail and were let go for newer ones. That of the others only the newest are held is no
    /// loss to report: any day of browsing fills their table.
    pub fn given_up(&self) -> u64 {
        self.mail.given_up()
    }

    /// The one name of the highest rank; of several nobody knows which one this client has. None that a host would be
    /// reproached with: behind one address are many names, and that another host uses a bad one is no proof that this
    /// one does.
    fn told_to_others(&self, server: IpAddr, clock: u64) -> Option<AskedName> {
        let anybody = (None, server);
        let table = [&self.mail, &self.other]
            .into_iter()
            .find(|table| table.best(&anybody, clock).is_some())?;
        let best = table.best(&anybody, clock)?;
        let rivals: Vec<_> = table
            .live(&anybody, clock)
            .filter(|told| told.rank == best.rank)
            .collect();
        let telling = best.asked.telling();
        let agree = rivals.iter().all(|told| told.asked.telling() == telling);
        if !agree || is_reproached(telling) {
            return None;
        }
        Some(match rivals.as_slice() {
            [one] => one.asked.clone(),
            // Aliases for one name: that one.
            _ => telling.into(),
        })
    }
}

/// Takes out names that others are an alias for: who asked for both means the one where the chain begins.
fn leave_heads(told: &mut Vec<&Told>) {
    let marks: Vec<u64> = told.iter().map(|told| mark(&told.asked.name)).collect();
    let is_head = |mark: &u64| !told.iter().any(|other| other.is_alias_for(*mark));
    let heads: Vec<bool> = marks.iter().map(is_head).collect();
    // Answers that contradict each other may make a circle.
    if heads.contains(&true) {
        let mut heads = heads.into_iter();
        told.retain(|_| heads.next().unwrap_or(true));
    }
}

/// A name that was asked for. One of one's own may be an alias for one of Exchange Online, and then that one tells whose
/// server it is: of several in the chain the one that looks most like mail.
pub fn asked(name: String, aliases: &[String]) -> AskedName {
    let mut best = None;
    for alias in aliases {
        if rank(alias) > best.map_or(ONLINE - 1, rank) {
            best = Some(&**alias);
        }
    }
    AskedName {
        alias_for: best.filter(|_| rank(&name) < ONLINE).map(Arc::from),
        name: name.into(),
    }
}

/// What stands for `name` where only equality counts.
fn mark(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
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
