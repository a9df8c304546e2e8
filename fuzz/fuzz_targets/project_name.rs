//! Fuzzes the name of a project.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging::project_name(data) });
