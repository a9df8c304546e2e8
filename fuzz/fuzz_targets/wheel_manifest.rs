//! Fuzzes the manifest of a stored wheel.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::installer::wheel_manifest(data) });
