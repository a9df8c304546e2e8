//! Fuzzes the settings of cibuildwheel.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_frontend::cibuildwheel_table(data));
