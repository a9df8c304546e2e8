//! An index of one's own: setting it up, users, tokens.

#[path = "../support/sandbox.rs"]
mod sandbox;

mod accounts;
