//! Fuzzes a setup.py.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::import::setup_py_arguments(data) });
