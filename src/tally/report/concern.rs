//! Findings with what to do about them, and the hosts they concern.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Serialize;

use super::Host;
use crate::exchange::Remedy;
use crate::session::{Finding, Side};

/// A finding, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// Its word.
    pub finding: Finding,
    /// Which end the hosts were.
    #[serde(skip)]
    pub side: Side,
    /// What it means, one sentence.
    pub meaning: Cow<'static, str>,
    /// What to do about it.
    pub action: Cow<'static, str>,
    /// The same, for texts in other languages.
    #[serde(skip)]
    pub remedy: Remedy,
    /// The hosts, in the order of the report.
    pub hosts: Vec<IpAddr>,
}

/// Findings with the hosts they concern; hosts that have something else to do about the same finding stand apart, and clients
/// before servers.
pub(super) fn concerns(hosts: &[Host]) -> Vec<Concern> {
    let mut concerns: Vec<Concern> = Vec::new();
    for finding in Finding::ALL {
        for side in [Side::Client, Side::Server] {
            let first = concerns.len();
            for host in hosts {
                let Some(advice) = host.advice_as(side, finding) else {
                    continue;
                };
                let known = concerns.get_mut(first..).unwrap_or_default();
                match known.iter_mut().find(|known| known.remedy == advice.remedy) {
                    Some(concern) => concern.hosts.push(host.host),
                    None => concerns.push(Concern {
                        finding,
                        side,
                        meaning: advice.meaning.into(),
                        action: advice.action.into(),
                        remedy: advice.remedy,
                        hosts: vec![host.host],
                    }),
                }
            }
        }
    }
    concerns
}
