//! `conformance setuptools`: what is read of setup.py and setup.cfg without running anything, held
//! against what setuptools itself makes of them. The trees are sdists; the examples are files that
//! setuptools' own tests read (`setuptools/tests/config/setupcfg_examples.txt` in its sdist), as
//! `target/conformance/setuptools/examples/*.cfg`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tilsit_archive::Limits;
use tilsit_dist::setuptools::{Folder, NotStated, SILENT_REQUIREMENTS, Stated, Tree, stated};
use tilsit_packaging::pyproject::{BuildSystem, PyProject};

use crate::process::{cargo, root, run, say};

/// What setuptools is asked with.
const WANTED: [&str; 3] = ["setuptools==80.9.0", "wheel", "packaging"];

/// Compares the sdists of a folder, and the examples.
///
/// # Errors
/// When something cannot be read, or a field differs.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let place = root().join("target/conformance/setuptools");
    let oracle = Oracle::new(&place)?;
    let sdists = words
        .first()
        .map_or_else(|| root().join("target/sdists/sdists"), PathBuf::from);
    let mut differing = sdists_of(&sdists, &place, &oracle)?;
    differing += examples(&place, &oracle)?;
    ensure!(differing == 0, "{differing} differ");
    Ok(())
}

/// setuptools in an environment of its own.
struct Oracle {
    python: PathBuf,
    script: PathBuf,
}

/// What came of one comparison.
enum Verdict {
    Same,
    Differs(Vec<String>),
    Failed(String),
}

impl Oracle {
    fn new(place: &Path) -> Result<Self> {
        let python = place.join("environment/bin/python");
        if !python.is_file() {
            let environment = place.join("environment");
            run(Command::new("python3")
                .args(["-m", "venv"])
                .arg(environment))?;
            let words = ["-m", "pip", "install", "-q"];
            run(Command::new(&python).args(words).args(WANTED))?;
        }
        let script = root().join("crates/xtask/src/conformance/setuptools_says.py");
        Ok(Self { python, script })
    }

    fn ask(&self, how: &str, theirs: &Path, ours: &Path) -> Result<Verdict> {
        let output = Command::new(&self.python)
            .arg(&self.script)
            .arg(how)
            .args([theirs, ours])
            .output()?;
        let answer: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            let error = String::from_utf8_lossy(&output.stderr);
            format!("{}: {error}", theirs.display())
        })?;
        if let Some(failed) = answer["failed"].as_str() {
            return Ok(Verdict::Failed(failed.to_owned()));
        }
        let differences = answer["differences"].as_array().context("no answer")?;
        let differences = differences.iter().filter_map(Value::as_str);
        let differences: Vec<String> = differences.map(str::to_owned).collect();
        Ok(if differences.is_empty() {
            Verdict::Same
        } else {
            Verdict::Differs(differences)
        })
    }
}

/// Counts verdicts and prints those that are not `Same`.
#[derive(Default)]
struct Counts {
    same: usize,
    differ: usize,
    failed: usize,
}

impl Counts {
    fn add(&mut self, what: &str, verdict: Verdict) {
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::Differs(lines) => {
                self.differ += 1;
                say(format_args!("{what} differs: {}", lines.join("; ")));
            }
            Verdict::Failed(why) => {
                self.failed += 1;
                say(format_args!("{what}: setuptools fails: {why}"));
            }
        }
    }
}

fn sdists_of(folder: &Path, place: &Path, oracle: &Oracle) -> Result<usize> {
    let mut counts = Counts::default();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut trees, mut alone) = (0, 0);
    let files = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_none_or(|ending| ending != "json"));
    files.sort();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let into = place.join("trees").join(&*name);
        let _ = fs::remove_dir_all(&into);
        fs::create_dir_all(&into)?;
        let Ok(tree) = tilsit_dist::sdist::unpack(&path, &into, &Limits::default()) else {
            say(format_args!("{name} cannot be unpacked"));
            continue;
        };
        let Some(is_alone) = is_alone(&tree)? else {
            continue;
        };
        trees += 1;
        match stated(&Folder::open(&tree)?) {
            Err(NotStated(reason)) => {
                let kind = reason.split(" on line ").next().unwrap_or_default();
                *reasons.entry(kind.to_owned()).or_default() += 1;
            }
            Ok(stated) => {
                alone += usize::from(is_alone);
                let ours = written(place, &name, &stated)?;
                counts.add(&name, oracle.ask("wheel", &tree, &ours)?);
            }
        }
    }
    for (reason, count) in reasons {
        say(format_args!("  {count} state nothing: {reason}"));
    }
    say(format_args!(
        "{trees} sdists without [project] for setuptools: {} as setuptools, {} differ, {} that setuptools {} \
         cannot read here; {alone} of all need nothing else to be built",
        counts.same, counts.differ, counts.failed, WANTED[0]
    ));
    Ok(counts.differ)
}

