//! Fuzzes a URL of a git repository.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_frontend::git_url(data));
