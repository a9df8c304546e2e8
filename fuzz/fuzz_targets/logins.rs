//! Fuzzes the file that keeps logins.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_client::logins(data));
