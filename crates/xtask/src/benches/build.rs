//! `bench build`: `tilsit build --wheel` beside `uv build --wheel` and `python -m build --wheel`, on one
//! project of thirty modules whose backend is `uv_build`, which ours stands in for.
//!
//! The other programs are in `target/bench-build`, from the default index, once. `python -m build` makes
//! an environment for each build, as it does for its users; pip takes the backend from its cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::measuring::{Pairs, Run, Sample, median_of};
use crate::process::{root, run, say};

/// The versions that are compared with.
const PEERS: [&str; 3] = ["uv==0.13.9", "build==1.6.1", "uv_build==0.13.6"];

/// How many modules the project has.
const MODULES: usize = 30;

/// What is wanted: wall time as a part of uv's, and of `python -m build`'s.
const AIMS: [(&str, f64); 2] = [("uv", 0.5), ("python -m build", 0.005)];

/// Compares, and prints a row for each.
///
/// # Errors
/// When a program is missing or fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut program = root().join("target/release/tilsit");
    let mut rounds: usize = 11;
    for word in words {
        if let Some(path) = word.strip_prefix("--program=") {
            program = path.into();
        } else if let Ok(number) = word.parse() {
            rounds = number;
        } else {
            bail!("bench build [ROUNDS] [--program=PATH]");
        }
    }
    ensure!(program.is_file(), "`{}` is needed", program.display());
    let place = root().join("target/bench-build");
    let bin = peers(&place)?;
    let project = project(&place)?;
    let build = |program: &Path, arguments: &[&str]| Run {
        program: program.to_path_buf(),
        arguments: arguments.iter().map(Into::into).collect(),
        variables: vec![
            ("HOME".into(), place.clone().into()),
            ("PATH".into(), bin.clone().into()),
        ],
        folder: project.clone(),
    };
    let ours = build(
        &program.canonicalize()?,
        &["build", "--wheel", "-o", "ours"],
    );
    let uv = build(&bin.join("uv"), &["build", "--wheel", "-o", "theirs", "-q"]);
    let python = build(
        &bin.join("python"),
        &["-m", "build", "--wheel", "-o", "theirs"],
    );
    for ((name, aim), theirs) in AIMS.iter().zip([uv, python]) {
        let wall = |sample: &Sample| sample.wall.as_secs_f64();
        // What is slow needs fewer rounds.
        let rounds = if *name == "uv" {
            rounds
        } else {
            rounds.div_ceil(3)
        };
        let pairs = Pairs::take(rounds, [&ours, &theirs], &mut |_| Ok(()))?;
        say(format_args!(
            "tilsit {:.1} ms, {name} {:.1} ms, ratio {:.4} (wanted: {aim})",
            1000.0 * median_of(&pairs.ours, wall),
            1000.0 * median_of(&pairs.theirs, wall),
            pairs.ratio(wall)
        ));
    }
    Ok(())
}

/// The folder of the other programs.
fn peers(place: &Path) -> Result<PathBuf> {
    let environment = place.join("environment");
    let bin = environment.join("bin");
    if !bin.join("uv").is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
        let mut pip = Command::new(bin.join("python"));
        run(pip.args(["-m", "pip", "install", "-q"]).args(PEERS))?;
    }
    Ok(bin)
}

/// The project, made anew.
fn project(place: &Path) -> Result<PathBuf> {
    let folder = place.join("project");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let package = folder.join("src/demo");
    fs::create_dir_all(&package)?;
    fs::write(
        folder.join("pyproject.toml"),
        "[project]\nname = 'demo'\nversion = '1.0'\nreadme = 'README.md'\n\
         [build-system]\nrequires = ['uv_build>=0.13,<0.14']\nbuild-backend = 'uv_build'\n",
    )?;
    fs::write(
        folder.join("README.md"),
        "# Demo\n\nA project.\n".repeat(20),
    )?;
    fs::write(package.join("__init__.py"), "")?;
    for module in 0..MODULES {
        let function = format!("def function_{module}(value):\n    return value + {module}\n\n\n");
        fs::write(
            package.join(format!("module_{module}.py")),
            function.repeat(40),
        )?;
    }
    Ok(folder)
}
