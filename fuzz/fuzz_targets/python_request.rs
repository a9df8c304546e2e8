//! Fuzzes requests for an interpreter.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::python_request(data) });
