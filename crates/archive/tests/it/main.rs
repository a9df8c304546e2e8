//! The archive readers against other people's archives, forged ones, and the writers.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

mod forge;
mod malo;
mod oracle;
mod tar;
mod zip;
