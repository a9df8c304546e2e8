//! Fuzzes the reader of tar archives.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::archive::tar_archive(data));
