//! Calling a hook of a backend (PEP 517, PEP 660): a fresh process of the build environment's
//! Python runs a small driver, which reads what to do from a file and writes the answer to another.
//! What the backend prints goes neither there nor to the terminal: it is kept for the failure.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde::{Deserialize, Serialize};
use tilsit_files::{FileError, Operation, TemporaryFolder};

use crate::error::{BackendFailure, BuildFailure, FailureReason};
use crate::process::{self, ProcessError};
use crate::settings::ConfigSettings;
use tilsit_sandbox::{Outcome, Sandbox};

/// The script that calls the hook.
const DRIVER: &str = include_str!("hook/driver.py");

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A wheel.
    Wheel,
    /// A wheel that leads to the source tree (PEP 660).
    Editable,
    /// A source distribution.
    Sdist,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Editable => "editable",
            Self::Sdist => "sdist",
        }
    }
}

/// A hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// What else must be installed to make it.
    Requires(Target),
    /// The metadata alone.
    Metadata(Target),
    /// The thing itself.
    Build(Target),
}

impl Hook {
    /// Its name in the backend.
    pub fn name(self) -> String {
        match self {
            Self::Requires(target) => format!("get_requires_for_build_{}", target.name()),
            Self::Metadata(target) => format!("prepare_metadata_for_build_{}", target.name()),
            Self::Build(target) => format!("build_{}", target.name()),
        }
    }
}

/// The backend of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backend {
    /// `module` or `module:object`.
    pub(crate) name: String,
    /// Folders of the project to import it from, absolute.
    pub(crate) path: Vec<PathBuf>,
}

/// A Python to run hooks with.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    /// The environment of the build; none where the interpreter's own packages are used.
    pub(crate) environment: Option<PathBuf>,
    /// PATH, with the environment's programs in front.
    pub(crate) search_path: OsString,
    /// The other variables, where they are not those of this process.
    pub(crate) variables: BTreeMap<OsString, OsString>,
}

/// A call.
pub(crate) struct HookCall<'a> {
    pub(crate) hook: Hook,
    pub(crate) backend: &'a Backend,
    pub(crate) python: &'a Python,
    /// The project's folder, in which the hook runs.
    pub(crate) tree: &'a Path,
    /// The project in words.
    pub(crate) project: &'a str,
    /// Where the hook puts what it makes.
    pub(crate) folder: Option<&'a Path>,
    /// Where the prepared metadata is, for `build_wheel`.
    pub(crate) metadata_folder: Option<&'a Path>,
    pub(crate) settings: &'a ConfigSettings,
    /// Where the request and the answer go.
    pub(crate) temporary: &'a Path,
    pub(crate) output_max_bytes: u64,
    /// What it runs in; none for a call that may do what the user may.
    pub(crate) confined: Option<Confined<'a>>,
}

/// What a call in a sandbox may use besides the folder in which it puts what it makes.
#[derive(Clone, Copy)]
pub(crate) struct Confined<'a> {
    pub(crate) sandbox: &'a Sandbox,
    /// The folder of the source, which it may change.
    pub(crate) source: &'a Path,
    /// What it may read wherever that is.
    pub(crate) readable: &'a [PathBuf],
}

/// More than any hook answers.
const ANSWER_MAX_BYTES: u64 = 64 << 20;

#[derive(Serialize)]
struct Request<'a> {
    backend: &'a str,
    backend_path: Vec<&'a str>,
    hook: String,
    folder: Option<&'a str>,
    with_metadata: bool,
    metadata_folder: Option<&'a str>,
    config_settings: Option<&'a ConfigSettings>,
}

/// What the driver wrote.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response {
    value: Option<serde_json::Value>,
    no_hook: Option<String>,
    unsupported: Option<String>,
    missing: Option<String>,
    reason: Option<String>,
    outside: Option<String>,
    failed: Option<String>,
}

