//! Builds of small projects with backends of their own: no index is needed, and the faults of
//! backends can be had at will.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod aging;
mod cached;
mod faults;
mod needs;
mod repositories;
mod sources;
mod stated;
mod vcs;
mod world;
