//! Fuzzes the reader of zip archives.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::archive::zip_archive(data));
