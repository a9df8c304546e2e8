//! Fuzzes pipx's notes on a tool.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::tools::pipx_metadata(data) });
