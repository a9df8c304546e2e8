//! Fuzzes a Pipfile.lock.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::project::pipfile_lock(data) });
