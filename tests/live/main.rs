//! `tlstally watch` on real interfaces: in network namespaces of their own, without a way out, made and removed by each test.
//!
//! Needs root, `ip`, `tcpdump` and `tcpreplay`; where these are not there the tests say so and pass, except in CI.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![allow(unreachable_pub, reason = "nobody is outside of a test")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/wrapped.rs"]
#[expect(dead_code, reason = "this test brings its own TCP packets")]
mod packet;

mod clients;
mod comes_and_goes;
mod evidence;
mod full_disk;
mod network;
mod postfix;
mod same_as_file;
mod service;
mod stored;
mod told;
mod watching;
