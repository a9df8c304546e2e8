//! `tilsit build --matrix`: one wheel for each Python of this machine and its C library, made to run
//! elsewhere, and tested in an environment of its own. `[tool.cibuildwheel]` is heeded where it says
//! something about that.

mod pythons;
mod shell;
mod testing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use tilsit_build_frontend::cibuildwheel::{Cibuildwheel, WheelOptions, with_places};
use tilsit_environment::Interpreter;
use tilsit_files::TemporaryFolder;
use tilsit_packaging::file_name::WheelFileName;

use super::{Arguments, Making, Parts};
use crate::commands::repair;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG, count, duration};

use pythons::MatrixPython;
use shell::Shell;

/// What is built of, and where to.
struct Matrix<'a> {
    arguments: &'a Arguments,
    /// The project's folder.
    project: &'a Path,
    out: &'a Path,
    said: Option<Cibuildwheel>,
    temporary: TemporaryFolder,
    context: &'a Context,
}

/// What came of one Python.
#[derive(Serialize)]
struct Entry {
    identifier: String,
    python: String,
    wheel: Option<PathBuf>,
    /// `built`, or `shared` with an earlier Python.
    made: &'static str,
    /// `passed`, `failed` or `skipped`.
    test: &'static str,
    error: Option<String>,
}

pub(super) fn run(
    arguments: &Arguments,
    project: &Path,
    out: &Path,
    context: &Context,
) -> Result<Report, CommandError> {
    let matrix = Matrix {
        arguments,
        project,
        out,
        said: said(project, context)?,
        temporary: TemporaryFolder::create_in(&context.temporary_folder)?,
        context,
    };
    let pythons = matrix.pythons()?;
    tilsit_files::create_dir_all(out)?;
    matrix.before_all(&pythons[0])?;
    let sdist = matrix.sdist(&pythons[0])?;
    let source = sdist.as_deref().unwrap_or(project);
    let mut wheels: Vec<PathBuf> = Vec::new();
    let mut entries = Vec::new();
    for python in &pythons {
        let (entry, error) = matrix.one(python, source, &mut wheels);
        if let Some(error) = error {
            if matches!(error.code, Code::Interrupted) {
                return Err(error);
            }
            context.terminal.error(&error);
        }
        entries.push(entry);
    }
    let failed = entries.iter().filter(|entry| entry.error.is_some()).count();
    let (all, made) = (count(entries.len(), "Python"), count(wheels.len(), "wheel"));
    let line = match failed {
        0 => format!("{GOOD}Done{GOOD:#}: {made} for {all}."),
        _ => format!("{made} for {all}; {failed} of them failed."),
    };
    context.terminal.say(line);
    let files: Vec<&PathBuf> = sdist.iter().chain(&wheels).collect();
    let report = Report::silent(json!({ "files": files, "pythons": entries }));
    Ok(report.with_exit_code(u8::from(failed > 0)))
}

/// What the project and the variables say.
fn said(project: &Path, context: &Context) -> Result<Option<Cibuildwheel>, CommandError> {
    let text = match tilsit_files::read_to_string(project.join("pyproject.toml")) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    let variable = |name: &str| context.variables.text(name).map(str::to_owned);
    let said = Cibuildwheel::read(&text, std::env::consts::OS, &variable).map_err(|error| {
        let message = "`[tool.cibuildwheel]` cannot be read";
        CommandError::new(Code::ProjectInvalid, message).caused_by(error.to_string())
    })?;
    for key in said.iter().flat_map(|said| &said.unknown) {
        let message = format!("`{key}` in `[tool.cibuildwheel]` is no option; passed over");
        context.terminal.warn(message);
    }
    Ok(said)
}

