//! A browser driven over WebDriver (W3C WebDriver 2), as far as the tests here need it: Chromium without a window, with a
//! profile of its own, by chromedriver on a port of its choice.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A session with the browser, and the driver's process; both end with it.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
}

/// Sandboxes do not work for root in a container; the rest keeps the browser from talking to anybody.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--window-size=1280,1000",
];

impl Browser {
    /// Starts driver and browser; `profile` is a new folder.
    pub(crate) fn start(profile: &Path) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(profile.join("chromedriver.log")).unwrap())
            .spawn()
            .unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| port(&line));
        let port = port.expect("chromedriver does not say its port");
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .into();
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            agent,
        };
        let mut flags = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!(
            "--user-data-dir={}",
            profile.join("profile").display()
        ));
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let session = browser.post("", &asked);
        let session = session["sessionId"].as_str().unwrap();
        browser.session = format!("{}/{session}", browser.session);
        // The browser's own first page is none of ours.
        browser.post("/url", &json!({ "url": "about:blank" }));
        browser.log("browser");
        browser.log("performance");
        browser
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&self, file: &Path) {
        let url = format!("file://{}", file.display());
        self.post("/url", &json!({ "url": url }));
    }

    /// What the body of a function returns in the page.
    pub(crate) fn run(&self, body: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": body, "args": [] }))
    }

    /// What the body of a function hands to its last argument, a callback.
    pub(crate) fn wait_for(&self, body: &str) -> Value {
        self.post("/execute/async", &json!({ "script": body, "args": [] }))
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    /// The entries of a log since it was last asked for: `browser` (the console) or `performance` (the protocol's events).
    pub(crate) fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("/se/log", &json!({ "type": kind }));
        entries.as_array().unwrap().clone()
    }

    /// The page as a PDF on A4 (sizes in centimetres), as base64.
    pub(crate) fn print(&self) -> String {
        let page = json!({ "page": { "width": 21.0, "height": 29.7 }, "background": true });
        self.post("/print", &page).as_str().unwrap().to_owned()
    }

    /// Presses keys: on what has the focus.
    pub(crate) fn press(&self, key: &str) {
        let element = self.get("/element/active");
        let id = element
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        self.post(&format!("/element/{id}/value"), &json!({ "text": key }));
    }

    fn get(&self, path: &str) -> Value {
        let answer = self
            .agent
            .get(format!("{}{path}", self.session))
            .call()
            .unwrap();
        value(path, answer)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.session);
        value(path, self.agent.post(url).send_json(body).unwrap())
    }
}

/// The answer, or what went wrong in the browser's words.
fn value(path: &str, mut answer: ureq::http::Response<ureq::Body>) -> Value {
    let text = answer
        .body_mut()
        .with_config()
        .limit(200 << 20)
        .read_to_string()
        .unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    let value = &answer["value"];
    assert!(
        value["error"].is_null(),
        "{path}: {}: {}",
        value["error"],
        value["message"]
    );
    value.clone()
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; the driver ends with us whatever became of it.
        let _ = self.agent.delete(self.session.clone()).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}
