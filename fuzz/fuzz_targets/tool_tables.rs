//! Fuzzes the tables of other tools in a pyproject.toml.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::import::tool_tables(data) });
