//! The archive readers against other people's archives, forged ones, and the writers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forge;
mod malo;
mod oracle;
mod tar;
mod zip;
