//! Fuzzes shims and version files of version managers.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::environment::python_shim(data) });
