//! Fuzzes the version that a module states.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_backend::static_version(data));
