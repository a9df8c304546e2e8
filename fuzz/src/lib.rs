//! The bodies of the fuzz targets: one pure function for each parser of foreign bytes.
//!
//! Each takes any bytes, parses them, and asserts what must hold whatever they are: no panic,
//! bounded work, and, where the parser has a writer, that writing and reading again give the same.
//! The targets in `fuzz/fuzz_targets` call these under libFuzzer; `tests/replay` runs them over
//! the seeds as ordinary tests.

/// A fuzz target: its name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name. A tidy test holds this list against `fuzz_targets` and `seeds`.
pub const TARGETS: &[Target] = &[];
