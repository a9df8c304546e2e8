//! `bench client`: resolving, installing and starting up, beside uv (and pip, when asked for) on
//! the same work, the same index and the same run, pair by pair.
//!
//! Everything lies on tmpfs, the environment of a run is made anew, and the index is a recorded
//! slice of the default index on loopback. The sets are `crates/xtask/benches/sets/*.in`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::local_index::{self, LocalIndex};
use super::measuring::{Pairs, Run, Sample, median_of, remove};
use crate::process::{cargo, root, run, say};

/// The peers, as the default index has them.
const PEERS: &[&str] = &["uv==0.13.8", "pip==26.3"];

/// Sets that are resolved and installed.
const INSTALLED: &[&str] = &["flask", "jupyter", "large"];

/// Sets that make a resolver go back.
const BACKTRACKING: &[&str] = &["s3fs", "backtrack"];

/// What is compared at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Start,
    Venv,
    ResolveCold,
    ResolveWarm,
    ResolveShim,
    InstallCold,
    InstallWarm,
    InstallTree,
    NothingToDo,
    SyncNothing,
}

impl Step {
    const ALL: [(Self, &'static str, f64); 10] = [
        (Self::Start, "start-up", 0.4),
        (Self::Venv, "venv", 0.4),
        (Self::ResolveCold, "resolve, cold", 0.6),
        (Self::ResolveWarm, "resolve, warm", 0.5),
        (
            Self::ResolveShim,
            "resolve, warm, a shim first on PATH",
            0.25,
        ),
        (Self::InstallCold, "install, cold", 0.7),
        (Self::InstallWarm, "install, warm, hard links", 1.0),
        (
            Self::InstallTree,
            "install, warm, tree beside uv's hard links",
            0.1,
        ),
        (Self::NothingToDo, "install, nothing to do", 0.3),
        (Self::SyncNothing, "sync, nothing to do", 0.3),
    ];

    fn is_for(self, set: &str) -> bool {
        match self {
            Self::Start | Self::Venv => set.is_empty(),
            Self::ResolveCold | Self::ResolveWarm => !set.is_empty(),
            _ => INSTALLED.contains(&set),
        }
    }
}

/// Compares, and prints a table; `words` are sets, steps (by a part of their name), a number of
/// rounds, `--record`, or `--program=PATH` for a tilsit that is built already.
///
/// # Errors
/// When something cannot be prepared, or a run fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let rounds = words
        .iter()
        .find_map(|word| word.parse().ok())
        .unwrap_or(11);
    let program = words
        .iter()
        .find_map(|word| word.strip_prefix("--program="));
    let bench = Bench::prepare("bench", program)?;
    if words.contains(&"--record") {
        return bench.record();
    }
    bench.compare(words, rounds)
}

/// The programs to compare, and where they work.
pub(crate) struct Bench {
    tilsit: PathBuf,
    uv: PathBuf,
    python: PathBuf,
    /// What is recorded, kept between runs.
    recorded: PathBuf,
    /// Caches and environments, on tmpfs.
    pub(crate) scratch: PathBuf,
}

impl Bench {
    /// Builds tilsit (or takes the program at a path), and installs the peers once; `task` names
    /// the folder on tmpfs, so that two tasks do not meet there.
    ///
    /// # Errors
    /// When that fails.
    pub(crate) fn prepare(task: &str, program: Option<&str>) -> Result<Self> {
        let target = root().join("target");
        let tilsit = if let Some(path) = program {
            fs::canonicalize(path).with_context(|| path.to_owned())?
        } else {
            run(&mut cargo([
                "build",
                "--profile",
                "dist",
                "--package",
                "tilsit",
            ]))?;
            target.join("dist/tilsit")
        };
        let peers = target.join("bench/peers");
        if !peers.join("bin/uv").is_file() {
            run(Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&peers))?;
            run(Command::new(peers.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet"])
                .args(PEERS))?;
        }
        let output = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output()?;
        let memory = Path::new("/dev/shm");
        let scratch = if memory.is_dir() {
            memory.to_path_buf()
        } else {
            target.join("bench")
        };
        let scratch = scratch.join(format!("tilsit-{task}"));
        fs::create_dir_all(&scratch)?;
        Ok(Self {
            tilsit,
            uv: peers.join("bin/uv"),
            python: String::from_utf8(output.stdout)?.trim().into(),
            recorded: target.join("bench/index"),
            scratch,
        })
    }

