//! What pypa/packaging's own tests say, said again of ours.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod formats;
