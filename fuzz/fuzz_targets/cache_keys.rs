//! Fuzzes what a project says its build depends on.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_frontend::cache_keys(data));
