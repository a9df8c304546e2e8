//! Fuzzes `pyvenv.cfg`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::pyvenv_cfg(data) });
