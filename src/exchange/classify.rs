//! Puts the pieces of evidence about one server together.
//!
//! - **Any piece is enough**, and each is named. Strength, strongest first: the name the client asked for (SNI), the
//!   name that DNS gave the address for, the certificate, the host in the banner, the published ranges.
//! - **Cloud and kind** come from the strongest piece that tells them. Legacy and high-volume endpoints look like
//!   client submission in all else, so only a name tells them.
//! - **A piece that says otherwise takes nothing away**: a name of one's own may be an alias for Exchange Online, a
//!   foreign certificate may be an interception, a foreign banner a proxy. It is reported in
//!   [`Classification::contradictions`].
//! - If no piece says Exchange Online, it is not.

use std::fmt;
use std::net::IpAddr;

use super::catalog::{Catalog, SMTP_PORT, SUBMISSION_PORT};
use super::greeting::banner_host;
use super::issuer::issuer_is_known;
use super::name::{NameMatch, is_host_name, name, pattern};
use crate::session::asked::AskedName;
use crate::session::{Certificate, EndpointKind, Evidence, EvidenceSet, ExchangeOnline, Instance};

/// What a session shows about its server.
#[derive(Clone, Copy, Debug)]
pub struct Clues<'a> {
    /// SNI of the ClientHello.
    pub server_name: Option<&'a str>,
    /// The name for which DNS gave this client the server's address, or the one of Exchange Online that it is an alias for.
    pub dns: Option<&'a str>,
    /// Further names for which DNS gave it: nothing tells which of them it meant.
    pub dns_others: &'a [AskedName],
    /// The server's certificate, where it went in clear.
    pub certificate: Option<&'a Certificate>,
    /// First line of the greeting, with or without its code.
    pub banner: Option<&'a str>,
    /// The server's address.
    pub ip: IpAddr,
    /// The server's port.
    pub port: u16,
}

/// What the clues come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classification {
    /// `None` if nothing says Exchange Online.
    pub exchange_online: Option<ExchangeOnline>,
    /// The endpoint is the one kept for legacy TLS (finding `legacy_endpoint`).
    pub legacy_endpoint: bool,
    /// The client uses a name that the service has given up (finding `retired_name`).
    pub retired_name: bool,
    /// The consumer side, Outlook.com and Hotmail, by its name.
    pub consumer: bool,
    /// Pieces that say otherwise, strongest first; empty if nothing says Exchange Online.
    pub contradictions: Vec<Contradiction>,
}

/// A piece of evidence that does not fit the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The piece.
    pub evidence: Evidence,
    /// What it disagrees about.
    pub about: Disagreement,
}

/// What a piece disagrees about with the stronger ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// It does not belong to Exchange Online.
    Elsewhere,
    /// It belongs to another cloud.
    Cloud,
    /// It belongs to another kind of endpoint.
    Kind,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let piece = match self.evidence {
            Evidence::ServerName => "the server name the client asked for",
            Evidence::Dns => "the name DNS gave the address for",
            Evidence::Certificate => "the certificate",
            Evidence::Banner => "the banner's host name",
            Evidence::Address => "the address",
        };
        let what = match self.about {
            Disagreement::Elsewhere => "does not belong to Exchange Online",
            Disagreement::Cloud => "belongs to another cloud of it",
            Disagreement::Kind => "belongs to another kind of endpoint",
        };
        write!(f, "{piece} {what}")
    }
}

