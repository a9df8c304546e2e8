//! Fuzzes the URL of an index.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::index_url(data));
