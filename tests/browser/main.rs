//! The HTML report in a real browser: that it works, keeps to itself, can be used by everybody, and prints.
//!
//! Needs Chromium with its driver, `pdftotext`, and axe-core (`npm ci` in `tests/browser`); `make deps-test` under
//! `CI=true` installs them. What is missing is said, and in CI a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and figures go to whoever runs it"
)]

#[path = "../common/mod.rs"]
mod common;
mod over_time;
mod webdriver;

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use common::conversation::{self, WRAPPING};
use common::{Scratch, has, pcaps, plain_pcap, run};
use serde_json::{Value, json};
use webdriver::Browser;

/// A browser with a folder of its own; `None`, and said so, where there is none.
fn browser() -> Option<(Scratch, Browser)> {
    if !has("chromium") || !has("chromedriver") {
        return None;
    }
    let scratch = Scratch::new();
    let browser = Browser::start(scratch.path());
    Some((scratch, browser))
}

/// The office morning of the README.
fn office() -> Vec<PathBuf> {
    ["office-morning-1.pcap", "office-morning-2.pcapng"]
        .map(|name| pcaps().join(name))
        .into()
}

/// A report as HTML, and the same as JSON.
fn report(scratch: &Scratch, captures: &[PathBuf], options: &[&str]) -> (PathBuf, Value) {
    let page = scratch.path().join("report.html");
    let mut args = vec![
        "read",
        "--sensor",
        "core-switch",
        "--format",
        "html",
        "-o",
        page.to_str().unwrap(),
    ];
    args.extend(options);
    args.extend(captures.iter().map(|path| path.to_str().unwrap()));
    assert!(run(&args).status.success());
    let mut args = vec!["read", "--sensor", "core-switch", "--format", "json"];
    args.extend(captures.iter().map(|path| path.to_str().unwrap()));
    (page, serde_json::from_slice(&run(&args).stdout).unwrap())
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// Addresses of the hosts in the table, from top to bottom.
const ADDRESSES: &str = "return [...document.querySelectorAll('#hosts tbody')]
    .filter(host => host.checkVisibility()).map(host => host.querySelector('th').innerText.split('\\n')[0].trim());";

fn addresses(browser: &Browser) -> Vec<String> {
    strings(&browser.run(ADDRESSES))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn press_header(browser: &Browser, title: &str) -> Value {
    browser.run(&format!(
        "const head = [...document.querySelectorAll('#hosts thead th')].find(head => head.innerText.trim() === {title:?});
         head.querySelector('button').click(); return head.getAttribute('aria-sort');"
    ))
}

/// Types into the search field like a person: the field's event is the browser's own.
fn search(browser: &Browser, text: &str) {
    browser.run(
        "const field = document.querySelector('[name=search]'); field.value = ''; field.focus();",
    );
    browser.press(text);
}

#[test]
fn hosts_are_sorted_searched_and_filtered() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let (page, json) = report(&scratch, &office(), &[]);
    browser.open(&page);
    let hosts = json["hosts"].as_array().unwrap();
    let all: Vec<_> = hosts
        .iter()
        .map(|host| host["host"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(addresses(&browser), all);

    // By number: most first, then least, then as the report has it.
    let sessions = |address: &String| {
        let host = hosts.iter().find(|host| host["host"] == **address).unwrap();
        host["sessions"].as_u64().unwrap()
    };
    assert_eq!(press_header(&browser, "Sessions"), "descending");
    assert!(addresses(&browser).is_sorted_by(|one, next| sessions(one) >= sessions(next)));
    assert_eq!(press_header(&browser, "Sessions"), "ascending");
    assert!(addresses(&browser).is_sorted_by(|one, next| sessions(one) <= sessions(next)));
    assert_eq!(press_header(&browser, "Sessions"), Value::Null);
    assert_eq!(addresses(&browser), all);

    // By address, IPv4 before IPv6.
    assert_eq!(press_header(&browser, "Host"), "ascending");
    let mut sorted: Vec<std::net::IpAddr> =
        all.iter().map(|address| address.parse().unwrap()).collect();
    sorted.sort();
    let sorted: Vec<_> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(addresses(&browser), sorted);

    search(&browser, "label-PRINTER");
    assert_eq!(addresses(&browser), ["10.20.0.24"]);
    search(&browser, "no such host");
    assert!(addresses(&browser).is_empty());
    assert_eq!(
        browser.run("return document.querySelector('#hosts [role=status]').textContent"),
        "No host matches."
    );
    browser.run("document.querySelector('#hosts [type=reset]').click()");
    assert_eq!(addresses(&browser), sorted);

    let of = |key: &str, word: &str| -> BTreeSet<String> {
        let found = hosts.iter().filter(|host| {
            host[key] == word
                || host[key]
                    .as_array()
                    .is_some_and(|all| all.contains(&word.into()))
        });
        found
            .map(|host| host["host"].as_str().unwrap().to_owned())
            .collect()
    };
    browser.run("document.querySelector('[name=verdict][value=plaintext]').click()");
    assert_eq!(
        addresses(&browser).into_iter().collect::<BTreeSet<_>>(),
        of("verdict", "plaintext")
    );
    browser.run("document.querySelector('[name=verdict][value=plaintext]').click();
        const list = document.querySelector('[name=finding]'); list.value = 'legacy_capped'; list.dispatchEvent(new Event('input', { bubbles: true }));");
    assert_eq!(
        addresses(&browser).into_iter().collect::<BTreeSet<_>>(),
        of("findings", "legacy_capped")
    );
    silent(&browser, &page);
}

/// By keyboard: the button of a host opens its details, which say what its findings mean and what to do.
#[test]
fn details_open_and_links_lead_to_hosts() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let (page, json) = report(&scratch, &office(), &[]);
    browser.open(&page);
    let host = &json["hosts"][2];
    let details = |browser: &Browser| {
        browser
            .run("return document.querySelector('#h2 .d').innerText")
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        browser.run("return document.querySelector('#h2 .d').checkVisibility()"),
        false
    );
    browser.run("document.querySelector('#h2 .toggle').focus()");
    browser.press("\u{e007}"); // Enter
    assert_eq!(
        browser.run("return document.querySelector('#h2 .toggle').ariaExpanded"),
        "true"
    );
    let said = details(&browser);
    let mac = host["macs"][0].as_str().unwrap();
    assert!(said.contains(mac), "{said}");
    let concerns = json["what_to_do"].as_array().unwrap().iter();
    let own: Vec<_> = concerns
        .filter(|concern| concern["hosts"].as_array().unwrap().contains(&host["host"]))
        .collect();
    assert_eq!(own.len(), host["findings"].as_array().unwrap().len());
    for concern in own {
        for key in ["meaning", "action"] {
            assert!(said.contains(&concern[key].as_str().unwrap().replace('`', "")));
        }
    }
    browser.press("\u{e007}");
    assert_eq!(
        browser.run("return document.querySelector('#h2 .d').checkVisibility()"),
        false
    );

    // From what to do to a host that a filter hides.
    search(&browser, "UPS-1");
    browser.run("document.querySelector('#advice a[href=\"#h4\"]').click()");
    let opened = browser.wait_for(
        "const done = arguments[0]; const look = () => { const host = document.querySelector('#h4 .d.open');
         if (host) done(document.activeElement.textContent); else requestAnimationFrame(look); }; look();",
    );
    assert_eq!(opened, json["hosts"][4]["host"]);
    silent(&browser, &page);
}

/// Nothing on the console, and no request but for the page itself.
fn silent(browser: &Browser, page: &Path) {
    let console = browser.log("browser");
    assert!(console.is_empty(), "{console:?}");
    let mut asked = requests(browser);
    asked.dedup(); // a page may be opened again
    assert_eq!(asked, [format!("file://{}", page.display())]);
}

fn requests(browser: &Browser) -> Vec<String> {
    let events = browser.log("performance");
    assert!(!events.is_empty());
    let parsed = events.iter().map(|event| {
        let message: Value = serde_json::from_str(event["message"].as_str().unwrap()).unwrap();
        message["message"].clone()
    });
    let sent = parsed.filter(|event| event["method"] == "Network.requestWillBeSent");
    let urls = sent.map(|event| {
        event["params"]["request"]["url"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    urls.collect()
}

/// Whatever got into the page against all escaping would still do nothing.
#[test]
fn the_policy_lets_nothing_else_run_or_load() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let (page, _) = report(&scratch, &office(), &[]);
    let markup = fs::read_to_string(&page).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let planted = "<main><script>window.ran = 'script'</script><img src=x onerror=\"window.ran = 'handler'\">\
        <img src=http://127.0.0.1:PORT/pixel><style>h1 { color: rgb(1, 2, 3) }</style><p id=styled style=\"color: rgb(1, 2, 3)\">x</p>\
        <iframe src=\"javascript:parent.ran = 'frame'\"></iframe><a id=js href=\"javascript:window.ran = 'link'\">x</a>\
        <form action=http://127.0.0.1:PORT/ ><button id=send>x</button></form>";
    let port = listener.local_addr().unwrap().port().to_string();
    let planted = markup.replacen("<main>", &planted.replace("PORT", &port), 1);
    assert_ne!(planted, markup);
    fs::write(&page, planted).unwrap();
    browser.open(&page);
    assert_eq!(browser.run("document.querySelector('#js').click(); document.querySelector('#send').click(); return document.documentElement.className"), "js");
    let after = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => done([window.ran ?? null,
        getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.querySelector('#styled')).color, location.protocol])))";
    let after = browser.wait_for(after);
    let planted = json!("rgb(1, 2, 3)");
    assert_eq!(after[0], Value::Null);
    assert_ne!(after[1], planted);
    assert_ne!(after[2], planted);
    assert_eq!(after[3], "file:");
    let refused = browser.log("browser");
    assert!(refused.len() >= 6, "{refused:?}");
    assert!(
        refused.iter().all(|entry| entry["message"]
            .as_str()
            .unwrap()
            .contains("Content Security Policy")),
        "{refused:?}"
    );
    // A browser may connect ahead of time; what counts is that nothing is asked.
    drop(browser);
    while let Ok((mut stream, _)) = listener.accept() {
        let mut asked = String::new();
        stream.set_nonblocking(false).unwrap();
        stream.read_to_string(&mut asked).unwrap();
        assert_eq!(asked, "");
    }
}

/// axe-core's rules (WCAG 2.2 A and AA, and good practice), in both languages and both colour schemes, wide and narrow.
#[test]
fn axe_finds_nothing() {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser/node_modules/axe-core/axe.min.js");
    let Ok(axe) = fs::read_to_string(axe) else {
        assert!(
            env::var_os("CI").is_none(),
            "axe-core is missing, and CI must have it"
        );
        eprintln!("SKIPPED: axe-core is not installed (`npm ci` in tests/browser)");
        return;
    };
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let store = over_time::store(&scratch);
    for language in ["en", "ja"] {
        let (page, _) = report(&scratch, &office(), &["--lang", language]);
        check(&browser, &axe, &page, language);
        let page = over_time::page(&scratch, &store, language);
        check(&browser, &axe, &page, language);
    }
}

/// One page in both schemes, wide and narrow.
fn check(browser: &Browser, axe: &str, page: &Path, language: &str) {
    for scheme in ["light", "dark"] {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": feature }),
        );
        for width in [1280, 400] {
            let size =
                json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
            browser.devtools("Emulation.setDeviceMetricsOverride", &size);
            browser.open(page);
            browser.run(&format!(
                "{axe}; document.querySelector('.toggle').click();
                 for (const details of document.querySelectorAll('details')) details.open = true;"
            ));
            let found = browser.wait_for(
                "const done = arguments[0]; axe.run().then(found => done([found.passes.length,
                 found.violations.flatMap(one => one.nodes.map(node => one.id + ': ' + node.target + ': ' + node.failureSummary))]))",
            );
            assert!(found[0].as_u64() > Some(20), "{found}");
            assert_eq!(
                found[1],
                json!([]),
                "{} {language} {scheme} {width}: {found:#}",
                page.display()
            );
            let wide = browser.run(
                "if (document.documentElement.scrollWidth <= innerWidth) return [];
                 const all = [...document.querySelectorAll('body *')].filter(one => !one.closest('.scroll'));
                 return all.filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 80));",
            );
            assert_eq!(wide, json!([]), "{language} {width}: runs over the edge");
        }
    }
    silent(browser, page);
}

