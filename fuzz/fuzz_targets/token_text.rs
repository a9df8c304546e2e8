//! Fuzzes the text of an API token.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_store::token_text(data));