impl Matrix<'_> {
    /// The Pythons that wheels are wanted for.
    fn pythons(&self) -> Result<Vec<MatrixPython>, CommandError> {
        let named = &self.arguments.how.python;
        let found = pythons::find(named, self.project, self.context)?;
        let mut wanted = Vec::new();
        for python in found {
            let is_wanted = match &self.said {
                Some(said) => said
                    .wants(&python.identifier)
                    .map_err(|error| invalid(&error))?,
                None => true,
            };
            if is_wanted {
                wanted.push(python);
            }
        }
        if wanted.is_empty() {
            let message = "no Python of this machine is one that a wheel is wanted for";
            return Err(CommandError::new(Code::PythonNotFound, message).hint(
                "`tilsit python list` shows them; `requires-python` and `[tool.cibuildwheel]` limit them",
            ));
        }
        let names: Vec<&str> = wanted
            .iter()
            .map(|python| python.identifier.as_str())
            .collect();
        let names = names.join(", ");
        self.context
            .terminal
            .say(format_args!("Building for {STRONG}{names}{STRONG:#}"));
        Ok(wanted)
    }

    fn options(&self, python: &MatrixPython) -> Result<WheelOptions, CommandError> {
        match &self.said {
            Some(said) => said.of(&python.identifier).map_err(|error| invalid(&error)),
            None => Ok(WheelOptions {
                is_tested: true,
                ..WheelOptions::default()
            }),
        }
    }

    /// A shell with the variables of builds.
    fn shell(
        &self,
        python: &Interpreter,
        options: &WheelOptions,
    ) -> Result<Shell<'_>, CommandError> {
        let mut shell = Shell::new(self.project, python, self.context);
        shell.assign(&options.environment)?;
        Ok(shell)
    }

    fn before_all(&self, first: &MatrixPython) -> Result<(), CommandError> {
        let options = self.options(first)?;
        match &options.before_all {
            Some(command) => {
                let shell = self.shell(&first.interpreter, &options)?;
                shell.run("before-all", &with_places(command, &self.places()))
            }
            None => Ok(()),
        }
    }

    /// The source distribution that the wheels are built of, unless they are built of the folder.
    fn sdist(&self, first: &MatrixPython) -> Result<Option<PathBuf>, CommandError> {
        if self.arguments.wheel && !self.arguments.sdist {
            return Ok(None);
        }
        let mut making = Making::new(&self.arguments.how, self.context);
        making.interpreter = Some(&first.interpreter);
        let built = making.make(self.project, self.out, Parts::Sdist)?;
        Ok(built.into_iter().next())
    }

    /// Builds, repairs and tests for one Python.
    fn one(
        &self,
        python: &MatrixPython,
        source: &Path,
        wheels: &mut Vec<PathBuf>,
    ) -> (Entry, Option<CommandError>) {
        let began = Instant::now();
        let mut entry = Entry {
            identifier: python.identifier.clone(),
            python: python.interpreter.version().to_string(),
            wheel: None,
            made: "built",
            test: "skipped",
            error: None,
        };
        let done = self
            .wheel(python, source, wheels, &mut entry)
            .and_then(|wheel| {
                entry.test = "failed";
                let options = self.options(python)?;
                if !options.is_tested {
                    entry.test = "skipped";
                    return Ok(());
                }
                self.test(python, &options, &wheel)?;
                entry.test = "passed";
                Ok(())
            });
        let failure = done.err().map(|mut error| {
            entry.error = Some(error.message.clone());
            error.message = format!("{}: {}", python.identifier, error.message);
            error
        });
        if failure.is_none() {
            let name = entry.wheel.as_deref().map(|wheel| self.context.show(wheel));
            let (identifier, name) = (&python.identifier, name.unwrap_or_default());
            let (test, took) = (entry.test, duration(began.elapsed()));
            self.context.terminal.say(format_args!(
                "{GOOD}{identifier}{GOOD:#} {name}, test {test} {DIM}({took}){DIM:#}"
            ));
        }
        (entry, failure)
    }

    /// The wheel for a Python: one that is there already and fits, or a new one.
    fn wheel(
        &self,
        python: &MatrixPython,
        source: &Path,
        wheels: &mut Vec<PathBuf>,
        entry: &mut Entry,
    ) -> Result<PathBuf, CommandError> {
        let tags = python.interpreter.tags();
        let fits = |wheel: &&PathBuf| {
            let name = wheel.file_name().unwrap_or_default().to_string_lossy();
            let name = name.parse::<WheelFileName>();
            name.is_ok_and(|name| tags.priority(&name.tags).is_some())
        };
        if let Some(there) = wheels.iter().find(fits) {
            entry.made = "shared";
            entry.wheel = Some(there.clone());
            return Ok(there.clone());
        }
        let options = self.options(python)?;
        let shell = self.shell(&python.interpreter, &options)?;
        if let Some(command) = &options.before_build {
            shell.run("before-build", &with_places(command, &self.places()))?;
        }
        let context = self.context.with_variables(shell.variables());
        let how = self.arguments.how.telling(&options.config_settings);
        let mut making = Making::new(&how, &context);
        making.interpreter = Some(&python.interpreter);
        let folder = TemporaryFolder::create_in(self.temporary.path())?;
        let parts = if source.is_dir() {
            Parts::Wheel
        } else {
            Parts::Both
        };
        let built = making.make(source, folder.path(), parts)?;
        let built = built
            .last()
            .ok_or_else(|| CommandError::new(Code::BuildFailed, "the backend has made no wheel"))?;
        let wheel = self.repaired(built, python, &options, &shell)?;
        entry.wheel = Some(wheel.clone());
        wheels.push(wheel.clone());
        Ok(wheel)
    }

    /// The wheel in the folder of results, made to run elsewhere where it has compiled code.
    fn repaired(
        &self,
        built: &Path,
        python: &MatrixPython,
        options: &WheelOptions,
        shell: &Shell<'_>,
    ) -> Result<PathBuf, CommandError> {
        let repair = |words: &[String]| {
            let libc = python.libc();
            repair::repair_into(built, self.out, words, libc, self.context)
        };
        let name = built.file_name().unwrap_or_default();
        let parsed = name.to_string_lossy().parse::<WheelFileName>();
        let is_pure =
            parsed.is_ok_and(|name| name.tags.platforms().all(|platform| platform == "any"));
        let command = options.repair_wheel_command.as_deref().map(str::trim);
        let as_it_is = || {
            let path = self.out.join(name);
            tilsit_files::rename(built, &path)?;
            Ok(path)
        };
        match command {
            _ if is_pure => as_it_is(),
            Some("") => as_it_is(),
            None if cfg!(not(target_os = "linux")) => as_it_is(),
            None => repair(&[]),
            Some(command) => match repair_words(command) {
                Some(words) => repair(&words),
                None => self.repaired_by(command, built, shell),
            },
        }
    }

    /// The wheel that the project's own command makes of it.
    fn repaired_by(
        &self,
        command: &str,
        built: &Path,
        shell: &Shell<'_>,
    ) -> Result<PathBuf, CommandError> {
        let folder = TemporaryFolder::create_in(self.temporary.path())?;
        let mut places = self.places();
        places.insert("wheel", built.display().to_string());
        places.insert("dest_dir", folder.path().display().to_string());
        shell.run("repair-wheel-command", &with_places(command, &places))?;
        let made = tilsit_files::read_dir(folder.path())?;
        let made: Vec<PathBuf> = made.into_iter().map(|entry| entry.path).collect();
        let [made] = made.as_slice() else {
            let count = count(made.len(), "file");
            let message =
                format!("`repair-wheel-command` has made {count}, and one wheel is wanted");
            return Err(CommandError::new(Code::BuildFailed, message));
        };
        let path = self.out.join(made.file_name().unwrap_or_default());
        tilsit_files::rename(made, &path)?;
        Ok(path)
    }

    /// What the names in commands stand for.
    fn places(&self) -> BTreeMap<&'static str, String> {
        let project = self.project.display().to_string();
        BTreeMap::from([("project", project.clone()), ("package", project)])
    }
}

/// The options of a command that calls auditwheel, in whose place we do it: those that `repair` has too.
fn repair_words(command: &str) -> Option<Vec<String>> {
    let words = shlex::split(command)?;
    let rest = words.strip_prefix(&["auditwheel".to_owned(), "repair".to_owned()])?;
    let mut kept = Vec::new();
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-w" | "--wheel-dir" => {
                rest.next()?;
            }
            "{wheel}" => {}
            word if word.contains('{') || word.contains('&') || word.contains('|') => return None,
            word => kept.push(word.to_owned()),
        }
    }
    Some(kept)
}

fn invalid(error: &dyn std::fmt::Display) -> CommandError {
    let message = "`[tool.cibuildwheel]` cannot be followed";
    CommandError::new(Code::ProjectInvalid, message).caused_by(error.to_string())
}
