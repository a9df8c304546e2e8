//! Pythons and virtual environments: `python list`, `python find`, `venv`.

#[path = "../support/sandbox.rs"]
mod sandbox;

mod python;
mod venv;