impl HookCall<'_> {
    /// Calls the hook. None when the backend does not have it.
    pub(crate) fn run(
        &self,
        on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Option<serde_json::Value>, BuildFailure> {
        let scratch = TemporaryFolder::create_in(self.temporary)?;
        let report = scratch.path().join("report");
        let talk = scratch.path().join("talk");
        tilsit_files::create_dir_all(&talk)?;
        let [driver, request, response] =
            ["driver.py", "request.json", "response.json"].map(|name| talk.join(name));
        tilsit_files::write(&driver, DRIVER)?;
        tilsit_files::write(&request, self.request()?)?;
        let mut command = self.python.command(self.tree);
        command.arg(&driver).arg(&request).arg(&response);
        if let Some(confined) = &self.confined {
            tilsit_files::write(&report, "")?;
            command = self.confine(&command, *confined, &talk, &report);
        }
        let finished = match process::run(command, self.output_max_bytes, on_output) {
            Ok(finished) => finished,
            Err(ProcessError::Stopped) => return Err(BuildFailure::Stopped),
            Err(ProcessError::TooMuchOutput {
                limit_bytes,
                output,
                ..
            }) => return Err(self.failed(FailureReason::TooMuchOutput(limit_bytes), output)),
            Err(error) => return Err(self.failed(FailureReason::Process(error), String::new())),
        };
        let output = finished.output;
        if let Some(confined) = &self.confined {
            self.check_outcome(&report, confined.sandbox, &output)?;
        }
        let bytes = match read_plain(&response) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => {
                return Err(self.failed(ended(finished.status), output));
            }
            Err(error) => return Err(error.into()),
        };
        let answer: Response = match serde_json::from_slice(&bytes) {
            Ok(answer) => answer,
            Err(error) => {
                let reason = FailureReason::Answer(error.to_string());
                return Err(self.failed(reason, output));
            }
        };
        self.read(answer, output)
    }

    fn confine(&self, inner: &Command, it: Confined<'_>, talk: &Path, report: &Path) -> Command {
        let mut writable = vec![it.source, talk];
        writable.extend(self.folder);
        let mut readable: Vec<&Path> = it.readable.iter().map(PathBuf::as_path).collect();
        readable.extend(self.python.environment.as_deref());
        readable.extend(self.metadata_folder);
        it.sandbox.command(inner, &writable, &readable, report)
    }

    /// Whether the program ran to its own end inside.
    fn check_outcome(
        &self,
        report: &Path,
        sandbox: &Sandbox,
        output: &str,
    ) -> Result<(), BuildFailure> {
        let reason = match Outcome::read(report)? {
            Outcome::Refused(what) => return Err(BuildFailure::NoSandbox(what)),
            Outcome::Exceeded(limit) => {
                FailureReason::Exceeded(limit.describe(&sandbox.limits).to_string())
            }
            Outcome::Signal(signal) => FailureReason::Killed(signal),
            Outcome::Lost => FailureReason::Answer("its sandbox was ended from outside".to_owned()),
            _ => return Ok(()),
        };
        Err(self.failed(reason, output.to_owned()))
    }

    fn request(&self) -> Result<Vec<u8>, BuildFailure> {
        let text = |path: &'_ Path| -> Result<String, BuildFailure> {
            let text = path.to_str().map(str::to_owned);
            text.ok_or_else(|| BuildFailure::PathNotUnicode(path.to_path_buf()))
        };
        let folder = self.folder.map(text).transpose()?;
        let metadata_folder = self.metadata_folder.map(text).transpose()?;
        let path = self.backend.path.iter().map(|path| text(path));
        let path = path.collect::<Result<Vec<_>, _>>()?;
        let builds_wheel = matches!(self.hook, Hook::Build(Target::Wheel | Target::Editable));
        let request = Request {
            backend: &self.backend.name,
            backend_path: path.iter().map(String::as_str).collect(),
            hook: self.hook.name(),
            folder: folder.as_deref(),
            with_metadata: builds_wheel,
            metadata_folder: metadata_folder.as_deref(),
            config_settings: (!self.settings.is_empty()).then_some(self.settings),
        };
        Ok(serde_json::to_vec(&request).expect("texts are JSON"))
    }

    fn read(
        &self,
        answer: Response,
        output: String,
    ) -> Result<Option<serde_json::Value>, BuildFailure> {
        let reason = if let Some(module) = answer.missing {
            FailureReason::NoBackend {
                module,
                reason: answer.reason.unwrap_or_default(),
            }
        } else if let Some(module) = answer.outside {
            FailureReason::BackendOutside(module)
        } else if let Some(words) = answer.unsupported {
            FailureReason::Unsupported(words)
        } else if let Some(words) = answer.failed {
            FailureReason::Raised(words)
        } else if answer.no_hook.is_some() {
            return Ok(None);
        } else {
            return Ok(Some(answer.value.unwrap_or_default()));
        };
        Err(self.failed(reason, output))
    }

    /// The failure of this call.
    pub(crate) fn failed(&self, reason: FailureReason, output: String) -> BuildFailure {
        BuildFailure::Backend(Box::new(BackendFailure {
            project: self.project.to_owned(),
            backend: self.backend.name.clone(),
            hook: self.hook,
            reason,
            output,
            is_confined: self.confined.is_some(),
        }))
    }
}

