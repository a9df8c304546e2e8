//! Fuzzes what a source tree states for setuptools.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::import::setuptools_tree(data) });
