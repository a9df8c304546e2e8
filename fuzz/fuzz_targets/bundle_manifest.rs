//! Fuzzes the list of a bundle.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::locking::bundle_manifest(data) });
