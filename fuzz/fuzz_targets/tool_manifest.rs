//! Fuzzes a manifest of tools.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::tools::tool_manifest(data) });
