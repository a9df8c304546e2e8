//! `pip compile`, `pip install`, `pip list`, `pip freeze`, over a folder of small wheels.

#[path = "../support/fault_library.rs"]
mod fault_library;
#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/wheels.rs"]
mod wheels;

mod caches;
mod choices;
mod compile;
mod faults;
mod habits;
mod index;
mod inspect;
mod install;
mod list;
mod sources;
mod uninstall;

use sandbox::Sandbox;

/// A sandbox with wheels as its only source, and a Python.
fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = Sandbox::new();
    wheels::usual(&sandbox.root().join("wheels"));
    sandbox.set("TILSIT_NO_INDEX", "1");
    let links = sandbox.root().join("wheels").display().to_string();
    sandbox.set("TILSIT_FIND_LINKS", links);
    let _ = python;
    Some(sandbox)
}

/// The same with an environment `.venv`.
fn sandbox_with_environment() -> Option<Sandbox> {
    let sandbox = sandbox()?;
    let python = tilsit_testing::python()?;
    sandbox.run_well(&format!("venv -q --python {}", python.display()));
    Some(sandbox)
}
