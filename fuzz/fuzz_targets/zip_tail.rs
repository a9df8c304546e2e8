//! Fuzzes the reader of the tail of remote zip archives.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::archive::zip_tail(data));
