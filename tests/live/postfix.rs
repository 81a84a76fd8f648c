//! Postfix takes mail from real clients, and its own client speaks to it; the program watches from a third place, a
//! mirror that `tc` makes. What is watched is what a file holds that tcpdump took there, and what Postfix says it
//! spoke.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::clients::{SERVER, certificate, connect};
use crate::common::reading::{contrast, timeless};
use crate::common::{Scratch, pcaps, sessions};
use crate::network::{Namespace, Running, until};
use crate::watching::{Dump, Watch, keyed};

/// With its own queue, so that a Postfix of this machine is left alone; without chroot, so that nothing has to be copied.
const SERVICES: &str = "\
25       inet n - n - - smtpd
587      inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
465      inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil    unix - - n - 1 anvil
error    unix - - n - - error
retry    unix - - n - - error
discard  unix - - n - - discard
postlog  unix-dgram n - n - 1 postlogd
";

/// A Postfix in a namespace.
struct Postfix<'a> {
    namespace: &'a Namespace,
    folder: Scratch,
    _master: Running,
}

impl<'a> Postfix<'a> {
    fn start(namespace: &'a Namespace) -> Self {
        let folder = Scratch::new();
        let certificate = certificate(&folder);
        for name in ["conf", "queue", "data"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let at = folder.path().to_str().unwrap();
        namespace.run("chown", &["postfix", &format!("{at}/data")]);
        let certificate = certificate.to_str().unwrap();
        // OpenSSL speaks TLS 1.0 and 1.1 only at its lowest level of security (SSL_CTX_set_security_level(3)).
        let main = format!(
            "compatibility_level = 3.6\nmail_owner = postfix\nsetgid_group = postdrop\ninet_protocols = ipv4\n\
             queue_directory = {at}/queue\ndata_directory = {at}/data\nmaillog_file = {at}/log\nmaillog_file_prefixes = {at}\n\
             myhostname = outlook.office365.com\nmydestination =\nmynetworks = 10.20.0.0/16\nalias_maps =\n\
             local_recipient_maps =\ndefault_transport = discard:\nrelay_transport = discard:\n\
             smtpd_peername_lookup = no\nsmtpd_client_port_logging = yes\nsmtpd_tls_loglevel = 1\n\
             smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {certificate}\nsmtpd_tls_protocols = >=TLSv1\n\
             smtpd_tls_mandatory_protocols = >=TLSv1\nsmtp_tls_mandatory_ciphers = medium\n\
             tls_medium_cipherlist = ALL:@SECLEVEL=0\n"
        );
        folder.file("conf/main.cf", main.as_bytes());
        folder.file("conf/master.cf", SERVICES.as_bytes());
        let conf = folder.path().join("conf");
        let args = ["-c", conf.to_str().unwrap(), "start-fg"];
        let master = Running::start(namespace.command("postfix", &args));
        let postfix = Self {
            namespace,
            folder,
            _master: master,
        };
        until("Postfix", || postfix.log().contains("daemon started"));
        postfix
    }

    fn conf(&self) -> PathBuf {
        self.folder.path().join("conf")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Versions by the client's port, as its log tells them.
    fn spoken(&self) -> BTreeMap<String, String> {
        let log = self.log();
        let lines = log.lines().filter_map(|line| {
            let (_, line) = line.split_once("TLS connection established from ")?;
            let (client, line) = line.split_once(": TLSv")?;
            let version = line.split_whitespace().next()?;
            let version = if version == "1" { "1.0" } else { version };
            let (_, port) = client.rsplit_once(':')?;
            Some((port.to_owned(), version.to_owned()))
        });
        lines.collect()
    }
}

impl Drop for Postfix<'_> {
    #[expect(clippy::print_stderr, reason = "a test that fails says why")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
        let conf = self.conf();
        let args = ["-c", conf.to_str().unwrap(), "abort"];
        let _ = self.namespace.command("postfix", &args).output();
    }
}

/// All that passes `eth0` of the one comes out of `sensor` of the other, as from the mirror port of a switch.
fn mirror(from: &Namespace, to: &Namespace) {
    let cable = [
        "link", "add", "mirror", "mtu", "65535", "type", "veth", "peer", "name", "sensor", "mtu",
        "65535", "netns",
    ];
    from.run("ip", &[&cable[..], &[to.name()]].concat());
    from.run("ip", &["link", "set", "mirror", "up"]);
    to.run("ip", &["link", "set", "sensor", "up"]);
    from.run("tc", &["qdisc", "add", "dev", "eth0", "clsact"]);
    for direction in ["ingress", "egress"] {
        let rule = format!(
            "filter add dev eth0 {direction} protocol all u32 match u32 0 0 action mirred egress mirror dev mirror"
        );
        from.run("tc", &rule.split(' ').collect::<Vec<_>>());
    }
}

/// Whether all tools are here; says so where they are not.
#[expect(clippy::print_stderr, reason = "a test that skips says so")]
fn has_tools() -> bool {
    let found = |tool: &&str| {
        let mut which = Command::new("which");
        which
            .arg(tool)
            .output()
            .is_ok_and(|out| out.status.success())
    };
    let tools = [
        "postfix",
        "posttls-finger",
        "smtp-source",
        "curl",
        "python3",
        "openssl",
        "tc",
        "ss",
    ];
    let missing: Vec<_> = tools.iter().filter(|tool| !found(tool)).collect();
    assert!(
        missing.is_empty() || std::env::var_os("CI").is_none(),
        "CI must have {missing:?}"
    );
    if !missing.is_empty() {
        eprintln!("SKIPPED: needs {missing:?}");
    }
    missing.is_empty()
}

