//! Holds the generated parts of `docs/` against the code they come from, so that the pages cannot rot.
//!
//! `UPDATE_DOCS=1 cargo test` writes them anew.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tests run side by side and several write parts of one page.
fn alone() -> MutexGuard<'static, ()> {
    static PAGES: Mutex<()> = Mutex::new(());
    PAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fails unless the file at `path` (from the project's root) is `expected`.
pub(crate) fn is(path: &str, expected: &str) {
    let _alone = alone();
    compare(path, expected);
}

fn compare(path: &str, expected: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, expected).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} is out of date: run `UPDATE_DOCS=1 cargo test`"
    );
}

/// Fails unless the file at `path` holds `expected` between the comments `<!-- begin: part -->` and `<!-- end: part -->`.
pub(crate) fn holds(path: &str, part: &str, expected: &str) {
    let _alone = alone();
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&file).unwrap();
    let (begin, end) = (
        format!("<!-- begin: {part} -->\n"),
        format!("<!-- end: {part} -->"),
    );
    let (before, rest) = text.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    compare(path, &[before, &begin, expected, &end, after].concat());
}
