//! Fuzzes the journal of a change to an environment.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::installer::install_journal(data) });