/// Whether a tree is built by setuptools and nothing else; none if it is another's, or has `[project]`.
fn is_alone(tree: &Path) -> Result<Option<bool>> {
    let path = tree.join("pyproject.toml");
    if !path.is_file() {
        return Ok(tree.join("setup.py").is_file().then_some(true));
    }
    let text = fs::read_to_string(path)?;
    let document: toml::Table = text.parse()?;
    let Ok((pyproject, _)) = PyProject::parse(&text) else {
        return Ok(None);
    };
    let system = pyproject.build_system.unwrap_or_else(BuildSystem::legacy);
    let backend = system.build_backend.unwrap_or_default();
    let is_other = !backend.is_empty() && !backend.starts_with("setuptools.build_meta");
    if is_other || document.contains_key("project") {
        return Ok(None);
    }
    let mut requires = system.requires.iter();
    Ok(Some(requires.all(|requirement| {
        SILENT_REQUIREMENTS.contains(&requirement.name.as_str())
    })))
}

fn written(place: &Path, name: &str, stated: &Stated) -> Result<PathBuf> {
    let folder = place.join("stated");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, stated.core_metadata().to_bytes())?;
    Ok(path)
}

/// A setup.cfg whose files and modules all say `0.0.1`.
struct Example(String);

impl Tree for Example {
    fn text(&self, path: &str) -> Result<Option<String>, NotStated> {
        Ok(match path {
            "setup.cfg" => Some(self.0.clone()),
            "setup.py" => None,
            _ if Path::new(path).extension().is_some_and(|end| end == "py") => {
                Some("__version__ = '0.0.1'\n".to_owned())
            }
            _ => Some("0.0.1".to_owned()),
        })
    }

    fn has_folder(&self, _: &str) -> Result<bool, NotStated> {
        Ok(false)
    }
}

fn examples(place: &Path, oracle: &Oracle) -> Result<usize> {
    let Ok(files) = fs::read_dir(place.join("examples")) else {
        say("NOT RUN: there are no examples in target/conformance/setuptools/examples");
        return Ok(0);
    };
    run(&mut cargo(["build", "--package", "tilsit"]))?;
    let (mut read, mut imported) = (Counts::default(), Counts::default());
    let mut files: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
    files.sort();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match stated(&Example(fs::read_to_string(path)?)) {
            Err(NotStated(reason)) => say(format_args!("{name} states nothing: {reason}")),
            Ok(stated) => {
                let ours = written(place, &name, &stated)?;
                read.add(
                    &format!("{name}, read,"),
                    oracle.ask("fields", path, &ours)?,
                );
            }
        }
        let folder = place.join("imported").join(&*name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        fs::copy(path, folder.join("setup.cfg"))?;
        let status = Command::new(root().join("target/debug/tilsit"))
            .args(["import", "--quiet", "--no-lock"])
            .current_dir(&folder)
            .status()?;
        let pyproject = folder.join("pyproject.toml");
        let verdict = if status.success() {
            oracle.ask("import", path, &pyproject)?
        } else {
            Verdict::Failed("(it is not imported)".to_owned())
        };
        imported.add(&format!("{name}, imported,"), verdict);
    }
    say(format_args!(
        "{} examples: {} read as setuptools reads them, {} differ; {} imported with nothing changed, {} differ, {} fail",
        files.len(),
        read.same,
        read.differ,
        imported.same,
        imported.differ,
        imported.failed
    ));
    Ok(read.differ)
}
