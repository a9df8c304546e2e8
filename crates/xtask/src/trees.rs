//! `trees`: popular projects, each installed with all it needs by tilsit, uv and pip from the
//! recorded index into equal environments on tmpfs; the trees are compared file by file. Then the
//! real pip checks, lists and uninstalls what tilsit installed.
//!
//! The projects are those of `crates/xtask/trees/projects.txt`. All three install the same pins.

mod comparison;
mod listing;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tilsit_packaging::name::ProjectName;

use crate::benches::client::Bench;
use crate::benches::local_index::LocalIndex;
use crate::benches::measuring::{Run, remove};
use crate::parity::recorded_index;
use crate::process::{root, say};
use crate::trees::comparison::differences;
use crate::trees::listing::Listing;

/// Installs each project with all three and compares; `words` are projects, `--record` to fetch
/// what the recorded index lacks, and `--program=PATH`.
///
/// # Errors
/// When something cannot be prepared, or a tree differs.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let program = words
        .iter()
        .find_map(|word| word.strip_prefix("--program="));
    let bench = Bench::prepare("trees", program)?;
    let index = recorded_index(&bench, words.contains(&"--record"))?;
    let trees = Trees {
        bench: &bench,
        index: &index,
    };
    let projects = projects(words)?;
    let mut faulty = Vec::new();
    let mut files = 0;
    for project in &projects {
        match trees.faults(project) {
            Ok(outcome) if outcome.faults.is_empty() => {
                files += outcome.files;
                say(format_args!(
                    "{project}: {} releases ({} built), {} files",
                    outcome.releases, outcome.built, outcome.files
                ));
            }
            Ok(outcome) => {
                faulty.push(project.as_str());
                say(format_args!("{project}: {} faults", outcome.faults.len()));
                for fault in &outcome.faults {
                    say(format_args!("    {fault}"));
                }
            }
            Err(error) => {
                faulty.push(project.as_str());
                say(format_args!("{project}: {error:#}"));
            }
        }
    }
    say(format_args!(
        "{} of {} trees are uv's and pip's ({files} files), and pip checks, lists and uninstalls them",
        projects.len() - faulty.len(),
        projects.len()
    ));
    drop(index);
    bench.clean()?;
    ensure!(faulty.is_empty(), "not so: {}", faulty.join(", "));
    Ok(())
}

fn projects(words: &[&str]) -> Result<Vec<String>> {
    let path = root().join("crates/xtask/trees/projects.txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let named: Vec<&&str> = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .collect();
    let lines = text.lines().map(str::trim);
    let wanted = lines.filter(|line| {
        let is_project = !line.is_empty() && !line.starts_with('#');
        is_project && (named.is_empty() || named.iter().any(|name| **name == *line))
    });
    Ok(wanted.map(str::to_owned).collect())
}

/// What came of one project.
struct Outcome {
    releases: usize,
    /// How many of them have no wheel at all.
    built: usize,
    files: usize,
    faults: Vec<String>,
}

#[derive(Clone, Copy)]
enum Installer {
    Tilsit,
    Uv,
    Pip,
}

struct Trees<'b> {
    bench: &'b Bench,
    index: &'b LocalIndex,
}