    /// Resolves and installs every set once with each peer, recording what they ask for.
    fn record(&self) -> Result<()> {
        self.record_into(&mut |index| {
            for set in INSTALLED.iter().chain(BACKTRACKING) {
                for side in [1, 0] {
                    self.prepare_run(Step::ResolveCold, side, set, index)?;
                    self.run(Step::ResolveCold, side, set, index).once()?;
                }
                if INSTALLED.contains(set) {
                    self.pin(set, index)?;
                    for side in [1, 0] {
                        self.prepare_run(Step::InstallCold, side, set, index)?;
                        self.run(Step::InstallCold, side, set, index).once()?;
                    }
                }
                say(format_args!("recorded {set}"));
            }
            Ok(())
        })
    }

    /// Records whatever `ask` asks an index for.
    ///
    /// # Errors
    /// When the recorder fails, or `ask` does.
    pub(crate) fn record_into(&self, ask: &mut dyn FnMut(&LocalIndex) -> Result<()>) -> Result<()> {
        let python = self.peer("python");
        let index = LocalIndex::record(&self.recorded, &python)?;
        ask(&index)?;
        drop(index);
        local_index::finish(&self.recorded, &python)
    }

    /// Hands out what is recorded, from tmpfs.
    ///
    /// # Errors
    /// When nothing is recorded, or the server does not start.
    pub(crate) fn serve(&self) -> Result<LocalIndex> {
        ensure!(
            self.recorded.join("simple").is_dir(),
            "nothing is recorded yet: add `--record`, once, with the network"
        );
        let on_tmpfs = self.scratch.join("index");
        remove(&on_tmpfs)?;
        run(Command::new("cp")
            .arg("-r")
            .arg(&self.recorded)
            .arg(&on_tmpfs))?;
        LocalIndex::serve(&on_tmpfs, &self.scratch.join("nginx"))
    }

    fn compare(&self, words: &[&str], rounds: usize) -> Result<()> {
        let index = self.serve()?;
        let sets = std::iter::once("").chain(INSTALLED.iter().chain(BACKTRACKING).copied());
        let asked = |set: &str| {
            let named = |word: &&&str| INSTALLED.contains(*word) || BACKTRACKING.contains(*word);
            let mut wanted = words.iter().filter(named).peekable();
            wanted.peek().is_none() || wanted.any(|word| *word == set)
        };
        print_head();
        for set in sets.filter(|set| asked(set)) {
            if INSTALLED.contains(&set) {
                self.pin(set, &index)?;
            }
            for (step, name, aim) in Step::ALL {
                let named =
                    |word: &&&str| Step::ALL.iter().any(|(_, name, _)| name.contains(**word));
                let mut wanted = words.iter().filter(named).peekable();
                if !step.is_for(set)
                    || wanted.peek().is_some() && !wanted.any(|word| name.contains(word))
                {
                    continue;
                }
                match self.pairs(step, set, rounds, &index) {
                    Ok(pairs) => print_row(set, name, aim, &pairs),
                    Err(error) => say(format_args!("| {set} | {name} | fails: {error:#} |")),
                }
            }
        }
        drop(index);
        self.clean()
    }

    /// The pins that both install: those of uv, for the resolutions are compared elsewhere.
    fn pin(&self, set: &str, index: &LocalIndex) -> Result<()> {
        self.prepare_run(Step::ResolveCold, 1, set, index)?;
        self.run(Step::ResolveCold, 1, set, index).once()?;
        fs::copy(
            self.side(1).join("out.txt"),
            self.scratch.join(format!("{set}.txt")),
        )?;
        Ok(())
    }

