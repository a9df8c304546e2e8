//! Fuzzes the reader of wheels put together from mutated parts.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::dist::wheel_parts(data) });
