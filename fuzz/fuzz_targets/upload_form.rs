//! Fuzzes an upload form.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::upload_form(data));
