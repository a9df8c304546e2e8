//! Fuzzes Poetry's tables in a pyproject.toml.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::poetry::poetry_tables(data) });
