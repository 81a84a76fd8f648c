//! The names of Exchange Online, as rows.
//!
//! Sources, by the letter beside each group of rows:
//! - **A** Microsoft Learn, "How to set up a multifunction device or application to send email using Microsoft 365 or
//!   Office 365" (`smtp.office365.com`, the MX form).
//! - **B** Microsoft Learn, "Opt in to the Exchange Online endpoint for legacy TLS clients using SMTP AUTH".
//! - **C** Microsoft Learn, "Manage high volume emails for Microsoft 365"; message centre MC1243552.
//! - **D** the endpoint lists in `data/endpoints/` (names of the sets that carry addresses).
//! - **E** message centre MC1048624 (`mx.microsoft`).
//! - **F** Microsoft knowledge base article 3009995 (regional names, given up).
//! - **O** observed in DNS answers and published logs; Microsoft does not publish these and changes them.

use super::{NameMatch, is_at_or_below};
use crate::session::EndpointKind::{
    self, ClientSubmission, HighVolume, LegacySubmission, Mx, Unknown,
};
use crate::session::Instance::{self, China, UsGovDod, UsGovGccHigh, Worldwide};

/// First match wins, so a name stands before the domain it is in.
pub(super) const NAMES: &[Row] = &[
    // B: the endpoint for legacy TLS.
    exact("smtp-legacy.office365.com", Worldwide, LegacySubmission),
    exact("smtp-legacy.partner.outlook.cn", China, LegacySubmission),
    // C: High Volume Email; stands before mx.microsoft. The second is the earlier name, still answered.
    below("hve.mx.microsoft", Worldwide, HighVolume),
    exact("smtp-hve.office365.com", Worldwide, HighVolume),
    // A, D: client submission. Banners name hosts below outlook.office365.com.
    exact("smtp.office365.com", Worldwide, ClientSubmission),
    below("outlook.office365.com", Worldwide, ClientSubmission),
    exact("outlook.office.com", Worldwide, ClientSubmission),
    below("outlook.cloud.microsoft", Worldwide, ClientSubmission),
    // O: on the way from those names to an address; some people configure them.
    below("ms-acdc.office.com", Worldwide, ClientSubmission),
    below("ha.office365.com", Worldwide, ClientSubmission),
    exact("lb.geo.office365.com", Worldwide, ClientSubmission),
    exact("ooc-g2.tm-4.office.com", Worldwide, ClientSubmission),
    below(
        "outlook.mira.tm.svc.cloud.microsoft",
        Worldwide,
        ClientSubmission,
    ),
    // A, D, E: port 25 of a tenant. O: consumer MX, and a name of the years before Exchange Online Protection.
    below("olc.protection.outlook.com", Worldwide, Mx).consumer(),
    below("protection.outlook.com", Worldwide, Mx),
    below("mx.microsoft", Worldwide, Mx),
    below("mail.eo.outlook.com", Worldwide, Mx),
    // D: US government. O: smtp.office365.us.
    exact("smtp.office365.us", UsGovGccHigh, ClientSubmission),
    below("outlook.office365.us", UsGovGccHigh, ClientSubmission),
    below("outlook-dod.office365.us", UsGovDod, ClientSubmission),
    exact("webmail.apps.mil", UsGovDod, ClientSubmission),
    below("protection.apps.mil", UsGovDod, Mx),
    both_governments("protection.office365.us", Mx),
    both_governments("usgovcloud-mx.microsoft", Mx),
    both_governments("office365.us", Unknown),
    // D: operated by 21Vianet; the list names *.partner.outlook.cn with port 587.
    below("protection.partner.outlook.cn", China, Mx),
    below("partner.outlook.cn", China, ClientSubmission),
    // O: consumer submission and an old alias.
    exact("smtp-mail.outlook.com", Worldwide, ClientSubmission).consumer(),
    exact("smtp.live.com", Worldwide, ClientSubmission).consumer(),
    exact("smtp.outlook.com", Worldwide, ClientSubmission),
    // The rest of both domains: Microsoft's mail service, kind not told.
    below("office365.com", Worldwide, Unknown),
    below("outlook.com", Worldwide, Unknown),
];

/// F: `smtp-REGION.outlook.com`, given up; old devices still hold them.
pub(super) const REGIONS: [&str; 14] = [
    "apacnorth",
    "apacsouth",
    "emea",
    "emeacenter",
    "emeacentral",
    "emeaeast",
    "emeasouth",
    "emeawest",
    "latam",
    "nameast",
    "namnorth",
    "namsouth",
    "namwest",
    "unisa",
];

pub(super) const REGIONAL: NameMatch = NameMatch {
    retired: true,
    ..means(Some(Worldwide), ClientSubmission)
};

/// One name and what it stands for.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// Names below it count too.
    pub(super) below: bool,
    pub(super) means: NameMatch,
}

impl Row {
    pub(super) fn covers(&self, host: &str) -> bool {
        if self.below {
            is_at_or_below(host, self.name)
        } else {
            host.eq_ignore_ascii_case(self.name)
        }
    }
}

const fn means(instance: Option<Instance>, kind: EndpointKind) -> NameMatch {
    NameMatch {
        instance,
        kind,
        retired: false,
        consumer: false,
    }
}

/// This name only.
const fn exact(name: &'static str, instance: Instance, kind: EndpointKind) -> Row {
    Row {
        name,
        below: false,
        means: means(Some(instance), kind),
    }
}

/// This name and all below it.
const fn below(name: &'static str, instance: Instance, kind: EndpointKind) -> Row {
    Row {
        name,
        below: true,
        means: means(Some(instance), kind),
    }
}

/// This name and all below it, in GCC High and DoD alike.
const fn both_governments(name: &'static str, kind: EndpointKind) -> Row {
    Row {
        name,
        below: true,
        means: means(None, kind),
    }
}

impl Row {
    const fn consumer(mut self) -> Self {
        self.means.consumer = true;
        self
    }
}
