//! The part of a record that many sessions have in common: TLS, outcome and verdict, without times, amounts and
//! greeting. It is written once and remembered by all that decides it; nobody can tell from a record whether it was.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use super::wire_text;
use crate::session::json::{Object, members};
use crate::session::vendor::vendor;
use crate::session::{
    Alert, Certificate, Evidence, ExchangeOnline, Finding, Findings, Instance, LimitedBy, Mode,
    Offer, Outcome, Session, StarttlsCommand, Verdict,
};
use crate::time::CertificateTime;
use crate::tls::Version;
use crate::tls::names;

/// Parts remembered by each thread.
const MAX_PARTS: usize = 512;

thread_local! {
    static PARTS: RefCell<Vec<Option<Part>>> = RefCell::default();
}

/// Hands the members `tls` and `tlstally`, the latter left open, to `take`.
pub(super) fn with(session: &Session, take: impl FnOnce(&[u8])) {
    PARTS.with_borrow_mut(|parts| {
        if parts.is_empty() {
            parts.resize_with(MAX_PARTS, || None);
        }
        let Some(place) = parts.get_mut(place_of(session)) else {
            return;
        };
        let part = match place {
            Some(part) if part.common.is_of(session) => part,
            _ => place.insert(Part::of(session)),
        };
        take(&part.written);
    });
}

/// Where the part of `session` is kept, by where its fingerprints are kept: they are shared between sessions.
fn place_of(session: &Session) -> usize {
    let address = |text: &Option<Arc<str>>| {
        let start = text.as_ref().map(|text| text.as_ptr().addr());
        start.unwrap_or_default() >> 4
    };
    let (client, server) = (address(&session.ja4), address(&session.ja3s));
    let rest = session.outcome as usize + 16 * session.verdict as usize;
    (client ^ server.rotate_left(5) ^ rest) % MAX_PARTS
}

/// What is remembered.
#[derive(Debug)]
struct Part {
    common: Common,
    written: Vec<u8>,
}

impl Part {
    fn of(session: &Session) -> Self {
        let common = Common::of(session);
        let mut written = Vec::new();
        members(&mut written, |root| {
            root.object("tls", |tls| write_tls(&common, tls));
            root.open("tlstally", |own| write_own(&common, own));
        });
        Self { common, written }
    }
}

/// All that decides what is written here, as in [`Session`].
#[derive(Debug)]
struct Common {
    negotiated: Option<Version>,
    cipher: Option<u32>,
    established: Option<bool>,
    resumed: Option<bool>,
    server_name: Option<Arc<str>>,
    ja3: Option<Arc<str>>,
    ja3s: Option<Arc<str>>,
    ja4: Option<Arc<str>>,
    certificate: Option<Arc<Certificate>>,
    mode: Option<Mode>,
    starttls_command: Option<StarttlsCommand>,
    outcome: Outcome,
    alert: Option<Alert>,
    offer: Option<Offer>,
    limited_by: Option<LimitedBy>,
    verdict: Verdict,
    findings: Findings,
    exchange_online: Option<ExchangeOnline>,
    downgrade_sentinel: Option<Version>,
    client_guess: Option<&'static str>,
    source_mac: Option<[u8; 6]>,
}

impl Common {
    fn of(session: &Session) -> Self {
        Self {
            negotiated: session.negotiated,
            cipher: session.cipher,
            established: session.established,
            resumed: session.resumed,
            server_name: session.server_name.clone(),
            ja3: session.ja3.clone(),
            ja3s: session.ja3s.clone(),
            ja4: session.ja4.clone(),
            certificate: session.certificate.clone(),
            mode: session.mode,
            starttls_command: session.starttls_command,
            outcome: session.outcome,
            alert: session.alert,
            offer: session.offer.clone(),
            limited_by: session.limited_by,
            verdict: session.verdict,
            findings: session.findings,
            exchange_online: session.exchange_online,
            downgrade_sentinel: session.downgrade_sentinel,
            client_guess: session.client_guess,
            source_mac: session.client.mac,
        }
    }

    /// Taken apart, so that no field can be left out.
    fn is_of(&self, session: &Session) -> bool {
        let Self {
            negotiated,
            cipher,
            established,
            resumed,
            server_name,
            ja3,
            ja3s,
            ja4,
            certificate,
            mode,
            starttls_command,
            outcome,
            alert,
            offer,
            limited_by,
            verdict,
            findings,
            exchange_online,
            downgrade_sentinel,
            client_guess,
            source_mac,
        } = self;
        *ja4 == session.ja4
            && *ja3s == session.ja3s
            && *ja3 == session.ja3
            && *server_name == session.server_name
            && *certificate == session.certificate
            && *offer == session.offer
            && (*negotiated, *cipher, *established, *resumed)
                == (
                    session.negotiated,
                    session.cipher,
                    session.established,
                    session.resumed,
                )
            && (*mode, *starttls_command, *outcome, *alert)
                == (
                    session.mode,
                    session.starttls_command,
                    session.outcome,
                    session.alert,
                )
            && (*limited_by, *verdict, *findings, *exchange_online)
                == (
                    session.limited_by,
                    session.verdict,
                    session.findings,
                    session.exchange_online,
                )
            && (*downgrade_sentinel, *client_guess, *source_mac)
                == (
                    session.downgrade_sentinel,
                    session.client_guess,
                    session.client.mac,
                )
    }
}

