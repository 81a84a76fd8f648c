//! What a finding means and what to change, in a sentence each, for the software that spoke where it is known.
//!
//! The long form is `docs/findings.md`. Settings: Mozilla preferences and enterprise policies, Microsoft Learn on .NET,
//! Schannel and WinHTTP, the JDK's and JavaMail's properties, OpenSSL's configuration file. The library that spoke
//! decides, not the operating system: Thunderbird ignores Windows' Internet Options, Java ignores both.

use crate::session::Finding;

/// What a finding means and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means.
    pub meaning: &'static str,
    /// What to change.
    pub action: &'static str,
}

/// Families of software that are configured alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Software {
    /// Thunderbird and others on Mozilla's NSS.
    Thunderbird,
    /// .NET and what runs on it: PowerShell, MailKit, SQL Server Database Mail.
    DotNet,
    /// Java and JavaMail.
    Java,
    /// OpenSSL and what uses it: PHP, Python, Perl, curl, Postfix.
    OpenSsl,
    /// Windows' own TLS: Outlook, the IIS SMTP relay, Exchange Server.
    Schannel,
    /// Printers, scanners, power supplies: firmware.
    Device,
}

impl Software {
    /// The family that a client's name belongs to; `None` if the name says nothing.
    pub fn from_name(client: &str) -> Option<Self> {
        let client = client.to_ascii_lowercase();
        FAMILIES
            .iter()
            .find(|(_, words)| words.iter().any(|word| has_word_beginning(&client, word)))
            .map(|(family, _)| *family)
    }
}

/// Whether `word` stands in `text` at the beginning of a word (`nss` is not in `openssl`).
fn has_word_beginning(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    })
}

/// First match wins: what runs on a platform stands before the platform.
const FAMILIES: [(Software, &[&str]); 6] = [
    (
        Software::Device,
        &[
            "printer", "scanner", "copier", "firmware", "ricoh", "xerox", "kyocera", "konica",
            "canon", "brother", "lexmark", "sharp mx", "toshiba", "ups ", "apc ",
        ],
    ),
    (
        Software::Thunderbird,
        &["thunderbird", "mozilla", "firefox", "nss"],
    ),
    (
        Software::DotNet,
        &[
            ".net",
            "dotnet",
            "powershell",
            "mailkit",
            "sql server",
            "database mail",
        ],
    ),
    (Software::Java, &["java", "jsse", "jakarta", "jdk", "jre"]),
    (
        Software::Schannel,
        &[
            "schannel", "windows", "outlook", "iis", "exchange", "winhttp",
        ],
    ),
    (
        Software::OpenSsl,
        &[
            "openssl",
            "libressl",
            "php",
            "python",
            "perl",
            "ruby",
            "node",
            "curl",
            "postfix",
            "sendmail",
            "msmtp",
            "fetchmail",
        ],
    ),
];

/// What `finding` means and what to do, for the client software if its name is known.
pub fn meaning(finding: Finding, client: Option<&str>) -> Advice {
    let software = client.and_then(Software::from_name);
    Advice {
        meaning: sentence(finding),
        action: action(finding, software),
    }
}

const fn sentence(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => {
            "Mail from this host went over TLS 1.1 or older, which Exchange Online is ending or has ended."
        }
        Finding::LegacyCapped => {
            "The best version this host offers is TLS 1.1 or older, so it cannot work with Exchange Online's regular names."
        }
        Finding::NoAcceptableSuite => {
            "This host offers TLS 1.2 but none of the cipher suites that Exchange Online has accepted since 20 October 2025."
        }
        Finding::CleartextFallback => {
            "After TLS failed, this host came back and went on without it: its mail may be readable on the way."
        }
        Finding::StarttlsNever => {
            "This host never asks for TLS: its mail, and any password it sends, is readable on the way."
        }
        Finding::CertificateRejected => {
            "This host ended the handshake because it does not trust the server's certificate; the TLS version is not the reason."
        }
        Finding::Intercepted => {
            "The certificate is not from an issuer that Exchange Online uses: a proxy, firewall or virus scanner sits in between, and the answer seen here is its own."
        }
        Finding::LegacyEndpoint => {
            "This host uses the opt-in endpoint for TLS 1.0 and 1.1, which is kept for a time only."
        }
        Finding::RetiredName => {
            "This host is set to a server name that Exchange Online has given up."
        }
        Finding::AuthInClear => {
            "This host sent a user name and password outside TLS: anybody on the way could read them."
        }
    }
}

