//! Fuzzes the tables of a project.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::locking::project_settings(data) });
