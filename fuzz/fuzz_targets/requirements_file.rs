//! Fuzzes a requirements file.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging_formats::requirements_file(data) });
