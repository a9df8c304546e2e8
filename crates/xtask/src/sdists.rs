//! `sdists`: source distributions of popular projects, of every year since 2005, built to wheels by
//! tilsit and by uv with the same Python, and the names of the files inside compared.
//!
//! The sdists, the caches of both and what came of each build stay in `target/sdists`: a run goes on
//! where the last one ended. `docs/conformance-sdists.md` is written of all results that are there.

mod building;
mod integration;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, root, run, say};
use building::{Bench, Outcome};

/// Where sdists, caches and results are.
const FOLDER: &str = "target/sdists";
/// What builds beside us, and what knows the default index.
const PEERS: &[&str] = &["pip==26.3", "uv==0.13.9"];

/// Builds what is named; `words` are projects, or options.
///
/// # Errors
/// When an sdist cannot be had, or a peer cannot be installed.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut program = None;
    let mut is_integration = false;
    let (mut again, mut limit, mut only) = (None, usize::MAX, Vec::new());
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("--program", path) => program = Some(PathBuf::from(path).canonicalize()?),
            ("--limit", count) => limit = count.parse().context("--limit=COUNT")?,
            ("--again", which) => again = Some(which.to_owned()),
            ("--integration", _) => is_integration = true,
            ("--table", _) => return table::write(&results(&releases(&[])?)?),
            (option, _) if option.starts_with("--") => bail!("unknown option `{word}`"),
            _ => only.push(*word),
        }
    }
    let program = program.map_or_else(built_program, Ok)?;
    if is_integration {
        return integration::try_all(&program);
    }
    let bench = Bench {
        tilsit: program,
        peers: peers()?,
        folder: root().join(FOLDER),
    };
    let releases = releases(&only)?;
    let wanted = releases.iter().filter(|release| {
        let known = bench.result(release).ok().flatten();
        match (&known, again.as_deref()) {
            (None, _) => true,
            // Anew, where the two are not alike.
            (Some(outcome), Some("failed")) => !outcome.is_alike() || !outcome.ours.is_built(),
            (Some(_), again) => again.is_some(),
        }
    });
    for release in wanted.take(limit) {
        let outcome = bench.build(release)?;
        say(format_args!("{release}: {}", outcome.verdict()));
    }
    table::write(&results(&self::releases(&[])?)?)
}

/// The results that are there, in the order of the list.
fn results(releases: &[String]) -> Result<Vec<(String, Outcome)>> {
    let bench = Bench {
        tilsit: PathBuf::new(),
        peers: PathBuf::new(),
        folder: root().join(FOLDER),
    };
    let mut found = Vec::new();
    for release in releases {
        if let Some(outcome) = bench.result(release)? {
            found.push((release.clone(), outcome));
        }
    }
    Ok(found)
}

/// The releases of the list whose projects are named; all where none is.
fn releases(only: &[&str]) -> Result<Vec<String>> {
    let path = root().join("crates/xtask/sdists/releases.txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let is_wanted = |line: &&str| {
        let name = line.split("==").next().unwrap_or_default();
        let is_named = |only: &&str| *only == name || only == line;
        !line.starts_with('#') && !line.is_empty() && (only.is_empty() || only.iter().any(is_named))
    };
    Ok(text.lines().filter(is_wanted).map(str::to_owned).collect())
}

fn built_program() -> Result<PathBuf> {
    run(&mut cargo(["build", "-p", "tilsit"]))?;
    Ok(root().join("target/debug/tilsit"))
}

/// The environment with uv and pip.
fn peers() -> Result<PathBuf> {
    let peers = root().join(FOLDER).join("peers");
    if !peers.join("bin/uv").is_file() {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&peers))?;
        run(Command::new(peers.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(PEERS))?;
    }
    Ok(peers)
}
