//! Fuzzes headers that are changed.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::dist::wheel_headers(data));
