//! What a finding means and what to change, in a sentence each, for the software that spoke where it is known.
//!
//! The long form is `docs/findings.md`. Settings: Mozilla preferences and enterprise policies, Microsoft Learn on .NET,
//! Schannel and WinHTTP, the JDK's and JavaMail's properties, OpenSSL's configuration file. The library that spoke
//! decides, not the operating system: Thunderbird ignores Windows' Internet Options, Java ignores both.

pub use self::action::Remedy;
pub use self::software::{Signs, Software};
use crate::session::{Finding, LimitedBy, Side};

mod action;
mod software;

/// What a finding means and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means.
    pub meaning: &'static str,
    /// What to change.
    pub action: &'static str,
    /// The same, for texts in other languages.
    pub remedy: Remedy,
}

/// What decides what a host has to change that was the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its software, if that is known.
    pub software: Option<Software>,
    /// Who kept the version down: a host that offered better and was answered with an old version has nothing to change itself.
    pub limited_by: Option<LimitedBy>,
    /// It offered TLS 1.2 or later, in some session.
    pub offers_tls12: bool,
    /// It was also seen with an older version, or with no suite that is accepted.
    pub legacy: bool,
}

impl Advice {
    /// For a host that was the client.
    pub const fn to_client(finding: Finding, client: Client) -> Self {
        Self::with(finding, Side::Client, Remedy::of(finding, client))
    }

    /// For a host that was the server.
    pub const fn to_server(finding: Finding) -> Self {
        Self::with(finding, Side::Server, Remedy::of_server(finding))
    }

    const fn with(finding: Finding, side: Side, remedy: Remedy) -> Self {
        Self {
            meaning: meaning(finding, side),
            action: remedy.action(),
            remedy,
        }
    }
}

/// What `finding` means for a host that was this end.
pub const fn meaning(finding: Finding, side: Side) -> &'static str {
    match side {
        Side::Client => of_client(finding),
        Side::Server => of_server(finding),
    }
}

/// What others did to a server is not its finding; the rest means the same for both ends.
const fn of_server(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => {
            "In some or all of its sessions this host, as a server, answers with nothing better than TLS 1.1 to a \
             sender that offers better."
        }
        Finding::CleartextFallback => {
            "After TLS with this server failed, whoever delivers to it went on without it: that mail may be readable \
             on the way."
        }
        Finding::StarttlsNever => {
            "In some or all of its sessions this server does not offer STARTTLS to those who deliver to it: their \
             mail is readable on the way."
        }
        Finding::CertificateRejected => {
            "A sender ended a handshake because it does not trust this server's certificate; the TLS version is not \
             the reason."
        }
        _ => of_client(finding),
    }
}

