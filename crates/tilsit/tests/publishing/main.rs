//! `build`, `check`, `publish`, and installing what was published.

#[path = "../support/answers.rs"]
mod answers;
#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/server.rs"]
mod server;

mod build;
mod check;
mod confined;
mod extensions;
mod logins;
mod matrix;
mod old;
mod publish;
mod refusals;
mod release;
mod rendering;
mod repair;
mod reproducible;
mod search;
mod serve;
mod wheel;

use sandbox::Sandbox;

const PYPROJECT: &str = r#"[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tilsit-demo"
version = "1.0"
description = "A demo"
requires-python = ">=3.9"
"#;

/// A sandbox with a small project in `demo`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("demo/pyproject.toml", PYPROJECT);
    sandbox.write(
        "demo/src/tilsit_demo/__init__.py",
        "def main():\n    print('demo')\n",
    );
    sandbox
}
