//! Fuzzes a uv.lock.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::uv::uv_lock(data) });