/// The page over time shows what the same report says as JSON.
#[test]
fn a_history_is_shown_and_silent() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    // The middle of the days lies between the third scanner that was put right and the fourth.
    let store = over_time::store(&scratch);
    let page = over_time::page(&scratch, &store, "en");
    let args = [
        "report",
        store.to_str().unwrap(),
        "--tz",
        "UTC",
        "--since",
        over_time::SINCE,
        "--until",
        over_time::UNTIL,
        "--format",
        "json",
    ];
    let json: Value = serde_json::from_slice(&run(&args).stdout).unwrap();
    let history = &json["history"];
    browser.open(&page);
    let days = history["days"].as_array().unwrap();
    assert_eq!(days.len(), over_time::DAYS as usize);
    let columns = "return [...document.querySelectorAll('#trend .plot svg')].map(chart => chart.querySelectorAll('g').length)";
    assert_eq!(browser.run(columns), json!([days.len(), days.len()]));
    let changes = &history["changes"];
    for (at, (list, count)) in [("fixed", 3), ("worse", 1), ("new", 1), ("silent", 1)]
        .into_iter()
        .enumerate()
    {
        let expected = strings_of(&changes[list], "host");
        assert_eq!(expected.len(), count, "{list}: {expected:?}");
        let shown = browser.run(&format!(
            "const list = document.querySelectorAll('.changes details')[{at}];
             return [...list.querySelectorAll('a')].map(link => link.textContent)"
        ));
        assert_eq!(shown, json!(expected), "{list}");
    }
    // A host of the lists leads to its row.
    browser.run("document.querySelector('.changes a').click()");
    let target = browser.run("const host = document.querySelector(document.querySelector('.changes a').getAttribute('href'));
        return host.querySelector('th').innerText.split('\\n')[0].trim()");
    assert_eq!(target, changes["fixed"][0]["host"]);
    silent(&browser, &page);
}

