//! Fuzzes the requirements of an egg.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::dist::requires_txt(data));
