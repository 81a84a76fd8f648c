//! The content security policy: nothing is loaded, and only the style and the script that are in the page apply, known by
//! their hashes (Content Security Policy Level 3, section 2.3.1).

use sha2::{Digest, Sha256};

use super::markup::Page;
use crate::base64::base64;

/// The style of the page.
pub(super) const STYLE: &str = include_str!("page.css");

/// The script of the page; it may be missing, everything can be read without it.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// The policy, the style and the script.
pub(super) fn render(page: &mut Page) {
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
        .show(source(STYLE))
        .raw("'; script-src '")
        .show(source(SCRIPT))
        .raw("'; base-uri 'none'; form-action 'none'\">\n<meta name=referrer content=no-referrer>\n<style>")
        .raw(STYLE)
        .raw("</style>\n<script>")
        .raw(SCRIPT)
        .raw("</script>\n");
}

/// A source expression that allows exactly `text`.
fn source(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text)))
}
