//! Fuzzes the headings of a changelog.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::project::changelog(data));
