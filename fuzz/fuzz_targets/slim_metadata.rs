//! Fuzzes the headers of METADATA that a resolver needs.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::slim_metadata(data));
