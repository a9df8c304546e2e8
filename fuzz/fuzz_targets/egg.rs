//! Fuzzes names, metadata and archives of eggs.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::dist::egg(data));
