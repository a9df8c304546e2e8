//! Fuzzes the reader of what a program for Linux needs.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::build_backend::elf_needs(data) });
