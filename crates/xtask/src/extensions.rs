//! `conformance extensions`: sdists of real projects with extension modules of C and C++, built by our
//! own backend from a pyproject.toml that is kept here, installed, tried, and compared with the wheel
//! that the project's own backend makes.
//!
//! `extensions/NAME.toml` is the pyproject.toml that takes the place of the sdist's: it says the release,
//! the extensions, a line of Python to try (`[tool.trial] code`), and which files the two wheels do not
//! share, with the reason (`[tool.trial.differs]`). Sdists and the other wheels are kept in
//! `target/extensions`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::process::{root, say};

/// Where sdists and wheels are.
const FOLDER: &str = "target/extensions";

/// The list of a wheel's files, without its metadata.
const LIST: &str = "import sys, zipfile
for name in zipfile.ZipFile(sys.argv[1]).namelist():
    if '.dist-info/' not in name and not name.endswith('/'):
        print(name)";

#[derive(Deserialize)]
struct Overlay {
    project: Named,
    tool: Tool,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Tool {
    trial: Trial,
}

/// How a project is tried.
#[derive(Deserialize)]
struct Trial {
    /// A line of Python that has to end well.
    code: String,
    /// Files that one of the wheels has alone, and why.
    #[serde(default)]
    differs: BTreeMap<String, String>,
}

/// What builds.
struct Bench {
    tilsit: PathBuf,
    /// A Python with pip, whose headers are there.
    python: PathBuf,
    folder: PathBuf,
}

/// Builds what is named; `words` are parts of names, or `--program=PATH`.
///
/// # Errors
/// When a project cannot be had, built, installed or tried, or has other files.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut tilsit = root().join("target/debug/tilsit");
    let mut only = Vec::new();
    for word in words {
        match word.split_once('=') {
            Some(("--program", path)) => tilsit = PathBuf::from(path).canonicalize()?,
            _ => only.push(*word),
        }
    }
    ensure!(tilsit.exists(), "`cargo build -p tilsit` first");
    let folder = root().join(FOLDER);
    let bench = Bench {
        tilsit,
        python: peers(&folder)?,
        folder,
    };
    let mut failed = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("crates/xtask/src/extensions"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_wanted = only.is_empty() || only.iter().any(|word| name.contains(word));
        if !is_wanted || path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        count += 1;
        match bench.one(&path) {
            Ok(line) => say(format_args!("{name}: {line}")),
            Err(error) => {
                say(format_args!("{name}: {error:#}"));
                failed.push(name.into_owned());
            }
        }
    }
    say(format_args!("{} of {count} projects", count - failed.len()));
    ensure!(
        failed.is_empty(),
        "not as it should be: {}",
        failed.join(", ")
    );
    Ok(())
}

impl Bench {
    /// One project, and what is to be said of it.
    fn one(&self, overlay: &Path) -> Result<String> {
        let text = std::fs::read_to_string(overlay)?;
        let said: Overlay = toml::from_str(&text)?;
        let name = &said.project.name;
        let work = self.folder.join("work").join(name);
        if work.exists() {
            std::fs::remove_dir_all(&work)?;
        }
        std::fs::create_dir_all(&work)?;
        let sdist = self.sdist(&said.project)?;
        let theirs = self.theirs(name, &sdist)?;
        asked(
            Command::new("tar")
                .arg("xzf")
                .arg(&sdist)
                .arg("-C")
                .arg(&work),
        )?;
        let source = the_one_in(&work)?;
        std::fs::write(source.join("pyproject.toml"), &text)?;
        let (out, environment) = (work.join("out"), work.join("environment"));
        let began = std::time::Instant::now();
        let python = ["--python".as_ref(), self.python.as_os_str()];
        let mut build = self.tilsit();
        asked(
            build
                .arg("build")
                .arg(&source)
                .arg("-o")
                .arg(&out)
                .args(python),
        )?;
        let took = began.elapsed().as_secs_f32();
        let ours = ending(&out, ".whl")?;
        asked(self.tilsit().arg("venv").arg(&environment).args(python))?;
        let mut install = self.tilsit();
        install.args(["pip", "install", "--no-deps", "--python"]);
        asked(install.arg(&environment).arg(&ours))?;
        let mut trial = Command::new(environment.join("bin/python"));
        asked(trial.args(["-I", "-c", &said.tool.trial.code]))?;
        let files = self.same_files(&ours, &theirs, &said.tool.trial)?;
        let wheel = ours.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{wheel}, {files} files, built in {took:.1} s"))
    }

