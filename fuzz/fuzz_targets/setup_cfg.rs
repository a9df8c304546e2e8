//! Fuzzes a setup.cfg.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::import::setup_cfg_keys(data) });
