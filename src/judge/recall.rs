//! What a worker remembers of the servers and sessions it has judged: the same few are met in session after session.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;

use crate::exchange::{Catalog, Classification, Clues, banner_host, classify, issuer_is_known};
use crate::memo::Memo;
use crate::session::Session;

/// Remembered judgements on servers. All must come from one catalog.
#[derive(Debug, Default)]
pub struct Recall {
    servers: Memo<Arc<Server>>,
    /// Parts of records that sessions may have in common, each at the place that its hash gives it.
    shared: Vec<Option<Arc<Session>>>,
    /// Secret, so that nobody can choose these places.
    seed: DefaultHashBuilder,
}

/// Parts of records remembered to be shared.
const MAX_SHARED: usize = 16_384;

/// What is known of a server.
#[derive(Debug, Default)]
pub(super) struct Server {
    /// Whether it is Exchange Online, and by which evidence.
    pub(super) classification: Classification,
    /// The host that its greeting names.
    pub(super) banner_host: Option<Arc<str>>,
}

impl Recall {
    /// A part of a record, the same for all sessions that have it in common as far as it is remembered.
    pub(super) fn share(&mut self, part: Session) -> Arc<Session> {
        if self.shared.is_empty() {
            self.shared.resize(MAX_SHARED, None);
        }
        let client = (&part.client.mac, &part.client.domain);
        let hash = self
            .seed
            .hash_one((client, &part.ja3, &part.server.domain, part.cipher));
        let Some(place) = self.shared.get_mut(hash as usize % MAX_SHARED) else {
            return Arc::new(part);
        };
        match place {
            Some(known) if **known == part => Arc::clone(known),
            _ => Arc::clone(place.insert(Arc::new(part))),
        }
    }

    /// The server that `clues` point to.
    pub(super) fn server(&mut self, catalog: &Catalog, clues: &Clues) -> Arc<Server> {
        let host = clues.banner.and_then(banner_host);
        let outline = |input: &mut Vec<u8>| {
            outline(clues, host, input);
            Some(())
        };
        let judge = || {
            Some(Arc::new(Server {
                classification: classify(catalog, clues),
                banner_host: host.map(Arc::from),
            }))
        };
        self.servers.recall(outline, judge).unwrap_or_default()
    }
}

/// All that [`classify`] looks at: of the greeting only the host, which changes less than what stands behind it.
fn outline(clues: &Clues, host: Option<&str>, input: &mut Vec<u8>) {
    input.extend(clues.port.to_be_bytes());
    match clues.ip {
        std::net::IpAddr::V4(ip) => input.extend(ip.octets()),
        std::net::IpAddr::V6(ip) => input.extend(ip.octets()),
    }
    let mut push = |text: Option<&str>| {
        input.push(u8::from(text.is_some()));
        let text = text.unwrap_or_default();
        input.extend((text.len() as u16).to_be_bytes());
        input.extend_from_slice(text.as_bytes());
    };
    push(clues.server_name);
    push(clues.dns);
    for asked in clues.dns_others {
        push(Some(asked.telling()));
    }
    push(None);
    push(host);
    if let Some(certificate) = clues.certificate {
        push(certificate.subject_cn.as_deref());
        push(issuer_is_known(certificate).then_some(""));
        for name in &certificate.names {
            push(Some(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Certificate;

    #[test]
    fn every_clue_counts() {
        let catalog = Catalog::built_in();
        let mut recall = Recall::default();
        let certificate = Certificate {
            subject_cn: Some("outlook.com".into()),
            ..Certificate::default()
        };
        let another = Certificate {
            issuer_cn: Some("Mail Shield Root".into()),
            ..certificate.clone()
        };
        let bare = Clues {
            server_name: None,
            dns: None,
            dns_others: &[],
            certificate: None,
            banner: None,
            ip: "192.0.2.1".parse().unwrap(),
            port: 587,
        };
        let others = ["smtp-mail.outlook.com".into()];
        let all = [
            bare,
            Clues {
                dns: Some("smtp.office365.com"),
                dns_others: &others,
                ..bare
            },
            Clues {
                server_name: Some("smtp.office365.com"),
                ..bare
            },
            Clues {
                dns: Some("smtp.office365.com"),
                ..bare
            },
            Clues {
                certificate: Some(&certificate),
                ..bare
            },
            Clues {
                dns: Some("smtp.office365.com"),
                certificate: Some(&certificate),
                ..bare
            },
            Clues {
                dns: Some("smtp.office365.com"),
                certificate: Some(&another),
                ..bare
            },
            Clues {
                banner: Some("AM0PR02CA0001.outlook.office365.com ready"),
                ..bare
            },
            Clues {
                ip: "52.97.133.162".parse().unwrap(),
                ..bare
            },
            Clues { port: 25, ..bare },
        ];
        for clues in all.iter().chain(&all) {
            let server = recall.server(&catalog, clues);
            assert_eq!(server.classification, classify(&catalog, clues));
        }
    }
}