impl Trees<'_> {
    fn faults(&self, project: &str) -> Result<Outcome> {
        let pins = self.pin(project)?;
        let names: Vec<&str> = pins.iter().map(|(name, _)| name.as_str()).collect();
        let environment = self.bench.scratch.join("environment");
        let mut trees = Vec::new();
        // tilsit comes last: its environment stays where it was made, for pip.
        for (installer, name) in [(Installer::Pip, "pip"), (Installer::Uv, "uv")] {
            self.environment(&environment)?;
            self.install(installer, &environment)
                .with_context(|| name.to_owned())?;
            let aside = self.bench.scratch.join(format!("environment-{name}"));
            remove(&aside)?;
            fs::rename(&environment, &aside)?;
            trees.push((name, aside));
        }
        self.environment(&environment)?;
        let bare = Listing::of(&environment)?;
        self.install(Installer::Tilsit, &environment)
            .context("tilsit")?;
        let ours = Listing::of(&environment)?;
        let built = pins
            .iter()
            .filter(|(name, version)| !has_wheel(name, version));
        let built: BTreeSet<ProjectName> = built.map(|(name, _)| name.clone()).collect();
        let mut faults = Vec::new();
        for (name, aside) in &trees {
            let theirs = Listing::of(aside)?;
            let found = differences((&environment, &ours), (aside, &theirs), &built)?;
            faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        faults.extend(self.pip_works_on(&environment, &pins)?);
        let left = self.left_by_uninstall(&environment, &names, &bare)?;
        if !left.is_empty() {
            // Of folders that several releases share, pip leaves some of its own trees too.
            self.environment(&environment)?;
            self.install(Installer::Pip, &environment)?;
            let usual = self.left_by_uninstall(&environment, &names, &bare)?;
            let left = left.difference(&usual);
            faults.extend(left.map(|path| format!("pip uninstall leaves {path}")));
        }
        let built = pins
            .iter()
            .filter(|(name, version)| !has_wheel(name, version));
        Ok(Outcome {
            releases: pins.len(),
            built: built.count(),
            files: ours.files() - bare.files(),
            faults,
        })
    }

    fn pins_file(&self) -> PathBuf {
        self.bench.scratch.join("pins.txt")
    }

    /// Resolves the project, by uv: what the resolutions are is compared elsewhere.
    fn pin(&self, project: &str) -> Result<Vec<(ProjectName, String)>> {
        let wanted = self.bench.scratch.join("project.in");
        fs::write(&wanted, format!("{project}\n"))?;
        fs::create_dir_all(self.bench.side(1).join("home"))?;
        remove(&self.pins_file())?;
        let (wanted, pins) = (wanted.display().to_string(), self.pins_file());
        let pins = pins.display().to_string();
        let words = ["pip", "compile", "--no-header", "--no-annotate", "-q"];
        let words = [&words[..], &[&wanted, "-o", &pins]].concat();
        let python = self.bench.python();
        self.bench
            .tool(1, &words, python, Some(self.index))
            .once()
            .context("uv resolves")?;
        let text = fs::read_to_string(self.pins_file())?;
        let pin = |line: &str| {
            let (name, version) = line.split_once("==").with_context(|| line.to_owned())?;
            Ok((name.parse()?, version.to_owned()))
        };
        text.lines().map(pin).collect()
    }

    /// An environment without anything in it, where another one may be.
    fn environment(&self, environment: &Path) -> Result<()> {
        remove(environment)?;
        let status = Command::new(self.bench.python())
            .args(["-m", "venv", "--without-pip"])
            .arg(environment)
            .status()?;
        ensure!(status.success(), "no environment can be made");
        Ok(())
    }

    fn install(&self, installer: Installer, environment: &Path) -> Result<()> {
        let pins = self.pins_file().display().to_string();
        let install = ["install", "--no-deps", "-r", &pins];
        let side = match installer {
            Installer::Tilsit => 0,
            Installer::Uv => 1,
            Installer::Pip => {
                let url = self.index.url();
                let words = ["--no-compile", "--index-url", &url];
                return self
                    .pip(environment, &[&install[..], &words[..]].concat())
                    .map(drop);
            }
        };
        fs::create_dir_all(self.bench.side(side).join("home"))?;
        let words = [&["pip"], &install[..]].concat();
        let run = self.bench.tool(side, &words, environment, Some(self.index));
        run.once().map(drop)
    }

    /// What the real pip says of an environment.
    fn pip(&self, environment: &Path, words: &[&str]) -> Result<String> {
        let place = self.bench.scratch.join("pip");
        fs::create_dir_all(&place)?;
        let out = place.join("stdout");
        let mut arguments: Vec<std::ffi::OsString> =
            ["-m", "pip", "--no-input", "--disable-pip-version-check"]
                .map(Into::into)
                .to_vec();
        arguments.extend(["--python".into(), environment.into()]);
        arguments.extend(["--cache-dir".into(), place.join("cache").into()]);
        arguments.extend(words.iter().map(Into::into));
        let variables = [
            ("PATH", "/usr/bin:/bin"),
            ("HOME", &place.display().to_string()),
            // What it imports from the environment must not leave traces there.
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ];
        let run = Run {
            program: self.bench.peer("python"),
            arguments,
            variables: variables
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            folder: place,
        };
        run.with_output_in(&out)?;
        Ok(fs::read_to_string(out)?)
    }

    /// What lies in an environment after pip has uninstalled everything.
    fn left_by_uninstall(
        &self,
        environment: &Path,
        names: &[&str],
        bare: &Listing,
    ) -> Result<BTreeSet<String>> {
        self.pip(environment, &[&["uninstall", "-y"], names].concat())?;
        let left = Listing::of(environment)?;
        let left = left.paths().filter(|path| !bare.holds(path));
        Ok(left.map(str::to_owned).collect())
    }

    /// What pip's `check` and `list` have against an environment.
    fn pip_works_on(
        &self,
        environment: &Path,
        pins: &[(ProjectName, String)],
    ) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let check = self.pip(environment, &["check"])?;
        if check.trim() != "No broken requirements found." {
            faults.push(format!("pip check: {}", check.trim()));
        }
        let list = self.pip(environment, &["list", "--format", "freeze"])?;
        let entry = |line: &str| {
            let (name, version) = line.split_once("==").with_context(|| line.to_owned())?;
            Ok((name.parse()?, version.to_owned()))
        };
        let listed: BTreeSet<(ProjectName, String)> =
            list.lines().map(entry).collect::<Result<_>>()?;
        let pinned: BTreeSet<(ProjectName, String)> = pins.iter().cloned().collect();
        for (name, version) in listed.symmetric_difference(&pinned) {
            faults.push(format!("pip list: {name} {version} on one side only"));
        }
        Ok(faults)
    }
}

/// Whether the recorded page of a project has any wheel of the release.
fn has_wheel(name: &ProjectName, version: &str) -> bool {
    let page = root().join(format!("target/bench/parity/simple/{name}/index.json"));
    let page = fs::read(page).unwrap_or_default();
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap_or_default();
    let files = page["files"].as_array().into_iter().flatten();
    let mut names = files.filter_map(|file| file["filename"].as_str());
    names.any(|file| {
        let parts: Vec<&str> = file.split('-').collect();
        Path::new(file)
            .extension()
            .is_some_and(|suffix| suffix == "whl")
            && parts.get(1) == Some(&version)
    })
}
