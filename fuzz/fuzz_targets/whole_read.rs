//! All of `read` over a file of any bytes: records are JSON, the same for one worker and for three.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use tlstally::exchange::Catalog;
use tlstally::packet::PortSet;
use tlstally::session::fallback::Fallback;
use tlstally::session::judge::Judge;
use tlstally::session::networks::Networks;
use tlstally::source::Timeline;
use tlstally::{pipeline, session};
use tlstally_fuzz::scratch_file;

static JUDGE: LazyLock<Judge> = LazyLock::new(|| Judge {
    sensor: "fuzz".to_owned(),
    networks: Networks::new(Vec::new()),
    catalog: Arc::new(Catalog::built_in()),
    ports: Arc::new(PortSet::all()),
});

fn records(path: &std::path::Path, workers: usize) -> Vec<u8> {
    let mut timeline = Timeline::open(&[path]);
    let mut out = Vec::new();
    let mut fallback = Fallback::default();
    let mut each = |mut session: Session| {
        fallback.judge(&mut session);
        session::record::write(&session, "fuzz", &mut out);
    };
    pipeline::read(&mut timeline, &JUDGE, workers, &mut each).expect("no thread panics");
    out
}

fuzz_target!(|data: &[u8]| {
    let path = scratch_file(data);
    assert_eq!(records(&path, 1), records(&path, 3));
});
