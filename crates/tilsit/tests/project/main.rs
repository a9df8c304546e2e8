//! Projects: begun, changed, locked.

#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/wheels.rs"]
mod wheels;

mod export;
mod pipfile;
mod tree;
