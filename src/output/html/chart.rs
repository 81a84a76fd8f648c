//! Charts as inline SVG. A chart only shows; what it shows stands beside it in words and numbers, so assistive technology
//! passes over it.

use super::markup::Page;

/// A part of a whole: the class that colours it, and its size.
pub(super) type Part = (&'static str, u64);

/// Parts of a whole side by side, with thin gaps, over the whole width.
pub(super) fn stacked(parts: &[Part], page: &mut Page) {
    let whole: u64 = parts.iter().map(|(_, size)| size).sum();
    page.raw("<svg class=stack viewBox=\"0 0 1000 24\" preserveAspectRatio=none aria-hidden=true>");
    let mut left = 0;
    for (class, size) in parts.iter().filter(|(_, size)| *size > 0) {
        let right = left + size;
        let (from, to) = (scaled(left, whole, 1000.0), scaled(right, whole, 1000.0));
        page.raw("<rect class=").raw(class);
        rectangle(from, 0.0, (to - from - GAP).max(GAP), 24.0, page);
        left = right;
    }
    page.raw("</svg>\n");
}

/// Between parts, in thousandths of the width.
const GAP: f64 = 2.0;

/// One part of a whole.
pub(super) fn bar(class: &'static str, part: u64, whole: u64, page: &mut Page) {
    page.raw("<svg class=bar viewBox=\"0 0 1000 8\" preserveAspectRatio=none aria-hidden=true><rect class=")
        .raw(class);
    let least = if part > 0 { 4.0 } else { 0.0 };
    let length = scaled(part, whole, 1000.0).max(least);
    rectangle(0.0, 0.0, length, 8.0, page);
    page.raw("</svg>");
}

/// The rest of an opened `rect`.
pub(super) fn rectangle(x: f64, y: f64, width: f64, height: f64, page: &mut Page) {
    page.raw(" x=\"")
        .show(short(x))
        .raw("\" y=\"")
        .show(short(y))
        .raw("\" width=\"")
        .show(short(width))
        .raw("\" height=\"")
        .show(short(height))
        .raw("\"/>");
}

/// `part` of `whole` on a scale up to `full`.
pub(super) fn scaled(part: u64, whole: u64, full: f64) -> f64 {
    part as f64 / whole.max(1) as f64 * full
}

/// Two decimals, which is finer than a screen.
fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A share from 0 to 1 with one decimal.
pub(super) fn share(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}
