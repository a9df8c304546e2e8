//! Fuzzes the reader of PE files.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::binaries::pe_file(data) });
