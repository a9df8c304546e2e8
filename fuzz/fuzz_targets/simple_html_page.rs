//! Fuzzes a project's page as HTML.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::simple_html_page(data));
