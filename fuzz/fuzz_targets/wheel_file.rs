//! Fuzzes the reader of the WHEEL file.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::dist::wheel_file(data) });
