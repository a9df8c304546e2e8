//! Fuzzes the reader of ELF files.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::elf::elf_file(data) });
