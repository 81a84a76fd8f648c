//! The words of the contract for each closed set in a session: what records, reports and the schema write.

use super::{
    Direction, Ended, EndpointKind, Evidence, Finding, Instance, Likely, LimitedBy, Mode, Outcome,
    Seen, Side, StarttlsCommand, Verdict,
};

/// A closed set whose members have a word each.
pub trait Word: Copy + Eq + 'static {
    /// All members, in the order of the contract.
    const EACH: &'static [Self];

    /// A number for each member.
    type Numbers: Copy + Default + AsRef<[u64]> + AsMut<[u64]> + std::fmt::Debug + Eq;

    /// The word in records and reports.
    fn word(self) -> &'static str;
}

/// Gives a set its words: `ALL`, `WORDS`, `name`, `Display` and `Serialize`, in one place so that they cannot differ.
macro_rules! words {
    ($set:ident { $($variant:ident => $word:literal,)+ }) => {
        impl $set {
            /// All of them, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in records and reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl $crate::session::words::Word for $set {
            const EACH: &'static [Self] = Self::ALL;

            type Numbers = [u64; $set::ALL.len()];

            fn word(self) -> &'static str {
                self.name()
            }
        }

        $crate::session::words::words!(shown $set);
    };
    (shown $set:ident) => {
        impl std::fmt::Display for $set {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}
pub(crate) use words;

words!(Direction {
    Outbound => "outbound",
    Inbound => "inbound",
    Internal => "internal",
    External => "external",
});

words!(Mode {
    Starttls => "starttls",
    Implicit => "implicit",
    Plaintext => "plaintext",
});

words!(StarttlsCommand {
    Starttls => "STARTTLS",
    XAnonymousTls => "X-ANONYMOUSTLS",
});

words!(Outcome {
    Established => "established",
    Negotiated => "negotiated",
    Rejected => "rejected",
    Closed => "closed",
    Unanswered => "unanswered",
    StarttlsRefused => "starttls_refused",
    StarttlsNotOffered => "starttls_not_offered",
    StarttlsNotUsed => "starttls_not_used",
    Incomplete => "incomplete",
});

words!(Side {
    Client => "client",
    Server => "server",
});

words!(LimitedBy {
    Client => "client",
    Server => "server",
});

words!(Verdict {
    Legacy => "legacy",
    Weak => "weak",
    Plaintext => "plaintext",
    Modern => "modern",
    Unknown => "unknown",
});

words!(Instance {
    Worldwide => "worldwide",
    UsGovGccHigh => "usgov-gcchigh",
    UsGovDod => "usgov-dod",
    China => "china",
});

words!(EndpointKind {
    ClientSubmission => "client-submission",
    LegacySubmission => "legacy-submission",
    HighVolume => "high-volume",
    Mx => "mx",
    Unknown => "unknown",
});

words!(Evidence {
    ServerName => "server_name",
    Dns => "dns",
    Certificate => "certificate",
    Banner => "banner",
    Address => "address",
});

words!(Seen {
    Both => "both",
    Client => "client",
    Server => "server",
});

words!(Ended {
    ClientClosed => "client_closed",
    ServerClosed => "server_closed",
    ClientReset => "client_reset",
    ServerReset => "server_reset",
});

words!(Likely {
    Delivered => "likely_delivered",
    Refused => "likely_refused",
    Unknown => "unknown",
});

words!(shown Finding);
