//! Fuzzes the texts of source trees.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::dist::source_tree(data));
