//! Fuzzes the options for a version of version control.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::build_backend::vcs_options(data));
