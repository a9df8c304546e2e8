//! The store from outside: every test runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

mod accounts;
mod dependents;
mod managing;
mod names;
mod objects;
mod opening;
mod people;
mod publishing;
mod support;
