//! What systemd hears of the program (sd_notify(3)), from its socket's end: once the sandbox is up, too.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;

use crate::common::Scratch;
use crate::network::{Namespace, PATIENCE, Running};

/// The service manager's end of `NOTIFY_SOCKET`.
struct Manager(UnixDatagram);

impl Manager {
    /// Waits for a message, past the status lines.
    fn hear(&self) -> String {
        loop {
            let mut bytes = [0; 4096];
            let length = match self.0.recv(&mut bytes) {
                // A socket with a time limit is not waited for on where the process was stopped and went on (signal(7)).
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other.expect("a message in good time"),
            };
            let message = String::from_utf8(bytes[..length].to_vec()).unwrap();
            if !message.starts_with("STATUS=") {
                return message.trim_end().to_owned();
            }
        }
    }
}

#[test]
fn ready_alive_and_stopping() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    namespace.cable("mirror", "sensor");
    let path = scratch.path().join("notify");
    let manager = Manager(UnixDatagram::bind(&path).unwrap());
    // As systemd's own: the program is another user by the time it speaks.
    fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
    manager.0.set_read_timeout(Some(PATIENCE)).unwrap();
    let program = env!("CARGO_BIN_EXE_tlstally");
    let mut command = namespace.command(program, &["watch", "-i", "sensor"]);
    command.env("NOTIFY_SOCKET", &path);
    command
        .env("WATCHDOG_USEC", "4000000")
        .env_remove("WATCHDOG_PID");
    let mut watch = Running::start(command);
    watch.wait_for("watching sensor");
    assert_eq!(manager.hear(), "READY=1");
    // No packet comes: it is the program's stages that are alive.
    for _ in 0..3 {
        assert_eq!(manager.hear(), "WATCHDOG=1");
    }
    watch.signal("TERM");
    let mut last = manager.hear();
    while last == "WATCHDOG=1" {
        last = manager.hear();
    }
    assert_eq!(last, "STOPPING=1");
    let (status, told) = watch.end();
    assert_eq!(status, Some(0), "{told:#?}");
}
