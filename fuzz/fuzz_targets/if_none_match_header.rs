//! Fuzzes the `If-None-Match` header.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_server::if_none_match_header(data));
