//! Fuzzes a marker.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging::marker(data) });