#[test]
fn postfix_and_its_clients() {
    let [Some(office), Some(cloud), Some(third)] = [(); 3].map(|()| Namespace::new()) else {
        return;
    };
    if !has_tools() {
        return;
    }
    connect(&office, &cloud);
    mirror(&cloud, &third);
    let postfix = Postfix::start(&cloud);
    let scratch = [(); 2].map(|()| Scratch::new());
    let [one, two] = ["1", "2"].map(|workers| ["--workers", workers]);
    let dump = Dump::start(&third, "sensor", &scratch[0]);
    let watches = [
        Watch::start(&third, &["sensor"], &scratch[0], &one),
        Watch::start(&third, &["sensor"], &scratch[1], &two),
    ];
    let sent = send_mail(&office, &postfix.conf(), &scratch[0]);
    until("Postfix to have seen all end", || {
        postfix.log().matches("]: disconnect from ").count() >= sent
    });
    close_with_a_mark(&office, &cloud, &dump.file);
    let read = by_port(keyed(sessions(&[], &[dump.stop()]).into_iter()));
    assert_eq!(read.len(), sent, "{}", postfix.log());
    for watch in watches {
        let (watched, _) = watch.end();
        let watched = by_port(watched);
        assert!(watched.keys().eq(read.keys()), "{watched:#?}");
        for (port, record) in watched {
            assert_eq!(contrast(&record, &read[&port]), "");
        }
    }
    let versions = read.iter().filter_map(|(port, record)| {
        let version = record["tls"]["version"].as_str()?;
        Some((port.clone(), version.to_owned()))
    });
    let versions: BTreeMap<String, String> = versions.collect();
    assert_eq!(versions, postfix.spoken());
    let of = |wanted: &str| versions.values().filter(|one| *one == wanted).count();
    assert_eq!(["1.0", "1.1", "1.2", "1.3"].map(of), [2, 2, 1, 2]);
}

/// By the client's port and without times: of what `tc` mirrors, each that looks makes time stamps of its own,
/// microseconds apart.
fn by_port(records: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let by_port = |record: Value| (record["source"]["port"].to_string(), timeless(record));
    records.into_values().map(by_port).collect()
}

/// Mail and attempts from the office; how many connections that made.
fn send_mail(office: &Namespace, conf: &Path, scratch: &Scratch) -> usize {
    let run = |program: &str, args: &str| {
        let args: Vec<_> = args.split(' ').collect();
        // What is spoken counts, not what comes of it: an old version ends in an error at some of them.
        let mut command = office.command(program, &args);
        command.env("MAIL_CONFIG", conf).output().unwrap()
    };
    let mail = scratch.file("mail", b"Subject: test\r\n\r\nOne line of test text.\r\n");
    let submission =
        format!("s_client -connect {SERVER}:587 -starttls smtp -cipher ALL:@SECLEVEL=0");
    for version in ["-tls1", "-tls1_1", "-tls1_2"] {
        run("openssl", &format!("{submission} {version}"));
    }
    let to = "--mail-from a@contoso.example --mail-rcpt b@contoso.example";
    let curl = format!(
        "-sS -k --ssl-reqd --url smtp://{SERVER}:587/scanner.contoso.example {to} -T {}",
        mail.display()
    );
    let sent = run("curl", &curl);
    assert!(sent.status.success(), "{sent:?}");
    let finger = "-c -l encrypt";
    run(
        "posttls-finger",
        &format!("{finger} -p <=TLSv1 [{SERVER}]:25"),
    );
    run("posttls-finger", &format!("{finger} -w [{SERVER}]:465"));
    let script = pcaps().join("make/clients/send_smtplib.py");
    let smtplib = format!(
        "{} --ca {} --max 1.1 scanner-1 {SERVER} 587",
        script.display(),
        conf.with_file_name("server.pem").display()
    );
    run("/usr/bin/python3", &smtplib);
    // Without TLS, two messages, a connection each.
    let plain = format!("-m 2 -s 1 -f a@contoso.example -t b@contoso.example {SERVER}:25");
    let sent = run("smtp-source", &plain);
    assert!(sent.status.success(), "{sent:?}");
    9
}

/// Waits until no connection is open, and then until what is sent next is in the file: then all before it is, too.
fn close_with_a_mark(office: &Namespace, cloud: &Namespace, dumped: &Path) {
    let open = ["-Htn", "state", "connected", "exclude", "time-wait"];
    for end in [office, cloud] {
        until("connections to close", || {
            end.command("ss", &open).output().unwrap().stdout.is_empty()
        });
    }
    let mark = format!(
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'the last packet', ('{SERVER}', 9))"
    );
    office.run("/usr/bin/python3", &["-c", &mark]);
    until("tcpdump to have written everything", || {
        let written = fs::read(dumped).unwrap();
        written.windows(15).any(|bytes| bytes == b"the last packet")
    });
}
