//! `conformance backends`: real pure projects from their sdists on the default index, built by the
//! backend that they name and by ours, and both wheels compared.
//!
//! Sdists and the cache stay in `target/backends` between runs. Where a project says to its backend
//! what ours wants to hear in other words, the words are here. Projects with licence classifiers beside
//! a licence expression (annotated-types, pydantic-settings) are not among them: ours refuses both at
//! once, as PEP 639 asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::{cargo, root, run, say};

/// A release, and what its pyproject.toml says besides to ours.
struct Case {
    release: &'static str,
    backend: &'static str,
    settings: &'static str,
}

const FLIT: &str = "flit_core";
const HATCHLING: &str = "hatchling";

const CASES: [Case; 13] = [
    case("click==8.5.1", FLIT, ""),
    case("flask==3.1.3", FLIT, ""),
    case(
        "idna==3.20",
        FLIT,
        "[tool.tilsit.build]\nversion-file = 'idna/package_data.py'\n",
    ),
    case("itsdangerous==2.2.0", FLIT, ""),
    case(
        "jinja2==3.1.6",
        FLIT,
        "[tool.tilsit.build]\nversion-file = 'src/jinja2/__init__.py'\n",
    ),
    case(
        "packaging==26.4",
        FLIT,
        "[tool.tilsit.build]\nversion-file = 'src/packaging/__init__.py'\n",
    ),
    case("pathspec==1.1.1", FLIT, ""),
    case("tomli==2.5.0", FLIT, ""),
    case("typing-extensions==4.16.0", FLIT, ""),
    case("typing-inspection==0.4.5", HATCHLING, ""),
    case("starlette==1.10.0", HATCHLING, ""),
    case("pygments==2.21.0", HATCHLING, ""),
    case("narwhals==2.29.0", "uv_build", ""),
];

const fn case(release: &'static str, backend: &'static str, settings: &'static str) -> Case {
    Case {
        release,
        backend,
        settings,
    }
}

/// Differences that are meant: the backend, how the line starts, and why.
const MEANT: [(&str, &str, &str); 3] = [
    (
        FLIT,
        "Import-Name: ",
        "flit_core 4 names the module unasked; ours where `dynamic` has `import-names`",
    ),
    (
        FLIT,
        "License: [] and ours",
        "the text of `license = { file = … }` is the field `License`; flit_core leaves it out",
    ),
    (
        "uv_build",
        "Author: ",
        "who gives an address is in `Author-email` alone (PEP 621)",
    ),
];

/// Builds and compares: parts of releases' names, `--program=PATH`.
///
/// # Errors
/// When something cannot be had or built, or a difference is not meant.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut program = None;
    let mut names = Vec::new();
    for word in words {
        match word.strip_prefix("--program=") {
            Some(path) => program = Some(PathBuf::from(path)),
            None => names.push(*word),
        }
    }
    let program = if let Some(path) = program {
        path.canonicalize()?
    } else {
        run(&mut cargo(["build", "--package", "tilsit"]))?;
        root().join("target/debug/tilsit")
    };
    let place = root().join("target/backends");
    let trial = Trial { program, place };
    let mut unmeant = 0;
    for case in &CASES {
        if names.is_empty() || names.iter().any(|name| case.release.contains(name)) {
            let found = trial.compare(case);
            // One that fails keeps the others from nothing.
            unmeant += found.unwrap_or_else(|error| {
                say(format_args!("{}: {error:#}", case.release));
                1
            });
        }
    }
    ensure!(unmeant == 0, "{unmeant} differences are not meant");
    Ok(())
}

struct Trial {
    program: PathBuf,
    place: PathBuf,
}

impl Trial {
    /// Says how the wheels of a release differ, and counts what is not meant.
    fn compare(&self, case: &Case) -> Result<usize> {
        let folder = self.place.join(case.release);
        let sdist = self.sdist(case, &folder.join("sdist"))?;
        let theirs = self.wheel(&sdist, &folder.join("theirs"), &["--force-pep517"], None)?;
        let ours = self.wheel(&sdist, &folder.join("ours"), &[], Some(case))?;
        let script = root().join("crates/xtask/src/conformance/wheels_alike.py");
        let output = Command::new("python3")
            .arg(script)
            .args([&theirs, &ours])
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the comparison failed: {errors}");
        let lines = String::from_utf8(output.stdout)?;
        let mut unmeant = 0;
        for line in lines.lines() {
            let meant = MEANT
                .iter()
                .find(|(backend, start, _)| *backend == case.backend && line.starts_with(start));
            let why = meant.map_or("NOT MEANT", |(.., why)| why);
            unmeant += usize::from(meant.is_none());
            say(format_args!("{}: {line}: {why}", case.release));
        }
        let count = lines.lines().count();
        say(format_args!(
            "{} ({}): {count} differences",
            case.release, case.backend
        ));
        Ok(unmeant)
    }

    fn tilsit(&self, words: &[&str], folder: &Path) -> Result<()> {
        let mut command = Command::new(&self.program);
        command
            .args(words)
            .current_dir(folder)
            .env("TILSIT_CACHE_DIR", self.place.join("cache"));
        let output = command.output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "`tilsit {}`: {errors}",
            words.join(" ")
        );
        Ok(())
    }

    fn sdist(&self, case: &Case, folder: &Path) -> Result<PathBuf> {
        if only_file(folder).is_err() {
            fs::create_dir_all(folder)?;
            let name = case.release.split("==").next().unwrap_or(case.release);
            let words = [
                "pip",
                "download",
                "--no-deps",
                "--no-binary",
                name,
                case.release,
                "-d",
                ".",
            ];
            self.tilsit(&words, folder)?;
        }
        only_file(folder)
    }

    /// The wheel of the unpacked sdist; with a case by our own backend.
    fn wheel(
        &self,
        sdist: &Path,
        folder: &Path,
        options: &[&str],
        case: Option<&Case>,
    ) -> Result<PathBuf> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let (source, out) = (folder.join("source"), folder.join("wheel"));
        fs::create_dir_all(&source)?;
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(sdist).arg("--strip-components=1");
        ensure!(
            tar.arg("-C").arg(&source).status()?.success(),
            "the sdist is not unpacked"
        );
        if let Some(case) = case {
            let path = source.join("pyproject.toml");
            let text = fs::read_to_string(&path)?;
            fs::write(path, with_our_backend(&text) + "\n" + case.settings)?;
        }
        let shown = out.display().to_string();
        let words = [&["build", ".", "--wheel", "-o", &shown], options].concat();
        self.tilsit(&words, &source)?;
        only_file(&out)
    }
}

/// The text with our backend in the place of the one that it names.
fn with_our_backend(text: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.trim_start().starts_with("build-backend") {
            "build-backend = \"tilsit_build\""
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The one file of a folder.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder)?;
    let paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    match paths.as_slice() {
        [path] => Ok(path.clone()),
        _ => anyhow::bail!("`{}` has {} files, not one", folder.display(), paths.len()),
    }
}
