//! `projects`: well-known open-source projects, from their sdists on the default index, become projects of
//! ours with their own files: imported, locked, installed, and their tests collected.
//!
//! Sdists and the cache stay in `target/projects` between runs, so that the index is asked once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, root, run, say};

/// The Python that all of it is for.
const PYTHON: &str = "3.11";

/// A project, and what is done with it.
struct Trial {
    /// The sdist, as `name==version`.
    release: &'static str,
    /// How its files are written.
    form: &'static str,
    /// The words behind `tilsit import`, one command each; none where `[project]` says all already.
    imports: &'static [&'static str],
    /// What else is installed.
    sync: &'static str,
    /// What the tests need that no file of the project says.
    with: &'static [&'static str],
    /// What collects the tests.
    collect: Collect,
}

enum Collect {
    /// pytest, with these arguments.
    Pytest(&'static [&'static str]),
    /// A program that prints `N tests collected`.
    Program(&'static str),
}

const ALL: &str = "--all-groups";
const PYTEST: Collect = Collect::Pytest(&[]);

const TRIALS: [Trial; 20] = [
    trial("attrs==26.1.0", "[project], groups", &[], ALL, &[], PYTEST),
    trial(
        "celery==5.7.0",
        "setup.py (computed), requirements",
        &["setup.py requirements/test.txt"],
        ALL,
        &[],
        Collect::Pytest(&["t/unit"]),
    ),
    trial("cleo==2.1.0", "poetry", &[""], ALL, &[], PYTEST),
    trial(
        "click==8.1.7",
        "setup.cfg, requirements",
        &["setup.py requirements/tests.txt"],
        ALL,
        &[],
        PYTEST,
    ),
    trial(
        "cookiecutter==2.5.0",
        "setup.py",
        &[""],
        ALL,
        &["pytest", "pytest-cov", "pytest-mock", "freezegun"],
        PYTEST,
    ),
    trial("flask==3.1.3", "uv, uv.lock", &[""], ALL, &[], PYTEST),
    trial(
        "httpie==3.2.4",
        "setup.cfg",
        &[""],
        "--all-groups --extra test",
        &[],
        PYTEST,
    ),
    trial(
        "httpx==0.28.1",
        "[project]",
        &[],
        "--all-groups --all-extras",
        &["pytest", "trio", "uvicorn", "trustme", "chardet"],
        PYTEST,
    ),
    trial(
        "jinja2==3.1.2",
        "setup.cfg, requirements",
        &["setup.py requirements/tests.txt"],
        ALL,
        &[],
        PYTEST,
    ),
    trial(
        "mkdocs==1.6.1",
        "hatch",
        &[""],
        "--all-groups --extra i18n",
        &[],
        Collect::Program(MKDOCS),
    ),
    trial("poetry-core==1.9.1", "poetry", &[""], ALL, &[], PYTEST),
    trial("ptyprocess==0.7.0", "flit", &[""], ALL, &["pytest"], PYTEST),
    trial(
        "pytest==7.4.4",
        "setup.cfg",
        &[""],
        "--all-groups --extra testing",
        &[],
        Collect::Pytest(&["testing"]),
    ),
    trial(
        "requests==2.31.0",
        "setup.py, requirements",
        &["setup.py requirements-dev.txt"],
        ALL,
        &[],
        PYTEST,
    ),
    trial(
        "sphinx==9.0.4",
        "[project], groups, uv",
        &[""],
        ALL,
        &[],
        PYTEST,
    ),
    trial(
        "starlette==1.10.0",
        "uv, uv.lock",
        &[""],
        "--all-groups --extra full",
        &[],
        PYTEST,
    ),
    trial("tomlkit==0.13.2", "poetry", &[""], ALL, &[], PYTEST),
    trial(
        "tornado==6.6.1",
        "setup.py (built), requirements.in",
        &["setup.py --build", "requirements.in --dev"],
        ALL,
        &[],
        Collect::Program(TORNADO),
    ),
    trial("unearth==0.15.1", "pdm", &[""], ALL, &[], PYTEST),
    trial(
        "werkzeug==3.0.6",
        "[project], requirements",
        &[""],
        ALL,
        &[],
        PYTEST,
    ),
];

const MKDOCS: &str = "import unittest
loader = unittest.TestLoader()
suite = loader.discover('mkdocs', '*tests.py', '.')
assert not loader.errors, loader.errors
print(suite.countTestCases(), 'tests collected')";

const TORNADO: &str = "import tornado.test.runtests
print(tornado.test.runtests.all().countTestCases(), 'tests collected')";

const fn trial(
    release: &'static str,
    form: &'static str,
    imports: &'static [&'static str],
    sync: &'static str,
    with: &'static [&'static str],
    collect: Collect,
) -> Trial {
    Trial {
        release,
        form,
        imports,
        sync,
        with,
        collect,
    }
}

