//! Fuzzes the reader of wheels.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::dist::wheel(data) });