/// Puts the clues together.
pub fn classify(catalog: &Catalog, clues: &Clues) -> Classification {
    let mut readings = [
        (Evidence::ServerName, read_host(clues.server_name)),
        (Evidence::Dns, read_dns(clues)),
        (Evidence::Certificate, read_certificate(clues.certificate)),
        (
            Evidence::Banner,
            read_host(clues.banner.and_then(banner_host)),
        ),
        (Evidence::Address, read_address(catalog, clues)),
    ];
    doubt_issuer(&mut readings, clues.certificate);
    let Some(mut exchange_online) = conclude(&readings) else {
        return Classification::default();
    };
    let consumer = readings
        .iter()
        .filter_map(|(_, told)| told.ours())
        .any(|told| told.consumer);
    if !is_range_published(catalog, exchange_online, consumer) {
        let [.., (_, address)] = &mut readings;
        address.forget_elsewhere();
    }
    let contradictions = contradictions(&readings, exchange_online);
    for contradiction in &contradictions {
        exchange_online
            .contradicted_by
            .insert(contradiction.evidence);
    }
    Classification {
        exchange_online: Some(exchange_online),
        legacy_endpoint: exchange_online.endpoint == EndpointKind::LegacySubmission,
        retired_name: asks_for_retired_name(&readings),
        consumer,
        contradictions,
    }
}

/// What one piece of evidence says.
#[derive(Clone, Copy)]
enum Reading {
    /// Nothing.
    Absent,
    /// Exchange Online.
    Ours(NameMatch),
    /// Something else.
    Elsewhere,
}

impl Reading {
    fn ours(&self) -> Option<&NameMatch> {
        match self {
            Self::Ours(told) => Some(told),
            Self::Absent | Self::Elsewhere => None,
        }
    }

    fn forget_elsewhere(&mut self) {
        if matches!(self, Self::Elsewhere) {
            *self = Self::Absent;
        }
    }
}

/// A certificate that names Exchange Online but is from another issuer is that of something in between. Only where
/// nothing else tells where the client went does the name still count.
fn doubt_issuer(readings: &mut [(Evidence, Reading); 5], certificate: Option<&Certificate>) {
    let [name, dns, (_, shown), banner, address] = readings;
    let others = [name, dns, banner, address];
    let is_told = others.iter().any(|(_, told)| told.ours().is_some());
    if is_told && certificate.is_some_and(|one| !issuer_is_known(one)) {
        *shown = Reading::Elsewhere;
    }
}

fn read_host(host: Option<&str>) -> Reading {
    match host {
        Some(host) => match name(host) {
            Some(told) => Reading::Ours(told),
            None if is_host_name(host) => Reading::Elsewhere,
            None => Reading::Absent,
        },
        None => Reading::Absent,
    }
}

/// Where nothing tells which of several names the client meant, what all of them say.
fn read_dns(clues: &Clues) -> Reading {
    let others = clues
        .dns_others
        .iter()
        .map(|asked| read_host(Some(asked.telling())));
    others.fold(read_host(clues.dns), |told, other| match (told, other) {
        (Reading::Ours(told), Reading::Ours(other)) if told.instance == other.instance => {
            Reading::Ours(NameMatch {
                instance: told.instance,
                kind: if told.kind == other.kind {
                    told.kind
                } else {
                    EndpointKind::Unknown
                },
                retired: told.retired && other.retired,
                consumer: told.consumer && other.consumer,
            })
        }
        (Reading::Elsewhere, Reading::Elsewhere) => Reading::Elsewhere,
        _ => Reading::Absent,
    })
}

/// The common name first, since it is what tells the submission and MX certificates apart; the alternative names if it
/// says nothing.
fn read_certificate(certificate: Option<&Certificate>) -> Reading {
    let Some(certificate) = certificate else {
        return Reading::Absent;
    };
    let common_name = certificate.subject_cn.as_deref();
    if let Some(told) = common_name.and_then(certified) {
        return Reading::Ours(told);
    }
    let told = certificate.names.iter().filter_map(|name| certified(name));
    match told.reduce(common_ground) {
        Some(told) => Reading::Ours(told),
        None if common_name.is_some() || !certificate.names.is_empty() => Reading::Elsewhere,
        None => Reading::Absent,
    }
}

/// `CN=outlook.com` is the certificate of the submission front ends; the bare domain says less elsewhere.
fn certified(text: &str) -> Option<NameMatch> {
    let mut told = pattern(text)?;
    if text.eq_ignore_ascii_case("outlook.com") {
        told.kind = EndpointKind::ClientSubmission;
    }
    Some(told)
}