fn action(finding: Finding, software: Option<Software>) -> &'static str {
    match finding {
        Finding::LegacyNegotiated | Finding::LegacyCapped => raise_version(software),
        Finding::NoAcceptableSuite => widen_suites(software),
        Finding::CleartextFallback => {
            "Cure the TLS failure first (see the host's other findings), then set TLS to required instead of \"if available\"."
        }
        Finding::StarttlsNever => start_tls(software),
        Finding::CertificateRejected => trust_root(software),
        Finding::Intercepted => {
            "Find the device or program that issued the certificate shown; update it or exempt mail to Exchange Online, then look at the host again."
        }
        Finding::LegacyEndpoint => {
            "Enable TLS 1.2 on the host, then set its server to smtp.office365.com (China: smtp.partner.outlook.cn), port 587, STARTTLS."
        }
        Finding::RetiredName => {
            "Set the server to smtp.office365.com, port 587, STARTTLS, by name and not by address."
        }
        Finding::AuthInClear => {
            "Change that password now; set the host to require STARTTLS before it logs in."
        }
    }
}

const fn raise_version(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "In Thunderbird's config editor reset security.tls.version.max (4) and .min (3), set security.tls.version.enable-deprecated to false, check the policies SSLVersionMin and SSLVersionMax; Windows' Internet Options have no effect on it."
        }
        Some(Software::DotNet) => {
            "Set SchUseStrongCrypto and SystemDefaultTlsVersions to 1 under HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 (and v2.0.50727, and both again under Wow6432Node), or move to .NET Framework 4.7 or later; code that sets ServicePointManager.SecurityProtocol must be changed itself."
        }
        Some(Software::Java) => {
            "Use Java 8 or later and a current JavaMail, or set mail.smtp.ssl.protocols=TLSv1.2; check jdk.tls.client.protocols (https.protocols has no effect on mail)."
        }
        Some(Software::OpenSsl) => {
            "Use OpenSSL 1.0.1 or later (best 3.x) and remove a MaxProtocol below TLSv1.2 from openssl.cnf; PHP before 7.2 must be updated or given STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT."
        }
        Some(Software::Schannel) => {
            "Enable the TLS 1.2 client under HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client (Enabled=1, DisabledByDefault=0), set DefaultSecureProtocols for WinHTTP to include 0x800, or move off the old Windows version."
        }
        Some(Software::Device) => {
            "Install the newest firmware and enable TLS 1.2 on the device's web page; if there is none, send through a mail relay of your own that speaks TLS 1.2 to Exchange Online."
        }
        None => {
            "Enable TLS 1.2 or later in the program that sends, or update it; if it cannot, send through a mail relay of your own that speaks TLS 1.2 to Exchange Online."
        }
    }
}

const fn widen_suites(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "Reset the security.ssl3.* preferences in Thunderbird's config editor, so that ECDHE with AES-GCM is offered again."
        }
        Some(Software::DotNet | Software::Schannel) => {
            "Let the policy \"SSL Cipher Suite Order\" include TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 and TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, on Windows older than 10 and Server 2016 their CBC_SHA384 and CBC_SHA256 forms."
        }
        Some(Software::Java) => {
            "Use Java 8 or later, and see that neither jdk.tls.disabledAlgorithms nor mail.smtp.ssl.ciphersuites leaves out ECDHE with AES-GCM."
        }
        Some(Software::OpenSsl) => {
            "Let CipherString in openssl.cnf, or the program's own cipher list, include ECDHE-RSA-AES256-GCM-SHA384 and ECDHE-RSA-AES128-GCM-SHA256."
        }
        Some(Software::Device) => {
            "Install firmware that offers ECDHE with AES-GCM; if there is none, send through a mail relay of your own."
        }
        None => {
            "Let the program offer TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 or TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, or TLS 1.3."
        }
    }
}

