//! Fuzzes version specifiers and their ranges.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging::version_specifiers(data) });