    fn tilsit(&self) -> Command {
        let mut command = Command::new(&self.tilsit);
        command.env("TILSIT_CACHE_DIR", self.folder.join("cache"));
        command
    }

    fn pip(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip", "--quiet"]);
        command
    }

    /// The sdist of a release, downloaded once.
    fn sdist(&self, project: &Named) -> Result<PathBuf> {
        let folder = self.folder.join("sdists").join(&project.name);
        if let Ok(there) = ending(&folder, ".tar.gz") {
            return Ok(there);
        }
        let release = format!("{}=={}", project.name, project.version);
        let mut pip = self.pip();
        pip.args(["download", "--no-deps", "--no-binary", ":all:", "-d"]);
        asked(pip.arg(&folder).arg(release))?;
        ending(&folder, ".tar.gz")
    }

    /// The wheel that the project's own backend makes, once.
    fn theirs(&self, name: &str, sdist: &Path) -> Result<PathBuf> {
        let folder = self.folder.join("theirs").join(name);
        if let Ok(there) = ending(&folder, ".whl") {
            return Ok(there);
        }
        asked(
            self.pip()
                .args(["wheel", "--no-deps", "-w"])
                .arg(&folder)
                .arg(sdist),
        )?;
        ending(&folder, ".whl")
    }

    /// How many files the wheels have, which are the same but for those that are known to differ.
    fn same_files(&self, ours: &Path, theirs: &Path, trial: &Trial) -> Result<usize> {
        let list = |wheel: &Path| -> Result<BTreeSet<String>> {
            let listed = asked(
                Command::new(&self.python)
                    .args(["-I", "-c", LIST])
                    .arg(wheel),
            )?;
            Ok(listed.lines().map(str::to_owned).collect())
        };
        let (ours, theirs) = (list(ours)?, list(theirs)?);
        let differ: BTreeSet<&String> = ours.symmetric_difference(&theirs).collect();
        let known: BTreeSet<&String> = trial.differs.keys().collect();
        if differ != known {
            let side = |path: &String| {
                if ours.contains(path) {
                    "ours"
                } else {
                    "theirs"
                }
            };
            let lines = differ.symmetric_difference(&known);
            let lines: Vec<String> = lines
                .map(|path| format!("{path} ({})", side(path)))
                .collect();
            bail!(
                "files that differ otherwise than it is said: {}",
                lines.join(", ")
            );
        }
        Ok(ours.len())
    }
}

/// A Python with pip.
fn peers(folder: &Path) -> Result<PathBuf> {
    let python = folder.join("peers/bin/python");
    if !python.exists() {
        let here = tilsit_testing::python().context("there is no Python")?;
        let mut command = Command::new(here);
        asked(command.args(["-m", "venv"]).arg(folder.join("peers")))?;
    }
    Ok(python)
}

/// The standard output of a program that ends well.
fn asked(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{command:?} ended with {}:\n{errors}",
        output.status
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// The file in a folder whose name ends so.
fn ending(folder: &Path, end: &str) -> Result<PathBuf> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            return Ok(path);
        }
    }
    bail!("there is no `{end}` in `{}`", folder.display())
}

/// The one thing in a folder.
fn the_one_in(folder: &Path) -> Result<PathBuf> {
    let mut entries = std::fs::read_dir(folder)?;
    let entry = entries.next().context("the sdist is empty")??;
    ensure!(entries.next().is_none(), "the sdist has two folders");
    Ok(entry.path())
}
