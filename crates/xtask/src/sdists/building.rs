//! One release, built by both; what came of it, kept as JSON.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::process::root;

/// The Python that all is built for.
pub(super) const PYTHON: &str = "3.11";
/// How long a build may take.
const BUILD_MAX_SECONDS: &str = "300";
/// How much of a message is kept.
const LINES_KEPT: usize = 60;

pub(super) struct Bench {
    pub(super) tilsit: PathBuf,
    pub(super) peers: PathBuf,
    pub(super) folder: PathBuf,
}

/// What a builder made of an sdist.
#[derive(Clone, Debug)]
pub(super) enum Built {
    /// A wheel: its name, the names of the files in it, and what the builder said of interest.
    Wheel {
        name: String,
        files: BTreeSet<String>,
        notes: Vec<String>,
    },
    /// Nothing; the end of what was said.
    Nothing(String),
}

/// What both made of it.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) uploaded: String,
    pub(super) backend: String,
    pub(super) ours: Built,
    pub(super) theirs: Built,
}

impl Built {
    pub(super) fn is_built(&self) -> bool {
        matches!(self, Self::Wheel { .. })
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Wheel { name, files, notes } => {
                json!({ "wheel": name, "files": files, "notes": notes })
            }
            Self::Nothing(said) => json!({ "said": said }),
        }
    }

    fn of_json(value: &Value) -> Option<Self> {
        let texts = |value: &Value| -> Option<Vec<String>> {
            let texts = value.as_array()?.iter();
            texts.map(|text| Some(text.as_str()?.to_owned())).collect()
        };
        Some(match value["wheel"].as_str() {
            Some(name) => Self::Wheel {
                name: name.to_owned(),
                files: texts(&value["files"])?.into_iter().collect(),
                notes: texts(&value["notes"])?,
            },
            None => Self::Nothing(value["said"].as_str()?.to_owned()),
        })
    }
}

impl Outcome {
    /// Whether both built the same, or neither anything.
    pub(super) fn is_alike(&self) -> bool {
        match (&self.ours, &self.theirs) {
            (Built::Wheel { .. }, Built::Wheel { .. }) => self.differences().is_empty(),
            (Built::Nothing(_), Built::Nothing(_)) => true,
            _ => false,
        }
    }

    /// What the one wheel has and the other has not: `+` where it is ours.
    pub(super) fn differences(&self) -> Vec<String> {
        let (
            Built::Wheel { name, files, .. },
            Built::Wheel {
                name: their_name,
                files: their_files,
                ..
            },
        ) = (&self.ours, &self.theirs)
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if name != their_name {
            found.push(format!("{name}, not {their_name}"));
        }
        found.extend(files.difference(their_files).map(|path| format!("+{path}")));
        found.extend(their_files.difference(files).map(|path| format!("-{path}")));
        found
    }

    pub(super) fn verdict(&self) -> String {
        match (&self.ours, &self.theirs) {
            (Built::Wheel { files, notes, .. }, Built::Wheel { .. }) => {
                let differences = self.differences();
                if differences.is_empty() {
                    let notes = notes.join("; ");
                    format!("alike ({} files) {notes}", files.len())
                } else {
                    format!("DIFFERENT: {}", differences.join(", "))
                }
            }
            (Built::Wheel { notes, .. }, Built::Nothing(_)) => {
                format!("tilsit alone; {}", notes.join("; "))
            }
            (Built::Nothing(said), Built::Wheel { .. }) => {
                format!("UV ALONE: {}", said.lines().last().unwrap_or_default())
            }
            (Built::Nothing(said), Built::Nothing(_)) => {
                format!("neither: {}", said.lines().last().unwrap_or_default())
            }
        }
    }
}

impl Bench {
    /// What is known of a release.
    pub(super) fn result(&self, release: &str) -> Result<Option<Outcome>> {
        let path = self.result_path(release);
        if !path.is_file() {
            return Ok(None);
        }
        let value: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let read = || {
            Some(Outcome {
                uploaded: value["uploaded"].as_str()?.to_owned(),
                backend: value["backend"].as_str()?.to_owned(),
                ours: Built::of_json(&value["ours"])?,
                theirs: Built::of_json(&value["theirs"])?,
            })
        };
        Ok(Some(read().with_context(|| path.display().to_string())?))
    }

    fn result_path(&self, release: &str) -> PathBuf {
        self.folder.join("results").join(format!("{release}.json"))
    }

