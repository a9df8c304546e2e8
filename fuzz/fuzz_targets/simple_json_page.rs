//! Fuzzes a project's page as JSON.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::simple_json_page(data));
