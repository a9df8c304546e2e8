//! `bench project`: locking, syncing and running in projects beside uv, and locking a Pipfile beside
//! pipenv; on the same work, the same index and the same run, pair by pair.
//!
//! The projects ask for the sets of `bench client` and nothing else; both tools read the index from
//! `[[tool.uv.index]]`. The monorepo is made up: 500 members that need one another and the large set.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::client::{Bench, print_head, print_row};
use super::local_index::LocalIndex;
use super::measuring::{Pairs, Run, remove};
use crate::process::{root, run, say};

/// The projects, by what they ask for.
const SETS: &[&str] = &["flask", "jupyter", "large"];

/// The monorepo, and how many members it has.
const MONOREPO: &str = "monorepo";
const MEMBERS: usize = 500;

/// The set that the Pipfile asks for.
const PIPFILE: &str = "flask";

const PIPENV: &str = "pipenv==2026.10.3";

/// What is compared at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    LockWarm,
    LockNothing,
    SyncWarm,
    SyncTree,
    SyncNothing,
    RunTrue,
}

impl Step {
    const ALL: [(Self, &'static str, f64); 6] = [
        (Self::LockWarm, "lock, warm", 0.6),
        (Self::LockNothing, "lock, nothing to do", 0.4),
        (Self::SyncWarm, "sync, warm, hard links", 1.0),
        (
            Self::SyncTree,
            "sync, warm, tree beside uv's hard links",
            0.15,
        ),
        (Self::SyncNothing, "sync, nothing to do", 0.4),
        (Self::RunTrue, "run true", 0.4),
    ];

    /// The words of the command, without what all share.
    fn words(self, side: usize) -> &'static [&'static str] {
        match self {
            Self::LockWarm | Self::LockNothing => &["lock"],
            Self::SyncTree if side == 0 => &["sync", "--link-mode", "tree"],
            Self::SyncWarm | Self::SyncTree => &["sync", "--link-mode", "hardlink"],
            Self::SyncNothing => &["sync"],
            Self::RunTrue => &["run", "true"],
        }
    }
}

/// Compares, and prints a table; `words` are projects, steps (by a part of their name), `pipenv`, a
/// number of rounds, `--record`, or `--program=PATH` for a tilsit that is built already.
///
/// # Errors
/// When something cannot be prepared, or a run fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let rounds = words.iter().find_map(|word| word.parse().ok());
    let program = words
        .iter()
        .find_map(|word| word.strip_prefix("--program="));
    let bench = Bench::prepare("bench-project", program)?;
    if words.contains(&"--record") {
        return record(&bench);
    }
    let index = bench.serve()?;
    print_head();
    for set in asked(words, SETS.iter().copied().chain([MONOREPO])) {
        let projects = Projects::new(&bench, set, &index)?;
        for step in asked_steps(words) {
            let rounds = rounds.unwrap_or(if set == MONOREPO { 5 } else { 11 });
            projects.compare(step, rounds);
        }
    }
    if asked(words, ["pipenv"].into_iter()).next().is_some() {
        compare_with_pipenv(&bench, &index, rounds.unwrap_or(3))?;
    }
    drop(index);
    bench.clean()
}

/// Those that are named; all if none of any kind is.
fn asked<'a>(
    words: &[&str],
    known: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let is_named = |name: &str| words.contains(&name);
    let all = !SETS
        .iter()
        .chain(&[MONOREPO, "pipenv"])
        .any(|name| is_named(name));
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    known.filter(move |name| all || words.iter().any(|word| word == name))
}

fn asked_steps(words: &[&str]) -> Vec<(Step, &'static str, f64)> {
    let is_part = |word: &&str, name: &str| word.len() > 2 && name.contains(*word);
    let named = |name: &str| words.iter().any(|word| is_part(word, name));
    let all = !Step::ALL.iter().any(|(_, name, _)| named(name));
    let mut steps = Step::ALL.to_vec();
    steps.retain(|(_, name, _)| all || named(name));
    steps
}

