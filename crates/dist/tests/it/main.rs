//! Wheels, source distributions and installed distributions, sound and not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod dist_info;
mod platforms;
mod sdist;
mod wheel;
mod wheel_tool;
