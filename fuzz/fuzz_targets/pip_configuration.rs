//! Fuzzes pip's configuration files.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::pip_configuration(data) });
