//! Fuzzes an `Accept` header.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::accept_header(data));
