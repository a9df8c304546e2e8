//! Fuzzes a script that is locked.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::locking::project_script(data) });
