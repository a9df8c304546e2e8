//! Fuzzes the cleaning of HTML in one pass beside that by a parser.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::readme::readme_clean(data));
