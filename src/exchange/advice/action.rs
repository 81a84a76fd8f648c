//! What to change, by finding and by the software that spoke.
//!
//! Sources: Mozilla's preferences and enterprise policy templates; Microsoft Learn on `SchUseStrongCrypto`, Schannel
//! registry settings, `DefaultSecureProtocols` and cipher suite order; the properties of the JDK and of JavaMail;
//! OpenSSL's configuration file; MC1155427 (suites); MC1224565 (root certificate).

use super::{Client, Software};
use crate::session::{Finding, LimitedBy};

/// One thing to change; where how to do it depends on the software, with its family if that is known. Texts in other
/// languages are found by it ([`crate::output::words`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Let the client offer TLS 1.2.
    RaiseVersion(Option<Software>),
    /// In other sessions the host offered better, which came to nothing.
    FindWhyBetterFails,
    /// The host offered better: look at what answered.
    UpdateServer,
    /// Let the client offer a suite that is accepted.
    WidenSuites(Option<Software>),
    /// Cure what made TLS fail, then require TLS.
    CureTls,
    /// Turn on STARTTLS.
    StartTls(Option<Software>),
    /// Let the client trust the issuer.
    TrustRoot(Option<Software>),
    /// Find what sits in between.
    FindInterceptor,
    /// Move to the regular endpoint.
    LeaveLegacyEndpoint {
        /// Nothing else has to change.
        modern: bool,
    },
    /// Set the current server name.
    RenewName,
    /// The password is known to others.
    ChangePassword,
    /// Let the server answer with TLS 1.2.
    AnswerBetter,
    /// Cure what makes TLS with the server fail.
    CureServerTls,
    /// Let the server offer STARTTLS.
    OfferStartTls,
    /// Give the server a certificate that senders trust.
    RenewCertificate,
}

impl Remedy {
    /// What to do about `finding`.
    pub const fn of(finding: Finding, client: Client) -> Self {
        let Client {
            software,
            limited_by,
            offers_tls12,
            legacy,
        } = client;
        match finding {
            Finding::LegacyNegotiated if matches!(limited_by, Some(LimitedBy::Server)) => {
                Self::UpdateServer
            }
            Finding::LegacyNegotiated | Finding::LegacyCapped
                if offers_tls12 && software.is_none() =>
            {
                Self::FindWhyBetterFails
            }
            Finding::LegacyNegotiated | Finding::LegacyCapped => Self::RaiseVersion(software),
            Finding::NoAcceptableSuite => Self::WidenSuites(software),
            Finding::CleartextFallback => Self::CureTls,
            Finding::StarttlsNever => Self::StartTls(software),
            Finding::CertificateRejected => Self::TrustRoot(software),
            Finding::Intercepted => Self::FindInterceptor,
            Finding::LegacyEndpoint => Self::LeaveLegacyEndpoint {
                modern: offers_tls12 && !legacy,
            },
            Finding::RetiredName => Self::RenewName,
            Finding::AuthInClear => Self::ChangePassword,
        }
    }

    /// What a server has to do about `finding`; what is another one's it has none to do about.
    pub const fn of_server(finding: Finding) -> Self {
        match finding {
            Finding::LegacyNegotiated | Finding::LegacyCapped | Finding::NoAcceptableSuite => {
                Self::AnswerBetter
            }
            Finding::CleartextFallback => Self::CureServerTls,
            Finding::StarttlsNever => Self::OfferStartTls,
            Finding::CertificateRejected => Self::RenewCertificate,
            Finding::Intercepted => Self::FindInterceptor,
            Finding::LegacyEndpoint => Self::LeaveLegacyEndpoint { modern: false },
            Finding::RetiredName => Self::RenewName,
            Finding::AuthInClear => Self::ChangePassword,
        }
    }

    /// What to do, in a sentence.
    pub const fn action(self) -> &'static str {
        match self {
            Self::RaiseVersion(software) => raise_version(software),
            Self::FindWhyBetterFails => {
                "In other sessions this host offers TLS 1.2 or later: find out whether a second program or an older \
             profile sends as well, or the same one falls back because its better offer fails (a firewall or proxy on \
             the way, its certificates, its cipher suites), and cure that."
            }
            Self::UpdateServer => {
                "This host offered better; what answered did not: find out whether a relay, proxy or firewall \
             stands at that address, and update that."
            }
            Self::WidenSuites(software) => widen_suites(software),
            Self::CureTls => {
                "Cure the TLS failure first (see the host's other findings), then set TLS to required instead of \
             \"if available\"."
            }
            Self::StartTls(software) => start_tls(software),
            Self::TrustRoot(software) => trust_root(software),
            Self::FindInterceptor => {
                "Find the device or program that issued the certificate (the report names the issuer with the host); \
             update it or exempt mail to Exchange Online, then look at the host again."
            }
            Self::LeaveLegacyEndpoint { modern: true } => {
                "Set its server to smtp.office365.com (China: smtp.partner.outlook.cn), port 587, STARTTLS: it offers \
             TLS 1.2 or better already, and nothing else has to change."
            }
            Self::LeaveLegacyEndpoint { modern: false } => {
                "Enable TLS 1.2 on the host, then set its server to smtp.office365.com (China: \
             smtp.partner.outlook.cn), port 587, STARTTLS."
            }
            Self::RenewName => {
                "Set the server to smtp.office365.com, port 587, STARTTLS, by name and not by address."
            }
            Self::ChangePassword => {
                "Set the host to require STARTTLS before it logs in; if a password was sent and not only asked for, \
             change it now."
            }
            Self::AnswerBetter => {
                "Enable TLS 1.2 or later for incoming mail on this server, or update it, so that it answers with what \
             senders offer."
            }
            Self::CureServerTls => {
                "Find out why TLS with this server fails (its other findings, its certificate, versions and cipher \
             suites) and cure that; then require TLS from the senders that can."
            }
            Self::OfferStartTls => {
                "Give this server a certificate and turn on STARTTLS for incoming mail; if it is on, look for a firewall \
             in front of the server that takes the offer out."
            }
            Self::RenewCertificate => {
                "Renew this server's certificate, or complete its chain: in date, for the name that senders use, from an \
             issuer they trust, with every intermediate certificate."
            }
        }
    }
}

