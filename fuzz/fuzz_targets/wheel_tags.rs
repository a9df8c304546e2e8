//! Fuzzes the tags of a wheel.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging::wheel_tags(data) });
