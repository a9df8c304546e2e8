//! Projects: begun, changed, locked, installed, run.
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/wheels.rs"]
mod wheels;

mod add;
mod bundle;
mod chroots;
mod export;
mod foreign;
mod import;
mod index;
mod init;
mod lock;
mod locks;
mod pipenv;
mod pipfile;
mod pipfile_changes;
mod poetry;
mod policy;
mod sync;
mod tasks;
mod tree;
mod tutorials;
mod uv;
mod uv_tables;
mod version;
mod workspace;

use sandbox::Sandbox;

/// A sandbox with a folder of wheels as its only source, and a Python.
fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = Sandbox::new();
    wheels::usual(&sandbox.root().join("wheels"));
    let links = sandbox.root().join("wheels").display().to_string();
    sandbox.set("TILSIT_NO_INDEX", "1");
    sandbox.set("TILSIT_FIND_LINKS", links);
    sandbox.set("TILSIT_PYTHON", python.display());
    Some(sandbox)
}

/// What is installed in `.venv`, as `name==version` lines.
fn installed(sandbox: &Sandbox) -> String {
    sandbox.run_well("pip freeze --python .venv").stdout
}