    fn pairs(&self, step: Step, set: &str, rounds: usize, index: &LocalIndex) -> Result<Pairs> {
        // Caches are warmed, and environments filled, once for the steps that want them so.
        for side in [0, 1] {
            match step {
                Step::ResolveWarm | Step::ResolveShim => {
                    self.prepare_run(Step::ResolveCold, side, set, index)?;
                    self.run(Step::ResolveCold, side, set, index).once()?;
                }
                Step::InstallWarm | Step::InstallTree | Step::NothingToDo | Step::SyncNothing => {
                    self.prepare_run(Step::InstallCold, side, set, index)?;
                    self.run(Step::InstallCold, side, set, index).once()?;
                }
                _ => {}
            }
        }
        let rounds = if set == "large" {
            rounds.div_ceil(2)
        } else {
            rounds
        };
        let ours = self.run(step, 0, set, index);
        let theirs = self.run(step, 1, set, index);
        Pairs::take(rounds, [&ours, &theirs], &mut |side| {
            self.prepare_run(step, side, set, index)
        })
        .with_context(|| format!("{set} {step:?}"))
    }

    /// The folder of a side: 0 is tilsit's, 1 is uv's.
    pub(crate) fn side(&self, side: usize) -> PathBuf {
        self.scratch.join(["tilsit", "uv"][side])
    }

    /// Brings the caches and environments of a side into the state that a step starts from.
    fn prepare_run(&self, step: Step, side: usize, set: &str, index: &LocalIndex) -> Result<()> {
        let place = self.side(side);
        fs::create_dir_all(place.join("home"))?;
        match step {
            Step::Start | Step::NothingToDo | Step::SyncNothing => Ok(()),
            Step::Venv => remove(&place.join("environment")),
            Step::ResolveCold => {
                remove(&place.join("cache"))?;
                remove(&place.join("out.txt"))
            }
            Step::ResolveWarm | Step::ResolveShim => remove(&place.join("out.txt")),
            Step::InstallCold | Step::InstallWarm | Step::InstallTree => {
                if step == Step::InstallCold {
                    remove(&place.join("cache"))?;
                }
                remove(&place.join("environment"))?;
                self.run(Step::Venv, side, set, index).once().map(drop)
            }
        }
    }

    /// A program of the environment that holds the peers.
    pub(crate) fn peer(&self, name: &str) -> PathBuf {
        self.uv.with_file_name(name)
    }

