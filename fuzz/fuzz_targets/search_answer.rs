//! Fuzzes the answer of an index's search.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::simple_api::search_answer(data));