const fn start_tls(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "Set \"Connection security\" of the outgoing server to STARTTLS and the port to 587."
        }
        Some(Software::DotNet) => {
            "Set EnableSsl = true on SmtpClient, or SecureSocketOptions.StartTls with MailKit."
        }
        Some(Software::Java) => {
            "Set mail.smtp.starttls.enable=true and mail.smtp.starttls.required=true."
        }
        Some(Software::OpenSsl) => {
            "Turn STARTTLS on in the program (PHPMailer: SMTPSecure='tls'; Python: starttls(); Postfix: smtp_tls_security_level=encrypt; msmtp: tls on)."
        }
        Some(Software::Schannel) => {
            "Tick \"TLS encryption\" in the IIS SMTP server's outbound security; on Exchange Server set RequireTLS on the send connector."
        }
        Some(Software::Device) => {
            "Turn on TLS or STARTTLS for mail on the device's web page; if it has none, send through a mail relay of your own."
        }
        None => {
            "Turn on STARTTLS, as required and not \"if available\", in the program that sends."
        }
    }
}

const fn trust_root(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Java) => {
            "Update Java or import DigiCert Global Root G2 into its cacerts, and check the host's clock."
        }
        Some(Software::DotNet | Software::Schannel) => {
            "Let Windows update its root certificates (needed: DigiCert Global Root G2), and check the host's clock."
        }
        Some(Software::OpenSsl) => {
            "Update the ca-certificates package or the program's own CA file (needed: DigiCert Global Root G2), and check the host's clock."
        }
        Some(Software::Thunderbird) => {
            "Update Thunderbird, which brings its own root certificates, and check the host's clock; behind an inspecting proxy import that proxy's root."
        }
        Some(Software::Device) => {
            "Import DigiCert Global Root G2 on the device's web page or install newer firmware, and check its clock."
        }
        None => {
            "Add DigiCert Global Root G2 to the host's trusted roots, and check its clock; if `intercepted` stands here too, trust or remove the proxy."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Option<Software>; 7] = [
        None,
        Some(Software::Thunderbird),
        Some(Software::DotNet),
        Some(Software::Java),
        Some(Software::OpenSsl),
        Some(Software::Schannel),
        Some(Software::Device),
    ];

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
            assert!(sentence(finding).ends_with('.') && !sentence(finding).contains(". "));
            for software in ALL {
                assert!(
                    action(finding, software).ends_with('.'),
                    "{finding:?} {software:?}"
                );
            }
        }
    }

    #[test]
    fn the_software_changes_what_to_do_about_the_version() {
        let mut actions: Vec<_> = ALL.map(|one| action(Finding::LegacyCapped, one)).to_vec();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), ALL.len());
    }

    #[test]
    fn names_of_software_lead_to_their_family() {
        for (client, family) in [
            ("Thunderbird 68", Some(Software::Thunderbird)),
            (".NET Framework 4.5", Some(Software::DotNet)),
            ("NSS", Some(Software::Thunderbird)),
            ("SQL Server Database Mail", Some(Software::DotNet)),
            ("Java 6", Some(Software::Java)),
            ("OpenSSL 0.9.8", Some(Software::OpenSsl)),
            ("PHP 5.6", Some(Software::OpenSsl)),
            ("Schannel (Windows 7)", Some(Software::Schannel)),
            ("Ricoh MP C307", Some(Software::Device)),
            ("something else", None),
        ] {
            assert_eq!(Software::from_name(client), family, "{client}");
        }
    }
}
