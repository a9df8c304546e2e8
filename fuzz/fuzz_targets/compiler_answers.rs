//! Fuzzes what a Python says of its compiler, and a compiler of the files that it read.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_backend::compiler_answers(data));
