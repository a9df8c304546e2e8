//! Fuzzes the reader of source distributions.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::dist::sdist(data) });
