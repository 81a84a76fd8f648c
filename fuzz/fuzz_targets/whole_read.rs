//! All of `read` over a file of any bytes, and of `watch` over its packets, with every port watched and with SMTP
//! looked for on any port: records are the same for one worker and for three.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use tlstally::exchange::Catalog;
use tlstally::judge::Judge;
use tlstally::judge::fallback::Fallback;
use tlstally::packet::PortSet;
use tlstally::session::networks::Networks;
use tlstally::session::{Origin, Session};
use tlstally::source::{Next, Run, Source, Timeline};
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

/// The packets of a file as those of an interface, which are believed to come in the order of time.
struct Link(Timeline);

impl Source for Link {
    type Packets<'a> = Run<'a>;

    fn origins(&self) -> Vec<Origin> {
        vec![Origin::Interface("tap0".to_owned())]
    }

    fn next(&mut self) -> Next<Run<'_>> {
        self.0.next()
    }
}

fn records(mut source: impl Source, judge: &Judge, workers: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut fallback = Fallback::default();
    let mut each = |mut session: Session| {
        fallback.judge(&mut session);
        session::record::write(&session, "fuzz", &mut out);
    };
    pipeline::read(&mut source, judge, workers, &mut each).expect("no thread panics");
    out
}

fuzz_target!(|data: &[u8]| {
    let path = scratch_file(data);
    for judge in [&*ALL_PORTS, &*ANY_PORT] {
        let file = |workers| records(Timeline::open(&[&path]), judge, workers);
        assert_eq!(file(1), file(3));
        let link = |workers| records(Link(Timeline::open(&[&path])), judge, workers);
        assert_eq!(link(1), link(3));
    }
});
