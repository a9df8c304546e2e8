//! Pythons and virtual environments: `python list`, `python find`, `venv`.

#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/wheels.rs"]
mod wheels;

mod python;
mod venv;
