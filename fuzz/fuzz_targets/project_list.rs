//! Fuzzes the list of all projects.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::project_list(data));
