//! Resolutions from local indexes made of real wheels and sdists.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod choices;
mod index;
mod rules;
mod sources;