const fn raise_version(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "In Thunderbird's config editor reset security.tls.version.max (4) and .min (3), set \
             security.tls.version.enable-deprecated to false, check the policies SSLVersionMin and \
             SSLVersionMax; Windows' Internet Options have no effect on it."
        }
        Some(Software::DotNet) => {
            "Set SchUseStrongCrypto and SystemDefaultTlsVersions to 1 under \
             HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 (and v2.0.50727, and both again under \
             Wow6432Node), or move to .NET Framework 4.7 or later; code that sets \
             ServicePointManager.SecurityProtocol must be changed itself."
        }
        Some(Software::Java) => {
            "Use Java 8 or later and a current JavaMail, or set mail.smtp.ssl.protocols=TLSv1.2; check \
             jdk.tls.client.protocols (https.protocols has no effect on mail)."
        }
        Some(Software::OpenSsl) => {
            "Use OpenSSL 1.0.1 or later (best 3.x) and remove a MaxProtocol below TLSv1.2 from openssl.cnf; PHP \
             before 7.2 must be updated or given STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT; a device needs newer firmware, \
             or a mail relay of your own to send through."
        }
        Some(Software::Schannel) => {
            "Enable the TLS 1.2 client under \
             HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client \
             (Enabled=1, DisabledByDefault=0), set DefaultSecureProtocols for WinHTTP to include 0x800, or move \
             off the old Windows version."
        }
        Some(Software::Device) => {
            "Install the newest firmware and enable TLS 1.2 on the device's web page; if there is none, send \
             through a mail relay of your own that speaks TLS 1.2 to Exchange Online."
        }
        None => {
            "Enable TLS 1.2 or later in the program that sends, or update it; if it cannot, send through a mail \
             relay of your own that speaks TLS 1.2 to Exchange Online."
        }
    }
}

const fn widen_suites(software: Option<Software>) -> &'static str {
    match software {
        Some(Software::Thunderbird) => {
            "Reset the security.ssl3.* preferences in Thunderbird's config editor, so that ECDHE with AES-GCM \
             is offered again."
        }
        Some(Software::DotNet | Software::Schannel) => {
            "Let the policy \"SSL Cipher Suite Order\" include TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 and \
             TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, on Windows older than 10 and Server 2016 their CBC_SHA384 \
             and CBC_SHA256 forms."
        }
        Some(Software::Java) => {
            "Use Java 8 or later, and see that neither jdk.tls.disabledAlgorithms nor \
             mail.smtp.ssl.ciphersuites leaves out ECDHE with AES-GCM."
        }
        Some(Software::OpenSsl) => {
            "Let CipherString in openssl.cnf, or the program's own cipher list, include \
             ECDHE-RSA-AES256-GCM-SHA384 and ECDHE-RSA-AES128-GCM-SHA256."
        }
        Some(Software::Device) => {
            "Install firmware that offers ECDHE with AES-GCM; if there is none, send through a mail relay of \
             your own."
        }
        None => {
            "Let the program offer TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 or \
             TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, or TLS 1.3."
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
            "Turn STARTTLS on in the program (PHPMailer: SMTPSecure='tls'; Python: starttls(); Postfix: \
             smtp_tls_security_level=encrypt; msmtp: tls on)."
        }
        Some(Software::Schannel) => {
            "Tick \"TLS encryption\" in the IIS SMTP server's outbound security; on Exchange Server set \
             RequireTLS on the send connector."
        }
        Some(Software::Device) => {
            "Turn on TLS or STARTTLS for mail on the device's web page; if it has none, send through a mail \
             relay of your own."
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
            "Let Windows update its root certificates (for Exchange Online: DigiCert Global Root G2), and check the host's \
             clock."
        }
        Some(Software::OpenSsl) => {
            "Update the ca-certificates package or the program's own CA file (for Exchange Online: DigiCert Global Root G2), \
             and check the host's clock."
        }
        Some(Software::Thunderbird) => {
            "Update Thunderbird, which brings its own root certificates, and check the host's clock; behind an \
             inspecting proxy import that proxy's root."
        }
        Some(Software::Device) => {
            "Import DigiCert Global Root G2 on the device's web page or install newer firmware, and check its \
             clock."
        }
        None => {
            "Add the root that the server's certificate leads to (Exchange Online: DigiCert Global Root G2) to the host's \
             trusted roots, and check its clock; if it is also told as intercepted, trust or remove the proxy."
        }
    }
}
