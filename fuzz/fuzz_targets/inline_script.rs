//! Fuzzes the metadata of a script.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging_formats::inline_script(data) });
