//! Families of client software that are configured alike, by the words in a client's name.

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
            .find(|(_, words)| {
                words
                    .split(',')
                    .any(|word| has_word_beginning(&client, word))
            })
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
}
