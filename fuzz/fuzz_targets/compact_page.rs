//! Fuzzes the head of a compact page.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::compact_page(data));