fn strings_of(list: &Value, key: &str) -> Vec<String> {
    let each = list.as_array().unwrap().iter();
    each.map(|one| one[key].as_str().unwrap().to_owned())
        .collect()
}

/// With the script and without it, on A4.
#[test]
fn it_prints_with_all_hosts_and_details() {
    if !has_pdftotext() {
        return;
    }
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let (page, json) = report(&scratch, &office(), &[]);
    for without_script in [false, true] {
        browser.devtools(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": without_script }),
        );
        browser.open(&page);
        let text = printed(&scratch, &browser);
        for host in json["hosts"].as_array().unwrap() {
            for key in ["host", "names", "macs", "servers"] {
                let values = host[key]
                    .as_str()
                    .map_or_else(|| strings(&host[key]), |one| vec![one]);
                for value in values {
                    assert!(
                        text.contains(value),
                        "{value} is not printed (without script: {without_script})"
                    );
                }
            }
        }
        for concern in json["what_to_do"].as_array().unwrap() {
            let words = |text: &str| text.split_whitespace().take(6).collect::<String>();
            assert!(text.contains(&words(concern["action"].as_str().unwrap())));
        }
    }
}

/// The head of the table stands on every page of it: no page is numbers alone.
#[test]
fn every_printed_page_of_hosts_has_the_head() {
    if !has_pdftotext() {
        return;
    }
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let capture = many(&scratch, 60);
    let (page, _) = report(&scratch, &[capture], &[]);
    browser.open(&page);
    let text = printed(&scratch, &browser);
    let heads = text.matches("OffersatbestLastseen").count();
    assert!(heads > 2, "{heads}");
}

