//! Fuzzes conda's environment.yml.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::import::conda_environment(data) });