impl Python {
    /// The program, ready to run in a folder.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(folder)
            .envs(&self.variables)
            .env("PATH", &self.search_path)
            .env("PYTHONIOENCODING", "utf-8:backslashreplace")
            // What was printed before a crash is not to be lost.
            .env("PYTHONUNBUFFERED", "1")
            // Where a backend installs something by itself, it asks nothing.
            .env("PIP_NO_INPUT", "1")
            .env_remove("PYTHONSAFEPATH")
            .env_remove("PYTHONHOME");
        match &self.environment {
            Some(environment) => command
                .env("VIRTUAL_ENV", environment)
                .env("PYTHONNOUSERSITE", "1"),
            None => command.env_remove("VIRTUAL_ENV"),
        };
        command
    }
}

fn ended(status: ExitStatus) -> FailureReason {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return FailureReason::Killed(signal);
        }
    }
    FailureReason::Exited(status.code().unwrap_or(-1))
}

/// A list of requirements that a hook returned.
pub(crate) fn texts(value: serde_json::Value) -> Result<Vec<String>, String> {
    serde_json::from_value(value).map_err(|_| "a list of texts".to_owned())
}

/// The file or folder that a hook named, in the folder where it was to put it.
///
/// Backends return the name alone (PEP 517). One that returns the whole path means the same.
pub(crate) fn made_in(folder: &Path, value: serde_json::Value) -> Result<PathBuf, FailureReason> {
    let serde_json::Value::String(name) = value else {
        return Err(FailureReason::Value("the name of a file"));
    };
    let path = Path::new(&name);
    let is_absolute_inside = path.is_absolute() && path.parent() == Some(folder);
    let is_plain = path.components().count() == 1 && path.file_name().is_some();
    if !is_plain && !is_absolute_inside {
        return Err(FailureReason::Elsewhere(name));
    }
    let path = folder.join(path);
    match tilsit_files::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => Ok(path),
        // A link may lead to what the backend itself cannot read, and a pipe has no end.
        Ok(_) => Err(FailureReason::NoPlainFile(name)),
        Err(error) if error.is_not_found() => Err(FailureReason::NotMade(name)),
        Err(error) => Err(FailureReason::Answer(error.to_string())),
    }
}

/// What a backend wrote into a file: never through a link, and not without end.
pub(crate) fn read_plain(path: &Path) -> Result<Vec<u8>, FileError> {
    let metadata = tilsit_files::symlink_metadata(path)?;
    let problem = if !metadata.is_file() {
        "it is no file"
    } else if metadata.len() > ANSWER_MAX_BYTES {
        "it is too long"
    } else {
        return tilsit_files::read(path);
    };
    Err(FileError::new(
        Operation::Read,
        path,
        io::Error::other(problem),
    ))
}

impl From<FileError> for BuildFailure {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
