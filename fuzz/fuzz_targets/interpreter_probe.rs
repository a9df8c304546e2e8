//! Fuzzes what interpreters answer.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::interpreter_probe(data) });
