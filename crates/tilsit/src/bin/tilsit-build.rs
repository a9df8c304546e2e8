//! `tilsit-build`: our own build backend alone, which the package `tilsit-build` brings for other front
//! ends (`python/backend`).
//!
//! It does what `tilsit build-backend` does and is much smaller. Arguments are what the hooks of the
//! package give, not for people; an error has no code and no hint.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use tilsit_build_backend::{BuildError, BuildOptions, Built, SourceProject};

/// The exit code for what cannot be built.
const REFUSED: u8 = 2;

const USAGE: &str = "tilsit-build sdist|wheel|editable|metadata FOLDER [PYTHON]
builds the project in the working folder into FOLDER, with extension modules for PYTHON, and says the
name of what it made";

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its caller"
)]
fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<Option<&str>> = arguments.iter().map(|word| word.to_str()).collect();
    let answer = match words.as_slice() {
        [Some("--version")] => Ok(format!("tilsit-build {}", env!("CARGO_PKG_VERSION"))),
        [Some(target), _] => built(target, Path::new(&arguments[1]), None),
        [Some(target), _, _] => {
            let (out, python) = (Path::new(&arguments[1]), Path::new(&arguments[2]));
            built(target, out, Some(python))
        }
        _ => Err(USAGE.to_owned()),
    };
    match answer {
        Ok(name) => {
            println!("{name}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(REFUSED)
        }
    }
}

/// Builds, and gives the name of what was built.
fn built(target: &str, out: &Path, python: Option<&Path>) -> Result<String, String> {
    let shown = |error: BuildError| format!("error: {error}");
    let mut options = options().map_err(shown)?;
    let project = SourceProject::open(&folder()?, &options).map_err(shown)?;
    if let Some(python) = python.filter(|_| target != "sdist" && project.has_extensions()) {
        options.ask(python).map_err(shown)?;
    }
    let build = match target {
        "sdist" => SourceProject::build_sdist,
        "wheel" => SourceProject::build_wheel,
        "editable" => SourceProject::build_editable,
        "metadata" => return project.prepare_metadata(out, &options).map_err(shown),
        _ => return Err(USAGE.to_owned()),
    };
    let built = build(&project, out, &options).map_err(shown)?;
    warn(&built);
    let name = built.path.file_name().unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

#[expect(clippy::print_stderr, reason = "a program talks to its caller")]
fn warn(built: &Built) {
    for problem in &built.problems {
        eprintln!("warning: pyproject.toml {problem}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program asks for its surroundings once"
)]
fn folder() -> Result<PathBuf, String> {
    std::env::current_dir().map_err(|error| format!("error: the working folder is gone: {error}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program asks for its surroundings once"
)]
fn options() -> Result<BuildOptions, BuildError> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    BuildOptions::in_environment(std::env::vars_os().collect(), now)
}
