//! The archive readers against other people's archives, and against the writers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod malo;
