//! Fuzzes the default index in pip's sources.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::pip_default_index(data) });
