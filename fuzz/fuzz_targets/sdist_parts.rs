//! Fuzzes the reader of source distributions put together from mutated parts.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::dist::sdist_parts(data) });
