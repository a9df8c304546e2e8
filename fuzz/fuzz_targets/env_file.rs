//! Fuzzes files of environment variables.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::env_file(data) });
