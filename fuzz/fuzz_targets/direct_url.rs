//! Fuzzes a direct_url.json.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging_formats::direct_url(data) });
