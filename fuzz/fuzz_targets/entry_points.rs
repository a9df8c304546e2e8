//! Fuzzes an entry_points.txt.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging_formats::entry_points(data) });
