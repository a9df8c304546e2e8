//! Fuzzes a segment of the metadata cache.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::metadata_segment(data));
