//! Fuzzes the file name of a source distribution.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging::sdist_file_name(data) });
