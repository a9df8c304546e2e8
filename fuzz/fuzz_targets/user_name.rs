//! Fuzzes a user's name.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_store::user_name(data));