fn write_tls(common: &Common, tls: &mut Object<'_>) {
    if let Some(version) = common.negotiated {
        tls.text("version", &*version_number(version));
        tls.word("version_protocol", version_protocol(version));
    }
    tls.text("cipher", common.cipher.map(names::cipher).as_deref());
    tls.flag("established", common.established);
    tls.flag("resumed", common.resumed);
    tls.object("client", |client| {
        wire_text(client, "server_name", common.server_name.as_deref());
        wire_text(client, "ja3", common.ja3.as_deref());
    });
    tls.object("server", |server| {
        wire_text(server, "ja3s", common.ja3s.as_deref());
        if let Some(certificate) = &common.certificate {
            write_certificate(certificate, server);
        }
    });
}

fn write_certificate(certificate: &Certificate, server: &mut Object<'_>) {
    wire_text(server, "subject", present(&certificate.subject));
    wire_text(server, "issuer", present(&certificate.issuer));
    let end = certificate.not_after;
    server.plain("not_after", end.and_then(CertificateTime::new));
}

fn write_own(common: &Common, own: &mut Object<'_>) {
    own.word("mode", common.mode.map(Mode::name));
    own.word(
        "starttls_command",
        common.starttls_command.map(StarttlsCommand::name),
    );
    own.word("outcome", common.outcome.name());
    if let Some(alert) = common.alert {
        own.object("alert", |object| write_alert(alert, object));
    }
    if let Some(offer) = &common.offer {
        write_offer(offer, own);
    }
    own.word("limited_by", common.limited_by.map(LimitedBy::name));
    own.word("verdict", common.verdict.name());
    own.words("findings", common.findings.iter().map(Finding::name));
    if let Some(service) = common.exchange_online {
        own.object("exchange_online", |object| {
            write_exchange_online(service, object);
        });
    }
    let sentinel = common.downgrade_sentinel.map(word);
    own.text("downgrade_sentinel", sentinel.as_deref());
    wire_text(own, "ja4", common.ja4.as_deref());
    own.word("client_guess", common.client_guess);
    own.word("source_vendor", common.source_mac.and_then(vendor));
}

fn write_alert(alert_seen: Alert, object: &mut Object<'_>) {
    object.word("by", alert_seen.by.name());
    object.number("code", u64::from(alert_seen.code));
    object.text("name", &*names::alert(alert_seen.code));
}

fn write_offer(offer: &Offer, own: &mut Object<'_>) {
    // Of a hello that was cut only the highest is known.
    let is_list = !offer.versions.is_empty();
    own.words("offered", offer.versions.iter().copied().map(word));
    own.text("offered_max", &*word(offer.max));
    own.flag("offered_listed", is_list.then_some(offer.listed));
    own.flag("acceptable_suite", offer.acceptable_suite);
}

fn write_exchange_online(service: ExchangeOnline, object: &mut Object<'_>) {
    object.word("instance", service.instance.map(Instance::name));
    object.word("endpoint", service.endpoint.name());
    object.words("evidence", service.evidence.iter().map(Evidence::name));
    let otherwise = service.contradicted_by.iter().map(Evidence::name);
    object.words("contradicted_by", otherwise);
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The version as the Elastic Common Schema writes it: the number alone, without the protocol.
fn version_number(version: Version) -> Cow<'static, str> {
    match version.standard() {
        Some(Version::SSL2) => Cow::Borrowed("2.0"),
        Some(Version::SSL3) => Cow::Borrowed("3.0"),
        _ => word(version),
    }
}

/// The version in the words of `tlstally.offered`.
fn word(version: Version) -> Cow<'static, str> {
    match version.name() {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(version.to_string()),
    }
}

/// The protocol the number belongs to; unknown for values that mean no version we know.
fn version_protocol(version: Version) -> Option<&'static str> {
    match version.standard()? {
        Version::SSL2 | Version::SSL3 => Some("ssl"),
        _ => Some("tls"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sample;

    fn written(session: &Session) -> Vec<u8> {
        let mut out = Vec::new();
        with(session, |part| out.extend_from_slice(part));
        out
    }

    /// Sessions whose parts are kept at the same place, in turn.
    #[test]
    fn what_is_remembered_is_what_would_be_written() {
        let mut others = vec![sample::full(), sample::bare()];
        let mut changed = sample::full();
        changed.client.mac = Some([0, 0, 0x0c, 1, 2, 3]);
        others.push(changed.clone());
        changed.resumed = Some(true);
        others.push(changed.clone());
        changed.server_name = Some("other.example.com".into());
        others.push(changed);
        for session in others.iter().chain(&others) {
            assert_eq!(written(session), Part::of(session).written);
        }
    }
}