const fn of_client(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => {
            "A session of this host was answered with TLS 1.1 or older, which RFC 8996 forbids and Exchange Online is \
             ending or has ended."
        }
        Finding::LegacyCapped => {
            "In some or all of its sessions this host offers nothing better than TLS 1.1, with which Exchange \
             Online's regular names do not work."
        }
        Finding::NoAcceptableSuite => {
            "In some or all of its sessions this host offers TLS 1.2 but none of the cipher suites that Exchange \
             Online has accepted since 20 October 2025."
        }
        Finding::CleartextFallback => {
            "After TLS failed, this host went on without it: its mail may be readable on the way."
        }
        Finding::StarttlsNever => {
            "In some or all of its sessions this host never asks for TLS: its mail, and any password it sends, is \
             readable on the way."
        }
        Finding::CertificateRejected => {
            "This host ended a handshake because it does not trust the server's certificate; the TLS version \
             is not the reason."
        }
        Finding::Intercepted => {
            "The certificate is not from an issuer that Exchange Online uses: a proxy, firewall or virus \
             scanner sits in between, and the answer seen here is its own."
        }
        Finding::LegacyEndpoint => {
            "This host uses the opt-in endpoint that still takes TLS 1.0 and 1.1: a stopgap, not a cure."
        }
        Finding::RetiredName => {
            "This host is set to a server name that Exchange Online has given up."
        }
        Finding::AuthInClear => {
            "This host began to log in outside TLS: what it sent for that, a password or a token, could be read on \
             the way."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_a_section_in_the_long_form() {
        let long = include_str!("../../docs/findings.md");
        for finding in Finding::ALL {
            let heading = format!("\n## `{}`\n", finding.name());
            assert_eq!(long.matches(&heading).count(), 1, "{heading}");
        }
    }

    #[test]
    fn a_meaning_is_one_sentence_and_an_action_is_said() {
        for finding in Finding::ALL {
            for side in [Side::Client, Side::Server] {
                let sentence = meaning(finding, side);
                assert!(sentence.ends_with('.') && !sentence.contains(". "));
            }
            for software in Software::MAYBE {
                for offers_tls12 in [false, true] {
                    let client = Client {
                        software,
                        offers_tls12,
                        ..Client::default()
                    };
                    let remedy = Remedy::of(finding, client);
                    assert!(remedy.action().ends_with('.'), "{remedy:?}");
                }
            }
        }
    }

    #[test]
    fn the_software_changes_what_to_do_about_the_version() {
        let mut actions: Vec<_> = Software::MAYBE
            .map(|one| Remedy::RaiseVersion(one).action())
            .to_vec();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), Software::MAYBE.len());
    }

    #[test]
    fn a_host_that_offered_better_is_not_told_to_change() {
        let server = Some(LimitedBy::Server);
        let client = Some(LimitedBy::Client);
        let java = Some(Software::Java);
        let told = |finding, limited_by| {
            let client = Client {
                software: java,
                limited_by,
                ..Client::default()
            };
            Advice::to_client(finding, client).remedy
        };
        assert_eq!(
            told(Finding::LegacyNegotiated, server),
            Remedy::UpdateServer
        );
        assert_eq!(
            told(Finding::LegacyNegotiated, client),
            Remedy::RaiseVersion(java)
        );
        assert_eq!(
            told(Finding::CertificateRejected, server),
            Remedy::TrustRoot(java)
        );
    }

    #[test]
    fn a_host_that_offers_better_elsewhere_is_asked_why_that_fails() {
        let told = |software| {
            let client = Client {
                software,
                offers_tls12: true,
                legacy: true,
                ..Client::default()
            };
            Advice::to_client(Finding::LegacyCapped, client).remedy
        };
        assert_eq!(told(None), Remedy::FindWhyBetterFails);
        // Where it is known how, that is said.
        let java = Some(Software::Java);
        assert_eq!(told(java), Remedy::RaiseVersion(java));
    }

    #[test]
    fn a_modern_host_at_the_legacy_endpoint_only_changes_the_name() {
        let told = |offers_tls12, legacy| {
            let client = Client {
                offers_tls12,
                legacy,
                ..Client::default()
            };
            Advice::to_client(Finding::LegacyEndpoint, client)
        };
        assert_eq!(
            told(true, false).remedy,
            Remedy::LeaveLegacyEndpoint { modern: true }
        );
        for (offers_tls12, legacy) in [(false, false), (true, true)] {
            let action = told(offers_tls12, legacy).action;
            assert!(action.starts_with("Enable TLS 1.2"));
        }
        assert!(
            told(true, false)
                .action
                .starts_with("Set its server to smtp.office365.com")
        );
    }

    /// A server is told what to change at a server.
    #[test]
    fn a_server_is_not_told_what_a_client_has_to_change() {
        for finding in [
            Finding::LegacyNegotiated,
            Finding::CleartextFallback,
            Finding::StarttlsNever,
            Finding::CertificateRejected,
        ] {
            let (client, server) = (
                Advice::to_client(finding, Client::default()),
                Advice::to_server(finding),
            );
            assert_ne!(client.meaning, server.meaning);
            assert_ne!(client.action, server.action);
        }
    }
}
