//! An index of one's own: setting it up, users, tokens, where its files are.

#[path = "../support/fault_library.rs"]
mod fault_library;
#[path = "../support/sandbox.rs"]
mod sandbox;

mod accounts;
mod faults;
mod file_store;
mod transfers;