/// Where columns have no room a host is a block: its address and name stand unbroken, and each number says what it counts.
#[test]
fn hosts_are_blocks_on_a_narrow_screen() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let (page, json) = report(&scratch, &office(), &[]);
    let size = json!({ "width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", &size);
    browser.open(&page);
    let hosts = json["hosts"].as_array().unwrap().len();
    let lines = browser.run(
        "return [...document.querySelectorAll('#hosts tbody th')].map(head => {
             const parts = [head.querySelector('button'), head.querySelector('small')].filter(part => part);
             return Math.max(...parts.map(part => {
                 const range = document.createRange(); range.selectNodeContents(part);
                 return new Set([...range.getClientRects()].map(one => one.top)).size;
             }));
         })",
    );
    assert_eq!(lines, json!(vec![1; hosts]));
    let [needed, room] = ["scrollWidth", "clientWidth"].map(|width| {
        let table = browser.run(&format!(
            "return document.querySelector('#hosts .scroll').{width}"
        ));
        table.as_u64().unwrap()
    });
    assert!(needed <= room, "{needed} of {room}");
    let named = browser.run(
        "return [...document.querySelectorAll('#hosts tbody .n')].filter(cell => cell.checkVisibility())
             .every(cell => getComputedStyle(cell, '::before').content.includes(cell.dataset.label))",
    );
    assert_eq!(named, json!(true));
}

fn has_pdftotext() -> bool {
    // It says its version on standard error and ends well.
    let found = Command::new("pdftotext")
        .arg("-v")
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        found || env::var_os("CI").is_none(),
        "pdftotext is missing, and CI must have it"
    );
    if !found {
        eprintln!("SKIPPED: pdftotext is not installed");
    }
    found
}

