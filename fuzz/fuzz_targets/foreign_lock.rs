//! Fuzzes the locks of other tools.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::poetry::foreign_lock(data) });
