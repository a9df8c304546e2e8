//! Fuzzes what programs and an index tell each other about tokens.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::token_json(data));
