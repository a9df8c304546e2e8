//! Fuzzes the readers of the system's databases of packages.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| { tilsit_fuzz::repair::package_databases(data) });
