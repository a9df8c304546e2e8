//! Fuzzes `build-details.json`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::build_details(data) });