/// Locks every project once with each tool, recording what they ask for.
fn record(bench: &Bench) -> Result<()> {
    bench.record_into(&mut |index| {
        for set in SETS.iter().copied().chain([MONOREPO]) {
            let projects = Projects::new(bench, set, index)?;
            for side in [1, 0] {
                projects.run(Step::LockWarm, side).once()?;
                projects.run(Step::SyncWarm, side).once()?;
            }
            say(format_args!("recorded {set}"));
        }
        let pipenv = Pipenv::prepare(bench, index)?;
        pipenv.theirs().once().map(drop)
    })
}

/// One project, once for each side.
struct Projects<'a> {
    bench: &'a Bench,
    name: &'a str,
}

impl<'a> Projects<'a> {
    /// Writes both.
    fn new(bench: &'a Bench, name: &'a str, index: &LocalIndex) -> Result<Self> {
        let projects = Self { bench, name };
        for side in [0, 1] {
            let folder = projects.folder(side);
            remove(&folder)?;
            fs::create_dir_all(&folder)?;
            fs::create_dir_all(bench.side(side).join("home"))?;
            if name == MONOREPO {
                write_monorepo(&folder, index)?;
            } else {
                let text = pyproject(name, &requirements(name)?, &[]) + &index_table(index);
                fs::write(folder.join("pyproject.toml"), text)?;
            }
        }
        Ok(projects)
    }

    fn folder(&self, side: usize) -> PathBuf {
        self.bench.side(side).join(self.name)
    }

    fn run(&self, step: Step, side: usize) -> Run {
        let mut arguments = vec![
            "--cache-dir".into(),
            self.bench.side(side).join("cache").into_os_string(),
        ];
        arguments.extend(step.words(side).iter().map(OsString::from));
        self.bench.command(side, arguments, self.folder(side))
    }

    /// Brings a side into the state that a step starts from.
    fn prepare(&self, step: Step, side: usize) -> Result<()> {
        let folder = self.folder(side);
        match step {
            Step::LockWarm => {
                remove(&folder.join("pylock.toml"))?;
                remove(&folder.join("uv.lock"))
            }
            Step::SyncWarm | Step::SyncTree => remove(&folder.join(".venv")),
            Step::LockNothing | Step::SyncNothing | Step::RunTrue => Ok(()),
        }
    }

    fn compare(&self, (step, name, aim): (Step, &str, f64), rounds: usize) {
        match self.pairs(step, rounds) {
            Ok(pairs) => print_row(self.name, name, aim, &pairs),
            Err(error) => say(format_args!(
                "| {} | {name} | fails: {error:#} |",
                self.name
            )),
        }
    }

    fn pairs(&self, step: Step, rounds: usize) -> Result<Pairs> {
        for side in [0, 1] {
            self.run(Step::LockWarm, side).once()?;
            if !matches!(step, Step::LockWarm | Step::LockNothing) {
                self.run(Step::SyncWarm, side).once()?;
            }
        }
        let (ours, theirs) = (self.run(step, 0), self.run(step, 1));
        Pairs::take(rounds, [&ours, &theirs], &mut |side| {
            self.prepare(step, side)
        })
    }
}

/// The requirements of a set.
fn requirements(set: &str) -> Result<Vec<String>> {
    let path = root().join(format!("crates/xtask/benches/sets/{set}.in"));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lines = text.lines().map(str::trim);
    let is_one = |line: &&str| !line.is_empty() && !line.starts_with('#');
    Ok(lines.filter(is_one).map(str::to_owned).collect())
}

fn pyproject(name: &str, dependencies: &[String], siblings: &[String]) -> String {
    let mut text = format!(
        "[project]\nname = \"bench-{name}\"\nversion = \"1.0\"\nrequires-python = \">=3.11\"\ndependencies = ["
    );
    for one in dependencies.iter().chain(siblings) {
        let _ = write!(text, "\n    {one:?},");
    }
    text.push_str("\n]\n");
    if !siblings.is_empty() {
        text.push_str("\n[tool.uv.sources]\n");
    }
    for one in siblings {
        let _ = writeln!(text, "{one} = {{ workspace = true }}");
    }
    text
}

