//! Fuzzes a lock with our table.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::locking::project_lock(data) });
