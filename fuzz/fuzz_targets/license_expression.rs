//! Fuzzes a license expression.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::packaging_formats::license_expression(data) });
