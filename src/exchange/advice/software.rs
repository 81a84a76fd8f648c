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
        let client = client.to_ascii_lowercase();
        FAMILIES
            .iter()
            .find(|(_, words)| {
                words
                    .split(',')
                    .any(|word| has_word_beginning(&client, word))
            })
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
        let said = |text: &str| {
            let text = text.to_ascii_lowercase();
            MAKERS
                .split(',')
                .any(|word| has_word_beginning(&text, word))
        };
        self.makers.iter().any(|maker| said(maker))
            || self
                .classes
                .iter()
                .any(|class| said(class) || is_called_device(class))
            || self.names.iter().any(|name| is_called_device(name))
    }
}

/// Whether one of the words of a name is a kind of device: `SCANNER-3F`, `ups2.example`.
fn is_called_device(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| KINDS.split(',').any(|kind| kind.eq_ignore_ascii_case(word)))
}

/// Whether `word` stands in `text` at the beginning of a word (`nss` is not in `openssl`).
fn has_word_beginning(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    })
}

/// First match wins: what runs on a platform stands before the platform.
const FAMILIES: [(Software, &str); 6] = [
    (Software::Device, DEVICES),
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
const DEVICES: &str = "printer,scanner,copier,firmware,ricoh,xerox,kyocera,konica,canon,brother,lexmark,toshiba,ups ,apc ";
/// Who makes devices that send mail, and no computers.
const MAKERS: &str = "ricoh,xerox,fujifilm business,kyocera,konica,canon,brother,lexmark,seiko epson,epson,sharp,toshiba tec,oki data,\
    oki electric,jetdirect,silex,zebra,american power conversion,schneider electric,eaton,vertiv,liebert,cyber power,riello,\
    axis communications,hikvision,dahua,synology,qnap";
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
        assert_eq!(of(None, "Dell Inc.", "MSFT 5.0", "upstream"), None);
        // What only computers run is not a device's.
        let java = Some(Software::Java);
        assert_eq!(of(Some("Java (JSSE)"), "", "", "scanner-archive"), java);
    }
}