    /// The interpreter that both sides use.
    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    /// Removes the folder on tmpfs.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn clean(&self) -> Result<()> {
        remove(&self.scratch)
    }

    /// A command of a side, with its cache, an interpreter or environment, and the index; without
    /// an index, the default index of each.
    pub(crate) fn tool(
        &self,
        side: usize,
        words: &[&str],
        python: &Path,
        index: Option<&LocalIndex>,
    ) -> Run {
        let place = self.side(side);
        let mut arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        arguments.extend(["--python".into(), python.into()]);
        arguments.extend(["--cache-dir".into(), place.join("cache").into_os_string()]);
        let mut variables = vec![
            ("PATH".into(), self.path(Step::Start)),
            ("HOME".into(), place.join("home").into()),
        ];
        match index {
            Some(index) => arguments.extend(["--index-url".into(), index.url().into()]),
            None => variables.extend(way_out()),
        }
        Run {
            program: [&self.tilsit, &self.uv][side].clone(),
            arguments,
            variables,
            folder: place,
        }
    }

    /// A command of a side in a folder.
    pub(crate) fn command(&self, side: usize, arguments: Vec<OsString>, folder: PathBuf) -> Run {
        Run {
            program: [&self.tilsit, &self.uv][side].clone(),
            arguments,
            variables: vec![
                ("PATH".into(), self.path(Step::Start)),
                ("HOME".into(), self.side(side).join("home").into()),
            ],
            folder,
        }
    }

    fn run(&self, step: Step, side: usize, set: &str, index: &LocalIndex) -> Run {
        let place = self.side(side);
        let python = self.python.display().to_string();
        let environment = place.join("environment").display().to_string();
        let requirements = root().join(format!("crates/xtask/benches/sets/{set}.in"));
        let requirements = requirements.display().to_string();
        let pins = self
            .scratch
            .join(format!("{set}.txt"))
            .display()
            .to_string();
        let compile = ["pip", "compile", &requirements, "-o", "out.txt"];
        let install = ["pip", "install", "-r", &pins, "--python", &environment];
        let mut words: Vec<&str> = match step {
            Step::Start => vec!["--version"],
            Step::Venv => vec!["venv", &environment, "--python", &python],
            Step::ResolveCold | Step::ResolveWarm => {
                [&compile[..], &["--python", &python]].concat()
            }
            Step::ResolveShim => compile.to_vec(),
            Step::InstallTree if side == 0 => [&install[..], &["--link-mode", "tree"]].concat(),
            Step::InstallCold | Step::InstallWarm | Step::InstallTree | Step::NothingToDo => {
                [&install[..], &["--link-mode", "hardlink"]].concat()
            }
            Step::SyncNothing => vec!["pip", "sync", &pins, "--python", &environment],
        };
        let url = index.url();
        let cache = place.join("cache").display().to_string();
        if step != Step::Start {
            words.extend(["--cache-dir", &cache]);
        }
        if !matches!(step, Step::Start | Step::Venv) {
            words.extend(["--index-url", &url]);
        }
        let arguments = words.iter().map(OsString::from).collect();
        let mut command = self.command(side, arguments, place);
        if step == Step::ResolveShim {
            command.variables[0].1 = self.path(step);
        }
        command
    }

    /// The folders for programs: the interpreter's own, or what the developer has, shims and all.
    #[expect(
        clippy::disallowed_methods,
        reason = "the developer's PATH is what is measured"
    )]
    fn path(&self, step: Step) -> OsString {
        if step == Step::ResolveShim {
            return std::env::var_os("PATH").unwrap_or_default();
        }
        let own = self.python.parent().unwrap_or(Path::new("/usr/bin"));
        format!("{}:/usr/bin:/bin", own.display()).into()
    }
}

/// How this machine reaches the world: certificates and proxies.
#[expect(
    clippy::disallowed_methods,
    reason = "what the developer's network needs is in the environment"
)]
fn way_out() -> impl Iterator<Item = (OsString, OsString)> {
    let names = [
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
    ];
    let value = |name| Some((OsString::from(name), std::env::var_os(name)?));
    names.into_iter().filter_map(value)
}

fn wall_ms(sample: &Sample) -> f64 {
    sample.wall.as_secs_f64() * 1e3
}

fn cpu_ms(sample: &Sample) -> f64 {
    sample.cpu.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn memory_mib(sample: &Sample) -> f64 {
    sample.memory_bytes as f64 / f64::from(1 << 20)
}

/// Prints the head of the table.
pub(crate) fn print_head() {
    say(format_args!(
        "| set | step | tilsit: wall, CPU, memory | uv | ratio of walls (median of pairs) | of CPU | of memory | aim |"
    ));
    say(format_args!("|---|---|---|---|---|---|---|---|"));
}

/// Prints what a step took.
pub(crate) fn print_row(set: &str, step: &str, aim: f64, pairs: &Pairs) {
    let side = |samples: &[Sample]| {
        format!(
            "{:.1} ms, {:.1} ms, {:.0} MiB",
            median_of(samples, wall_ms),
            median_of(samples, cpu_ms),
            median_of(samples, memory_mib)
        )
    };
    say(format_args!(
        "| {set} | {step} | {} | {} | **{:.2}** | {:.2} | {:.2} | {aim} |",
        side(&pairs.ours),
        side(&pairs.theirs),
        pairs.ratio(wall_ms),
        pairs.ratio(cpu_ms),
        pairs.ratio(memory_mib)
    ));
}
