//! Families of client software that are configured alike, by the words in a client's name and by what is known of the host.

use std::sync::Arc;

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
    /// Each of them, and none.
    #[cfg(test)]
    pub(crate) const MAYBE: [Option<Self>; 7] = [
        None,
        Some(Self::Thunderbird),
        Some(Self::DotNet),
        Some(Self::Java),
        Some(Self::OpenSsl),
        Some(Self::Schannel),
        Some(Self::Device),
    ];

    /// The family by the client's name, if it has only one, and by what is known of the host: OpenSSL is in devices
    /// too, where nobody can update it by itself.
    pub fn of_host(client: Option<&str>, signs: Signs<'_>) -> Option<Self> {
        match client.and_then(Self::from_name) {
            None | Some(Self::OpenSsl) if signs.say_device() => Some(Self::Device),
            family => family,
        }
    }

    /// The family that a client's name belongs to; `None` if the name says nothing.
    pub fn from_name(client: &str) -> Option<Self> {
        if says_device(client) {
            return Some(Self::Device);
        }
        let client = client.to_ascii_lowercase();
        let mut families = FAMILIES.iter();
        families
            .find(|(_, words)| begins_word(&client, words))
            .map(|(family, _)| *family)
    }
}

/// What is known of a host besides what it spoke.
#[derive(Clone, Copy, Debug)]
pub struct Signs<'a> {
    /// Who makes its network cards.
    pub makers: &'a [&'static str],
    /// What its DHCP client says that it is.
    pub classes: &'a [Arc<str>],
    /// What it is called.
    pub names: &'a [Arc<str>],
}

impl Signs<'_> {
    /// Whether it is a printer, a scanner, a power supply or the like.
    fn say_device(&self) -> bool {
        self.makers.iter().any(|maker| names_maker(maker))
            || self.classes.iter().any(|class| says_device(class))
            || self.names.iter().any(|name| names_kind(name))
    }
}

/// Whether what software or a DHCP client says of itself says that it is a device.
fn says_device(text: &str) -> bool {
    names_maker(text) || names_kind(text) || begins_word(&text.to_ascii_lowercase(), "firmware")
}

/// Whether a text names one of [`MAKERS`] or [`WHOLE_MAKERS`].
fn names_maker(text: &str) -> bool {
    begins_word(&text.to_ascii_lowercase(), MAKERS) || has_word(text, WHOLE_MAKERS)
}

/// Whether one of the words of a text is a kind of device: `SCANNER-3F`, `ups2.example`.
fn names_kind(text: &str) -> bool {
    has_word(text, KINDS)
}

/// Whether one of `words` stands alone in `text`.
fn has_word(text: &str, words: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| {
        words
            .split(',')
            .any(|known| known.eq_ignore_ascii_case(word))
    })
}

/// Whether a word in `text`, in lower case, begins with one of `words` (`nss` is not in `openssl`).
fn begins_word(text: &str, words: &str) -> bool {
    words.split(',').any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            !before.is_some_and(char::is_alphanumeric)
        })
    })
}

/// First match wins: what runs on a platform stands before the platform.
const FAMILIES: [(Software, &str); 5] = [
    (Software::Thunderbird, "thunderbird,mozilla,firefox,nss"),
    (
        Software::DotNet,
        ".net,dotnet,powershell,mailkit,sql server,database mail",
    ),
    (Software::Java, "java,jsse,jakarta,jdk,jre"),
    (
        Software::Schannel,
        "schannel,windows,outlook,iis,exchange,winhttp",
    ),
    (Software::OpenSsl, OPENSSL),
];
/// Who makes devices that send mail, and no computers. A word may go on (`konicaminolta`).
const MAKERS: &str = "ricoh,xerox,fujifilm business,kyocera,konica,lexmark,seiko epson,epson,toshiba tec,oki data,\
    oki electric,jetdirect,silex,zebra,american power conversion,schneider electric,eaton,vertiv,liebert,cyber power,riello,\
    axis communications,hikvision,dahua,synology,qnap";
/// The same with names that other words begin with (`canonical`).
const WHOLE_MAKERS: &str = "apc,brother,canon,sharp";
/// Words in the names of such devices.
const KINDS: &str = "printer,scanner,copier,mfp,mfc,fax,ups,pdu,nas,camera,plc,drucker,kopierer";
const OPENSSL: &str =
    "openssl,libressl,php,python,perl,ruby,node,curl,postfix,sendmail,msmtp,fetchmail";

#[cfg(test)]
mod tests {
    use super::*;

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
            ("Epson firmware", Some(Software::Device)),
            ("Synology DSM", Some(Software::Device)),
            ("MFP/2.1 (OpenSSL 1.0)", Some(Software::Device)),
            ("Canon iR-ADV", Some(Software::Device)),
            ("Canonical Landscape, Python", Some(Software::OpenSsl)),
            ("Smart-UPS", Some(Software::Device)),
            ("APC", Some(Software::Device)),
            ("Upstart, APCu for PHP", Some(Software::OpenSsl)),
            ("something else", None),
        ] {
            assert_eq!(Software::from_name(client), family, "{client}");
        }
    }

    #[test]
    fn what_is_known_of_a_host_tells_a_device() {
        let of = |client, maker: &'static str, class: &str, name: &str| {
            let (classes, names) = ([Arc::from(class)], [Arc::from(name)]);
            let signs = Signs {
                makers: &[maker],
                classes: &classes,
                names: &names,
            };
            Software::of_host(client, signs)
        };
        let device = Some(Software::Device);
        assert_eq!(of(Some("OpenSSL"), "RICOH COMPANY,LTD.", "", ""), device);
        assert_eq!(of(None, "", "Hewlett-Packard JetDirect", ""), device);
        assert_eq!(of(None, "", "", "SCANNER-3F"), device);
        assert_eq!(of(Some("GnuTLS"), "", "", "ups2.example"), device);
        assert_eq!(of(None, "Canon Inc.", "", ""), device);
        assert_eq!(of(None, "", "KONICAMINOLTA bizhub", ""), device);
        assert_eq!(of(None, "Canonical Ltd.", "", ""), None);
        assert_eq!(of(None, "Dell Inc.", "MSFT 5.0", "upstream"), None);
        // What only computers run is not a device's.
        let java = Some(Software::Java);
        assert_eq!(of(Some("Java (JSSE)"), "", "", "scanner-archive"), java);
    }
}
