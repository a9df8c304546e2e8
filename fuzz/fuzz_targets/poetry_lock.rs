//! Fuzzes a poetry.lock.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::poetry::poetry_lock(data) });
