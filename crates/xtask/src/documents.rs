//! `docs`: the documents that are generated, written or checked.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, root};

const COMMANDS: &str = "docs/reference/commands.md";

/// Writes `docs/reference/commands.md` from the program's own help; `--check` compares instead.
///
/// # Errors
/// When the program cannot be built or run, or, with `--check`, when the document is stale.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let check = match arguments {
        [] => false,
        ["--check"] => true,
        other => bail!("`docs` takes nothing or `--check`, not {other:?}"),
    };
    let output = cargo([
        "run",
        "--quiet",
        "--package",
        "tilsit",
        "--",
        "help",
        "--markdown",
    ])
    .output()
    .context("cannot start cargo")?;
    ensure!(
        output.status.success(),
        "the program does not print its help:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let path = root().join(COMMANDS);
    if check {
        let found = fs::read(&path).unwrap_or_default();
        ensure!(
            found == output.stdout,
            "`{COMMANDS}` is stale: run `cargo xtask docs`"
        );
        return Ok(());
    }
    fs::write(&path, output.stdout).with_context(|| format!("cannot write `{COMMANDS}`"))
}
