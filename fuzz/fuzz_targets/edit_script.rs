//! Fuzzes changes to the metadata block of a script.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::project::edit_script(data) });
