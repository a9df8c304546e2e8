//! Fuzzes descriptions in reStructuredText as HTML.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::readme::readme_rst(data));
