//! Why something was not built.

use std::fmt;
use std::path::PathBuf;

use tilsit_environment::InterpreterError;
use tilsit_files::FileError;
use tilsit_index_client::DownloadError;
use tilsit_packaging::pyproject::PyProjectError;

use crate::diagnosis::{self, Advice};
use crate::hook::Hook;
use crate::process::ProcessError;
use crate::source::SourceError;

/// Why something was not built. Nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildFailure {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(FileError),
    /// What the requirement names is nothing that can be built.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An sdist cannot be had.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A repository cannot be had.
    #[error(transparent)]
    Repository(#[from] crate::git::GitError),
    /// An archive has none of the hashes that it may have.
    #[error(
        "{project} has none of the hashes that the requirements give for it: its SHA-256 is {sha256}"
    )]
    Hash {
        /// The project in words.
        project: String,
        /// The hash that it has.
        sha256: String,
    },
    /// An archive cannot be unpacked.
    #[error("the source archive of {project} cannot be unpacked")]
    Unpack {
        /// The project in words.
        project: String,
        /// Why.
        source: tilsit_dist::sdist::UnpackError,
    },
    /// There is neither pyproject.toml nor setup.py.
    #[error("`{}` is no Python project: it has neither pyproject.toml nor setup.py", .0.display())]
    NoProject(PathBuf),
    /// pyproject.toml does not say how to build.
    #[error("{project} does not say how to build it")]
    PyProject {
        /// The project in words.
        project: String,
        /// Why.
        source: PyProjectError,
    },
    /// What the build needs cannot be had.
    #[error("what is needed to build {project} cannot be had")]
    Requirements {
        /// The project in words.
        project: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The environment of the build cannot be made.
    #[error("the environment to build {project} cannot be made")]
    Environment {
        /// The project in words.
        project: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The interpreter cannot be asked.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// A project is needed to build itself.
    #[error("to build {} it must be built already: {}", .0.first().map_or("it", String::as_str), .0.join(" needs "))]
    Cycle(Vec<String>),
    /// A backend failed.
    #[error(transparent)]
    Backend(#[from] Box<BackendFailure>),
    /// What was built is not what it should be.
    #[error("the wheel `{file}` that `{backend}` built of {project} cannot be used")]
    Wheel {
        /// The file's name.
        file: String,
        /// The project in words.
        project: String,
        /// The backend.
        backend: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Our own backend refuses.
    #[error(transparent)]
    Own(#[from] tilsit_build_backend::BuildError),
    /// A path that cannot be told to Python.
    #[error("the path `{}` is not Unicode", .0.display())]
    PathNotUnicode(PathBuf),
    /// A sandbox was wanted, and there can be none. Nothing was run.
    #[error("nothing was built, because the sandbox cannot be made: {0}")]
    NoSandbox(String),
    /// The caller stopped it.
    #[error("the build was stopped")]
    Stopped,
}

/// A backend that did not do what it was asked.
#[derive(Debug)]
pub struct BackendFailure {
    /// The project in words.
    pub project: String,
    /// The backend, as pyproject.toml names it.
    pub backend: String,
    /// What it was asked.
    pub hook: Hook,
    /// What went wrong.
    pub reason: FailureReason,
    /// The end of what it printed.
    pub output: String,
    /// Whether it ran in a sandbox.
    pub is_confined: bool,
}

/// What went wrong in a backend.
#[derive(Debug)]
#[non_exhaustive]
pub enum FailureReason {
    /// It cannot be imported.
    NoBackend {
        /// The module that is missing.
        module: String,
        /// Python's words.
        reason: String,
    },
    /// `backend-path` is given, and the backend is found elsewhere.
    BackendOutside(String),
    /// It raised an exception.
    Raised(String),
    /// It cannot do that here, as it says.
    Unsupported(String),
    /// It does not have the hook.
    NoHook,
    /// It ended its process.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// It was ended because it reached a limit of its sandbox: which.
    Exceeded(String),
    /// It was ended because it wrote more than this many bytes of output.
    TooMuchOutput(u64),
    /// It could not be run to its end.
    Process(ProcessError),
    /// Its answer cannot be read.
    Answer(String),
    /// It returned something else.
    Value(&'static str),
    /// It named a file in another folder than that it was given.
    Elsewhere(String),
    /// It named a link, a pipe or a device.
    NoPlainFile(String),
    /// It named a file that it did not make.
    NotMade(String),
    /// It requires something that is no requirement.
    Requirement {
        /// The text.
        text: String,
        /// Why.
        reason: String,
    },
}

impl BackendFailure {
    /// All that was said of it: what was printed, and the exception.
    pub(crate) fn words(&self) -> String {
        let mut text = self.output.clone();
        if let FailureReason::NoBackend { reason, .. } | FailureReason::Raised(reason) =
            &self.reason
        {
            text.push('\n');
            text.push_str(reason);
        }
        text
    }

    /// What would probably help, told from the output.
    pub fn advice(&self) -> Vec<Advice> {
        diagnosis::advice(&self.words())
    }

    /// The last lines of what was printed, long ones cut.
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let lines: Vec<&str> = self.output.trim_end().lines().collect();
        let last = lines[lines.len().saturating_sub(count)..].iter();
        last.map(|line| cut(line.trim_end())).collect()
    }
}

/// A line of output, cut where it is longer than anybody reads.
fn cut(line: &str) -> String {
    const CHARACTERS_MAX: usize = 500;
    match line.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line.to_owned(),
    }
}

impl fmt::Display for BackendFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            project, backend, ..
        } = self;
        let hook = format!("`{}` of `{backend}`", self.hook.name());
        write!(formatter, "{project} was not built: ")?;
        match &self.reason {
            FailureReason::NoBackend { module, reason } => write!(
                formatter,
                "its backend `{backend}` cannot be imported: `{module}` is missing ({reason})"
            ),
            FailureReason::BackendOutside(module) => write!(
                formatter,
                "its backend `{module}` should lie in the folders of `backend-path`, and is imported from elsewhere"
            ),
            FailureReason::Raised(words) => {
                let words = words.lines().next().unwrap_or_default();
                write!(formatter, "{hook} failed: {words}")
            }
            FailureReason::Unsupported(words) => {
                write!(formatter, "`{backend}` cannot do that here: {words}")
            }
            FailureReason::NoHook => {
                write!(formatter, "`{backend}` has no hook `{}`", self.hook.name())
            }
            FailureReason::Exited(code) => {
                write!(formatter, "{hook} ended its process with exit code {code}")
            }
            FailureReason::Killed(signal) => {
                write!(formatter, "{hook} was ended by signal {signal}")
            }
            FailureReason::Exceeded(limit) => {
                write!(formatter, "{hook} was ended by its sandbox: {limit}")
            }
            FailureReason::TooMuchOutput(bytes) => write!(
                formatter,
                "{hook} was ended because it wrote more than {} MiB of output",
                bytes >> 20
            ),
            FailureReason::Process(error) => {
                write!(formatter, "{hook}: {error}")?;
                match std::error::Error::source(error) {
                    Some(source) => write!(formatter, ": {source}"),
                    None => Ok(()),
                }
            }
            FailureReason::Answer(words) => {
                write!(formatter, "the answer of {hook} cannot be read: {words}")
            }
            FailureReason::Value(expected) => write!(
                formatter,
                "{hook} did not return {expected}, as PEP 517 demands"
            ),
            FailureReason::Elsewhere(name) => write!(
                formatter,
                "{hook} returned `{name}`, which is not in the folder that it was given"
            ),
            FailureReason::NoPlainFile(name) => write!(
                formatter,
                "{hook} returned `{name}`, which is neither a file nor a folder"
            ),
            FailureReason::NotMade(name) => {
                write!(formatter, "{hook} returned `{name}` and made no such file")
            }
            FailureReason::Requirement { text, reason } => write!(
                formatter,
                "{hook} requires `{text}`, which is no requirement: {reason}"
            ),
        }
    }
}

impl std::error::Error for BackendFailure {}
