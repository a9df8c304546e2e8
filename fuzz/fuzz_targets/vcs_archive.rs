//! Fuzzes what an archive says of its commit.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_backend::vcs_archive(data));