/// The text of the printed page, without any space, since lines break anywhere.
fn printed(scratch: &Scratch, browser: &Browser) -> String {
    let coded = scratch.file("report.base64", browser.print().as_bytes());
    let pdf = Command::new("base64")
        .arg("-d")
        .arg(coded)
        .output()
        .unwrap()
        .stdout;
    assert!(pdf.starts_with(b"%PDF"));
    let pdf = scratch.file("report.pdf", &pdf);
    let text = Command::new("pdftotext")
        .args(["-layout", pdf.to_str().unwrap(), "-"])
        .output()
        .unwrap()
        .stdout;
    String::from_utf8(text)
        .unwrap()
        .split_whitespace()
        .collect()
}

/// The office's conversations over and over, each time by other hosts.
fn many(scratch: &Scratch, hosts: usize) -> PathBuf {
    let recorded = conversation::recorded(&pcaps().join("office-morning-1.pcap"));
    let mail: Vec<_> = recorded
        .into_iter()
        .filter(|one| [25, 465, 587].contains(&one.server.1))
        .collect();
    let mut packets = Vec::new();
    for host in 0..hosts {
        let mut said = mail[host % mail.len()].clone();
        said.client.0 = Ipv4Addr::from(0x0a40_0000 + host as u32);
        let segments = said.segments(1460);
        packets.extend(said.packets(WRAPPING, &segments));
    }
    for (number, packet) in packets.iter_mut().enumerate() {
        packet.time = conversation::packet(number, Vec::new()).time;
    }
    scratch.file("many.pcap", &plain_pcap(1, &packets))
}

#[test]
fn five_thousand_hosts_are_no_burden() {
    let Some((scratch, browser)) = browser() else {
        return;
    };
    let capture = many(&scratch, 5_000);
    let (page, json) = report(&scratch, &[capture], &[]);
    let hosts = json["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), 5_000);
    let size = fs::metadata(&page).unwrap().len();
    assert!(size < 5_000_000, "{size} bytes");
    browser.devtools(
        "Performance.enable",
        &json!({ "timeDomain": "threadTicks" }),
    );
    browser.open(&page);
    let load = busy(&browser);
    let loaded = browser.run("const [page] = performance.getEntriesByType('navigation'); const paint = performance.getEntriesByName('first-contentful-paint')[0];
        return [page.domContentLoadedEventEnd, paint?.startTime ?? null]");
    // On the clock, and of that the processor's time, which a busy machine does not change.
    let timed = |what: &str| {
        let before = busy(&browser);
        let waited = browser.wait_for(&format!(
            "const done = arguments[0]; const start = performance.now(); {what};
             requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))"
        ));
        let waited = waited.as_f64().unwrap();
        format!("{waited:.0} ms ({:.0} ms busy)", busy(&browser) - before)
    };
    let sorted = timed("document.querySelector('#hosts thead button').click()");
    let again = timed("document.querySelectorAll('#hosts thead button')[3].click()");
    let searched = timed(
        "const field = document.querySelector('[name=search]'); field.value = '.19.'; field.dispatchEvent(new Event('input', { bubbles: true }))",
    );
    eprintln!(
        "5,000 hosts: {size} bytes; loaded after {} ms ({load:.0} ms busy), first paint after {} ms; sorted by address in {sorted}, by \
         sessions in {again}; first search in {searched}",
        loaded[0], loaded[1]
    );
    let expected = hosts
        .iter()
        .filter(|host| host["host"].as_str().unwrap().contains(".19."))
        .count();
    let status = browser.run("return document.querySelector('#hosts [role=status]').textContent");
    assert!(expected > 100);
    assert_eq!(
        status,
        format!("1–100 of {expected} matching hosts (5,000 in all)")
    );
    browser.run("document.querySelector('.next').click()");
    assert_eq!(addresses(&browser).len(), (expected - 100).min(100));
    silent(&browser, &page);
}

/// Milliseconds that the page's thread has been at work.
fn busy(browser: &Browser) -> f64 {
    let metrics = browser.devtools("Performance.getMetrics", &json!({}));
    let mut metrics = metrics["metrics"].as_array().unwrap().iter();
    let tasks = metrics.find(|metric| metric["name"] == "TaskDuration");
    tasks.unwrap()["value"].as_f64().unwrap() * 1e3
}
