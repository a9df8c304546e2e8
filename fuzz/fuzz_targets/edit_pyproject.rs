//! Fuzzes changes to a pyproject.toml.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::project::edit_pyproject(data) });