fn index_table(index: &LocalIndex) -> String {
    format!(
        "\n[[tool.uv.index]]\nname = \"bench\"\nurl = \"{}\"\ndefault = true\n",
        index.url()
    )
}

/// A root and its members; each needs the three before it and three of the large set.
fn write_monorepo(folder: &Path, index: &LocalIndex) -> Result<()> {
    let set = requirements("large")?;
    let root = pyproject("root", &[], &[]) + &index_table(index);
    fs::write(
        folder.join("pyproject.toml"),
        root + "\n[tool.uv.workspace]\nmembers = [\"members/*\"]\n",
    )?;
    for number in 0..MEMBERS {
        let needs: Vec<String> = (0..3)
            .map(|step| set[(number * 3 + step) % set.len()].clone())
            .collect();
        let siblings: Vec<String> = (number.saturating_sub(3)..number)
            .map(|sibling| format!("bench-member-{sibling}"))
            .collect();
        let member = folder.join(format!("members/member-{number}"));
        fs::create_dir_all(&member)?;
        let text = pyproject(&format!("member-{number}"), &needs, &siblings);
        fs::write(member.join("pyproject.toml"), text)?;
    }
    Ok(())
}

/// A project with a Pipfile, locked by pipenv and by tilsit.
struct Pipenv<'a> {
    bench: &'a Bench,
    program: PathBuf,
}

impl<'a> Pipenv<'a> {
    fn prepare(bench: &'a Bench, index: &LocalIndex) -> Result<Self> {
        let environment = root().join("target/bench/pipenv");
        let program = environment.join("bin/pipenv");
        if !program.is_file() {
            run(Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&environment))?;
            run(Command::new(environment.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", PIPENV]))?;
        }
        let pipenv = Self { bench, program };
        let mut text = format!(
            "[[source]]\nname = \"bench\"\nurl = \"{}\"\nverify_ssl = false\n\n[packages]\n",
            index.url()
        );
        for one in requirements(PIPFILE)? {
            ensure!(
                one.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
                "`{one}` is more than a name"
            );
            let _ = writeln!(text, "{one} = \"*\"");
        }
        // A Pipfile.lock holds one version of each project: it is for one Python.
        let ask = "import sys; print('%d.%d' % sys.version_info[:2])";
        let version = Command::new(bench.python()).args(["-c", ask]).output()?;
        let version = String::from_utf8(version.stdout)?;
        let _ = writeln!(
            text,
            "\n[requires]\npython_version = \"{}\"",
            version.trim()
        );
        for side in [0, 1] {
            let folder = pipenv.folder(side);
            remove(&folder)?;
            fs::create_dir_all(&folder)?;
            fs::create_dir_all(bench.side(side).join("home"))?;
            fs::write(folder.join("Pipfile"), &text)?;
        }
        Ok(pipenv)
    }

    fn folder(&self, side: usize) -> PathBuf {
        self.bench.side(side).join("pipfile")
    }

    fn ours(&self) -> Run {
        let cache = self.bench.side(0).join("cache").into_os_string();
        let arguments = vec!["--cache-dir".into(), cache, "lock".into()];
        self.bench.command(0, arguments, self.folder(0))
    }

    fn theirs(&self) -> Run {
        let mut run = self.bench.command(1, vec!["lock".into()], self.folder(1));
        run.program.clone_from(&self.program);
        run
    }
}

fn compare_with_pipenv(bench: &Bench, index: &LocalIndex, rounds: usize) -> Result<()> {
    let pipenv = Pipenv::prepare(bench, index)?;
    let (ours, theirs) = (pipenv.ours(), pipenv.theirs());
    let pairs = Pairs::take(rounds, [&ours, &theirs], &mut |side| {
        remove(&pipenv.folder(side).join("Pipfile.lock"))
    })?;
    print_row(PIPFILE, "lock a Pipfile, warm, beside pipenv", 0.02, &pairs);
    Ok(())
}
