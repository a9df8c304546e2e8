//! Fuzzes the output of a failed build.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_frontend::build_output(data));
