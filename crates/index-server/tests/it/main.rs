//! The server from outside, over real connections: what it answers, what it refuses, and whether
//! foreign tools can live with it. Everything that touches the database runs on both, and what
//! touches files on a store of objects too.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

mod access;
mod browser;
mod clients;
mod concurrency;
mod description;
mod devpi;
mod fallback;
mod faults;
mod file_store;
mod http;
mod managing;
mod operating;
mod own_client;
mod proxied;
mod reading;
mod support;
mod token_keeping;
mod transferring;
mod uploading;
