//! Calls to the system that no safe crate offers: the only module with `unsafe` in it. Each function says why its call is sound.

#![expect(
    unsafe_code,
    reason = "the exception to the rule; everything unsafe is in here, small and explained"
)]

pub(crate) mod packet_socket;
