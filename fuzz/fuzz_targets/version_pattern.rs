//! Fuzzes a pattern for the version in a file.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_backend::version_pattern(data));
