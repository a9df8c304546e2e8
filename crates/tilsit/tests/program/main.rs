//! The frame of the program: help, errors, exit codes, the JSON envelope, settings, the cache.

#[path = "../support/sandbox.rs"]
mod sandbox;

mod cache;
mod completions;
mod config;
mod doctor;
mod envelope;
mod help;
mod settings;
