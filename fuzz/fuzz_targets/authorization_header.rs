//! Fuzzes the `Authorization` header.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_server::authorization_header(data));
