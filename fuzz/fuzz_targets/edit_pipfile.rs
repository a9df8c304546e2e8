//! Fuzzes changes to a Pipfile.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::pipfile::edit_pipfile(data) });
