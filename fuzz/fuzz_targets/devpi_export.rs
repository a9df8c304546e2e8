//! Fuzzes the list of files in a devpi export.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::index_server::devpi_export(data));
