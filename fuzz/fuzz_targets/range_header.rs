//! Fuzzes the `Range` header.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_server::range_header(data));
