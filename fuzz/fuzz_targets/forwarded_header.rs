//! Fuzzes the `Forwarded` header.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_server::forwarded_header(data));
