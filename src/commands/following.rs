//! What is followed and by whom it is judged, as `read` and `watch` were told: the options under "Following".

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result};

use super::complain;
use crate::cli::FollowArgs;
use crate::exchange::Catalog;
use crate::judge::Judge;
use crate::packet::PortSet;
use crate::session::networks::Networks;

/// Who judges sessions, by what was typed.
pub(super) fn judge(args: &FollowArgs) -> Result<Judge> {
    let mut ports = PortSet::none();
    args.ports.iter().for_each(|port| ports.insert(port));
    if args.ports.is_any() {
        ports = ports.with_others();
    }
    for doubt in args
        .internal
        .iter()
        .filter_map(|typed| typed.doubt.as_ref())
    {
        complain(&anyhow::anyhow!("--internal: {doubt}"));
    }
    let internal = args.internal.iter().map(|typed| typed.network);
    Ok(Judge {
        sensor: sensor(args),
        networks: Networks::new(internal.collect()),
        catalog: Arc::new(catalog(args.endpoints.as_deref())?),
        ports: Arc::new(ports),
    })
}

/// The lists in use: the built-in ones, with those of the same cloud replaced by the file's.
pub(super) fn catalog(file: Option<&Path>) -> Result<Catalog> {
    let Some(file) = file else {
        return Ok(Catalog::built_in());
    };
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("`{name}` cannot be read"))?;
    let given = Catalog::from_json(&name, &text)
        .with_context(|| format!("`{name}` is not an endpoint list"))?;
    Ok(Catalog::built_in().replaced_by(given))
}

fn sensor(args: &FollowArgs) -> String {
    let host = || fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = args.sensor.clone().or_else(host).unwrap_or_default();
    name.trim().to_owned()
}

/// How many worker threads: the cores there are, if nothing is asked for. The first of them reads as well.
pub(super) fn workers(args: &FollowArgs) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    args.workers.map_or_else(cores, usize::from)
}
