//! Fuzzes a Pipfile.lock.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::pipfile::pipfile_lock(data) });
