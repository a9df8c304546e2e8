//! Fuzzes the reader of Mach-O files.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::binaries::mach_o_file(data) });
