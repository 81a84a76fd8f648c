//! Interfaces that go down, come up, and are taken away and made anew.

use crate::common::{Packet, Scratch};
use crate::network::Namespace;
use crate::watching::{Watch, again_and_again, write};

#[test]
fn down_and_up_again_and_made_anew() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let (_, packets) = again_and_again(4);
    let packets: Vec<Packet> = packets.into_iter().map(|(_, packet)| packet).collect();
    let sent = |from: usize, to: usize| {
        let conversation = packets.len() / 4;
        let part = &packets[from * conversation..to * conversation];
        write(&scratch, &format!("{from}.pcap"), part)
    };
    namespace.cable("mirror", "sensor");
    let mut watch = Watch::start(&namespace, &["sensor"], &scratch, &[]);
    namespace.replay("mirror", &sent(0, 1), 2000);

    namespace.run("ip", &["link", "set", "sensor", "down"]);
    watch.running.wait_for("sensor is lost");
    namespace.run("ip", &["link", "set", "sensor", "up"]);
    watch.running.wait_for("sensor is watched again");
    namespace.replay("mirror", &sent(1, 2), 2000);

    namespace.run("ip", &["link", "del", "sensor"]);
    watch.running.wait_for("sensor is lost");
    namespace.cable("mirror", "sensor");
    watch.running.wait_for("sensor is watched again");
    namespace.replay("mirror", &sent(2, 4), 2000);
    let (records, told) = watch.end();
    assert_eq!(records.len(), 4, "{told:#?}");
}

#[test]
fn down_from_the_beginning() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let (_, packets) = again_and_again(1);
    let packets: Vec<Packet> = packets.into_iter().map(|(_, packet)| packet).collect();
    namespace.cable("mirror", "sensor");
    namespace.run("ip", &["link", "set", "sensor", "down"]);
    // Whoever has given rights away cannot open it later, and says so at once.
    let refused = namespace
        .command(env!("CARGO_BIN_EXE_tlstally"), &["watch", "-i", "sensor"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("sensor is down, and could not be opened"),
        "{told}"
    );

    let mut watch = Watch::start(&namespace, &["sensor"], &scratch, &["--sandbox", "off"]);
    namespace.run("ip", &["link", "set", "sensor", "up"]);
    watch.running.wait_for("sensor is watched again");
    namespace.replay("mirror", &write(&scratch, "sent.pcap", &packets), 2000);
    assert_eq!(watch.end().0.len(), 1);
}