/// Tries each project; `words` are names of projects, and `--program=PATH`.
///
/// # Errors
/// When a step of one fails.
pub(crate) fn try_all(words: &[&str]) -> Result<()> {
    let named = words
        .iter()
        .find_map(|word| word.strip_prefix("--program="));
    let program = if let Some(program) = named {
        PathBuf::from(program)
    } else {
        run(&mut cargo(["build", "-p", "tilsit"]))?;
        root().join("target/debug/tilsit")
    };
    let tries = Tries {
        program: program.canonicalize()?,
        place: root().join("target/projects"),
    };
    let wanted: Vec<&&str> = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .collect();
    let is_wanted =
        |trial: &&Trial| wanted.is_empty() || wanted.iter().any(|word| trial.name() == **word);
    say("| project | form | import | lock | sync | tests collected |");
    say("|---|---|---|---|---|---|");
    let (mut done, mut failed) = (0, Vec::new());
    for trial in TRIALS.iter().filter(is_wanted) {
        match tries.one(trial) {
            Ok(line) => {
                done += 1;
                say(line);
            }
            Err(error) => {
                failed.push(trial.name());
                say(format_args!(
                    "| {} | {} | {error:#} |",
                    trial.release, trial.form
                ));
            }
        }
    }
    say(format_args!("{done} of {} projects", done + failed.len()));
    ensure!(failed.is_empty(), "not so: {}", failed.join(", "));
    Ok(())
}

impl Trial {
    fn name(&self) -> &'static str {
        let name = self.release.split("==").next();
        name.unwrap_or_default()
    }
}

struct Tries {
    program: PathBuf,
    place: PathBuf,
}

impl Tries {
    fn one(&self, trial: &Trial) -> Result<String> {
        let folder = self.unpacked(trial)?;
        let mut import = Duration::ZERO;
        for words in trial.imports {
            let words = [
                &["import"],
                &words.split_whitespace().collect::<Vec<_>>()[..],
            ]
            .concat();
            import += self.step("import", &words, &folder)?.0;
        }
        let (lock, _) = self.step("lock", &["lock"], &folder)?;
        let choice: Vec<&str> = trial.sync.split_whitespace().collect();
        let (sync, _) = self.step("sync", &[&["sync"], &choice[..]].concat(), &folder)?;
        let mut words = [&["run"], &choice[..]].concat();
        words.extend(trial.with.iter().flat_map(|name| ["--with", *name]));
        match &trial.collect {
            Collect::Pytest(arguments) => {
                words.extend(["python", "-m", "pytest", "--collect-only", "-q"]);
                words.extend(arguments.iter());
            }
            Collect::Program(text) => words.extend(["python", "-c", text]),
        }
        let (_, output) = self.step("run", &words, &folder)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let collected = text.lines().rev().find(|line| line.contains(" collected"));
        let count = if let Some(line) = collected {
            let words = line.trim_matches(['=', ' ']).split_whitespace();
            words.take(1).collect::<String>()
        } else {
            // A project's own options may have pytest be quieter: then it lists a file a line.
            let files = text.lines().filter(|line| line.contains(".py:")).count();
            ensure!(files > 0, "run: nothing is collected");
            format!("in {files} files")
        };
        let seconds = |time: Duration| match trial.imports {
            [] if time.is_zero() => "–".to_owned(),
            _ => format!("{:.1} s", time.as_secs_f64()),
        };
        Ok(format!(
            "| {} | {} | {} | {} | {} | {count} |",
            trial.release,
            trial.form,
            seconds(import),
            seconds(lock),
            seconds(sync)
        ))
    }

    /// The project from its sdist, in a folder of its own.
    fn unpacked(&self, trial: &Trial) -> Result<PathBuf> {
        let sdists = self.place.join("sdists").join(trial.release);
        let archive = |folder: &Path| {
            let entries = fs::read_dir(folder).ok()?;
            let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
            files.find(|path| path.to_string_lossy().ends_with(".tar.gz"))
        };
        if archive(&sdists).is_none() {
            fs::create_dir_all(&sdists)?;
            let to = sdists.display().to_string();
            let words = ["pip", "download", "--no-deps", "--no-binary", trial.name()];
            let words = [&words[..], &[trial.release, "-d", &to]].concat();
            self.step("download", &words, &sdists)?;
        }
        let sdist = archive(&sdists).context("nothing was downloaded")?;
        let folder = self.place.join("run").join(trial.name());
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(sdist).arg("-C").arg(&folder);
        let status = tar.arg("--strip-components=1").status()?;
        ensure!(status.success(), "the sdist is not unpacked");
        Ok(folder)
    }

    fn step(&self, name: &str, words: &[&str], folder: &Path) -> Result<(Duration, Output)> {
        let began = Instant::now();
        let output = Command::new(&self.program)
            .args(words)
            .current_dir(folder)
            .env("TILSIT_CACHE_DIR", self.place.join("cache"))
            .env("TILSIT_PYTHON", PYTHON)
            .output()?;
        let took = began.elapsed();
        let last = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(3)..].join(" / ")
        };
        ensure!(
            output.status.success(),
            "{name}: {} {}",
            last(&output.stdout),
            last(&output.stderr)
        );
        Ok((took, output))
    }
}
