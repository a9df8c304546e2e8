//! Fuzzes the resolver: a random universe, and answers in a random order.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| tilsit_fuzz::resolver::resolver_universe(data));
