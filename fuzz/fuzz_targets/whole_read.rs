//! All of `read` over a file of any bytes, with every port watched and with SMTP looked for on any port: records are the same for
//! one worker and for three.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use tlstally::exchange::Catalog;
use tlstally::packet::PortSet;
use tlstally::session::fallback::Fallback;
use tlstally::session::judge::Judge;
use tlstally::session::Session;
use tlstally::session::networks::Networks;
use tlstally::source::Timeline;
use tlstally::{pipeline, session};
use tlstally_fuzz::scratch_file;

static ALL_PORTS: LazyLock<Judge> = LazyLock::new(|| judge(PortSet::all()));
static ANY_PORT: LazyLock<Judge> = LazyLock::new(|| judge(PortSet::none().with_others()));

fn judge(ports: PortSet) -> Judge {
    Judge {
        sensor: "fuzz".to_owned(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new(ports),
    }
}

fn records(path: &std::path::Path, judge: &Judge, workers: usize) -> Vec<u8> {
    let mut timeline = Timeline::open(&[path]);
    let mut out = Vec::new();
    let mut fallback = Fallback::default();
    let mut each = |mut session: Session| {
        fallback.judge(&mut session);
        session::record::write(&session, "fuzz", &mut out);
    };
    pipeline::read(&mut timeline, judge, workers, &mut each).expect("no thread panics");
    out
}

fuzz_target!(|data: &[u8]| {
    let path = scratch_file(data);
    for judge in [&*ALL_PORTS, &*ANY_PORT] {
        assert_eq!(records(&path, judge, 1), records(&path, judge, 3));
    }
});
