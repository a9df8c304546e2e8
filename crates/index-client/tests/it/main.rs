//! The client against scripted servers on loopback.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod accounts;
mod downloads;
mod metadata;
mod pages;
mod server;
mod tls;
mod transport;
mod uploads;
