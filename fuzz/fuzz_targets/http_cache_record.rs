//! Fuzzes a record of the page cache.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::http_cache_record(data));