    /// Builds a release by both; what uv made before is taken as it was.
    pub(super) fn build(&self, release: &str) -> Result<Outcome> {
        let (sdist, uploaded) = self.sdist(release)?;
        let theirs = match self.result(release)? {
            Some(known) => known.theirs,
            None => self.run(&self.peers.join("bin/uv"), &sdist)?,
        };
        let outcome = Outcome {
            uploaded,
            backend: backend(&sdist)?,
            ours: self.run(&self.tilsit, &sdist)?,
            theirs,
        };
        let value = json!({
            "uploaded": outcome.uploaded,
            "backend": outcome.backend,
            "ours": outcome.ours.to_json(),
            "theirs": outcome.theirs.to_json(),
        });
        let path = self.result_path(release);
        fs::create_dir_all(self.folder.join("results"))?;
        fs::write(path, serde_json::to_vec_pretty(&value)?)?;
        Ok(outcome)
    }

    /// The archive, fetched once, and when it was uploaded.
    fn sdist(&self, release: &str) -> Result<(PathBuf, String)> {
        let folder = self.folder.join("sdists");
        let stamp = folder.join(format!("{release}.json"));
        if !stamp.is_file() {
            let status = Command::new(self.peers.join("bin/python"))
                .arg(root().join("crates/xtask/sdists/fetch.py"))
                .arg(&folder)
                .arg(release)
                .status()?;
            ensure!(status.success(), "{release} is not fetched");
        }
        let stamp: Value = serde_json::from_slice(&fs::read(stamp)?)?;
        let text = |key: &str| stamp[key].as_str().context("the stamp is whole");
        Ok((folder.join(text("file")?), text("uploaded")?.to_owned()))
    }

    /// Builds a wheel with one of the two, in a limited time.
    fn run(&self, program: &Path, sdist: &Path) -> Result<Built> {
        let out = self.folder.join("out");
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        let log = self.folder.join("log");
        let file = File::create(&log)?;
        let status = Command::new("timeout")
            .args(["-k", "10", BUILD_MAX_SECONDS])
            .arg(program)
            .args(["build", "--wheel", "--python", PYTHON, "--out-dir"])
            .arg(&out)
            .arg(sdist)
            .env("TILSIT_CACHE_DIR", self.folder.join("tilsit-cache"))
            .env("UV_CACHE_DIR", self.folder.join("uv-cache"))
            .env_remove("PIP_FIND_LINKS")
            .env("UV_NO_PROGRESS", "1")
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()?;
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let last = |said: &str| {
            let lines: Vec<&str> = said.lines().collect();
            lines[lines.len().saturating_sub(LINES_KEPT)..].join("\n")
        };
        if !status.success() {
            let late = if status.code() == Some(124) {
                "\nthe time is over"
            } else {
                ""
            };
            return Ok(Built::Nothing(last(&said) + late));
        }
        let mut entries = fs::read_dir(&out)?.flatten().map(|entry| entry.path());
        let is_wheel = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "whl");
        let wheel = entries.find(is_wheel).context("a wheel was built")?;
        let names =
            "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep='\\n')";
        let output = Command::new(self.peers.join("bin/python"))
            .args(["-c", names])
            .arg(&wheel)
            .output()?;
        let names = String::from_utf8(output.stdout)?;
        let name = wheel.file_name().unwrap_or_default();
        let notes = said.lines().filter(|line| line.contains("is old: "));
        Ok(Built::Wheel {
            name: name.to_string_lossy().into_owned(),
            files: names
                .lines()
                .filter(|name| !name.ends_with('/'))
                .map(str::to_owned)
                .collect(),
            notes: notes
                .filter_map(|line| Some(line.split_once("is old: it is ")?.1.to_owned()))
                .collect(),
        })
    }
}

/// Who builds an sdist, as its own files say.
fn backend(sdist: &Path) -> Result<String> {
    let script = "\
import sys, tarfile, zipfile, tomllib
path = sys.argv[1]
if zipfile.is_zipfile(path):
    archive = zipfile.ZipFile(path)
    files = {name: (lambda name=name: archive.read(name)) for name in archive.namelist()}
else:
    archive = tarfile.open(path)
    files = {member.name: (lambda member=member: archive.extractfile(member).read()) for member in archive if member.isfile()}
top = {name.removeprefix('./').split('/', 1)[1]: read for name, read in files.items() if name.removeprefix('./').count('/') == 1}
table = tomllib.loads(top['pyproject.toml']().decode()) if 'pyproject.toml' in top else {}
system = table.get('build-system', {})
name = system.get('build-backend', 'setup.py')
declarative = 'setup.cfg' in top and b'[options]' in top['setup.cfg']()
print(name if not name.startswith('setup') else name + ('' if 'project' not in table else ', [project]') + (', setup.cfg' if declarative else ''))
";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(sdist)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(if text.is_empty() {
        "unknown".to_owned()
    } else {
        text
    })
}