/// What two names of one certificate both allow.
fn common_ground(one: NameMatch, other: NameMatch) -> NameMatch {
    let kind = match (one.kind, other.kind) {
        (EndpointKind::Unknown, kind) | (kind, EndpointKind::Unknown) => kind,
        (kind, same) if kind == same => kind,
        _ => EndpointKind::Unknown,
    };
    NameMatch {
        instance: one.instance.filter(|_| one.instance == other.instance),
        kind,
        retired: false,
        consumer: one.consumer && other.consumer,
    }
}

/// An address outside the lists says "elsewhere" only on the ports the lists are about.
fn read_address(catalog: &Catalog, clues: &Clues) -> Reading {
    match catalog.lookup(clues.ip, clues.port) {
        Some(found) => Reading::Ours(NameMatch {
            instance: found.instance,
            kind: found.kind,
            retired: false,
            consumer: false,
        }),
        None if matches!(clues.port, SMTP_PORT | SUBMISSION_PORT) => Reading::Elsewhere,
        None => Reading::Absent,
    }
}

/// Evidence, and cloud and kind from the strongest piece that tells them.
fn conclude(readings: &[(Evidence, Reading)]) -> Option<ExchangeOnline> {
    let mut evidence = EvidenceSet::default();
    let (mut instance, mut endpoint) = (None, EndpointKind::Unknown);
    for (piece, reading) in readings {
        let Some(told) = reading.ours() else { continue };
        evidence.insert(*piece);
        instance = instance.or(told.instance);
        if endpoint == EndpointKind::Unknown {
            endpoint = told.kind;
        }
    }
    (!evidence.is_empty()).then_some(ExchangeOnline {
        instance,
        endpoint,
        evidence,
        contradicted_by: EvidenceSet::default(),
    })
}

/// Whether a name that the client itself used is given up; what the server calls itself does not count.
fn asks_for_retired_name(readings: &[(Evidence, Reading)]) -> bool {
    readings
        .iter()
        .filter(|(evidence, _)| matches!(evidence, Evidence::ServerName | Evidence::Dns))
        .filter_map(|(_, told)| told.ours())
        .any(|told| told.retired)
}

/// Whether the lists in use would hold the endpoint's address. They hold none for the high-volume, legacy and consumer
/// endpoints, and none for a cloud without a list.
fn is_range_published(catalog: &Catalog, found: ExchangeOnline, consumer: bool) -> bool {
    let unpublished = matches!(
        found.endpoint,
        EndpointKind::HighVolume | EndpointKind::LegacySubmission
    );
    !unpublished && !consumer && found.instance.is_none_or(|cloud| catalog.has(cloud))
}

fn contradictions(readings: &[(Evidence, Reading)], found: ExchangeOnline) -> Vec<Contradiction> {
    let mut list = Vec::new();
    for (evidence, reading) in readings {
        let mut note = |about| {
            list.push(Contradiction {
                evidence: *evidence,
                about,
            });
        };
        match reading {
            Reading::Absent => {}
            Reading::Elsewhere => note(Disagreement::Elsewhere),
            Reading::Ours(told) => {
                if is_other_cloud(told.instance, found.instance) {
                    note(Disagreement::Cloud);
                }
                if !fits(told.kind, found.endpoint) {
                    note(Disagreement::Kind);
                }
            }
        }
    }
    list
}

fn is_other_cloud(told: Option<Instance>, found: Option<Instance>) -> bool {
    matches!((told, found), (Some(told), Some(found)) if told != found)
}

/// Whether a weaker piece of kind `told` may come with an endpoint of kind `found`: all ways of submission look alike
/// but for their names, and nothing is published about the hosts of the high-volume one.
const fn fits(told: EndpointKind, found: EndpointKind) -> bool {
    use EndpointKind::{ClientSubmission, LegacySubmission, Mx};
    !matches!(
        (told, found),
        (Mx, ClientSubmission | LegacySubmission) | (ClientSubmission | LegacySubmission, Mx)
    )
}

#[cfg(test)]
mod tests;
