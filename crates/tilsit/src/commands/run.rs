//! `tilsit run`: a Python file, in an environment with what its metadata block asks for (PEP 723).
//!
//! # On disk
//!
//! | below the cache folder | what |
//! |---|---|
//! | `scripts-1/answers/<digest>` | which environment fits a block, and when that was found out |
//! | `scripts-1/<digest>/` | an environment with exactly one resolution in it |

mod answers;
mod script;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, Existing, VenvOptions};
use tilsit_environment::{Environment, Interpreter, PythonRequest};
use tilsit_files::{LockFile, LockKind};
use tilsit_installer::LinkMode;

use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::Resolved;
use crate::terminal::{DIM, count, duration};
use crate::{child, filling, pythons};

use answers::{Answers, digest};
use script::Script;

/// The mark of an environment in which everything is installed.
const COMPLETE: &str = "tilsit-complete";

/// Run a Python file with what it needs
///
/// What the file needs stands in its comment block `# /// script` (PEP 723). It is resolved and
/// installed into an environment in the cache, which is found again the next time. A file without
/// such a block runs as it is, with the Python of the active environment or `.venv`.
#[derive(Args, Debug)]
#[command(override_usage = "tilsit run [OPTIONS] <FILE> [ARGUMENTS]...")]
pub(crate) struct Arguments {
    /// The Python file, and what it is given
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_names = ["FILE", "ARGUMENTS"],
        num_args = 1..
    )]
    line: Vec<OsString>,
    /// Use this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Install these requirements too
    #[arg(long, value_name = "REQUIREMENT")]
    with: Vec<String>,
    /// Resolve again, although an environment that fits is there
    #[arg(short = 'U', long)]
    upgrade: bool,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

impl Arguments {
    /// The file, and what comes after it.
    fn split(&self) -> (&Path, &[OsString]) {
        let (file, rest) = self.line.split_first().expect("clap wants one at least");
        (Path::new(file), rest)
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let (file, _) = arguments.split();
    let shown = file.display().to_string();
    let path = context.resolve(file);
    let bytes =
        tilsit_files::read(&path).map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let script = script::read(&shown, &String::from_utf8_lossy(&bytes))?;
    if script.is_none() && arguments.with.is_empty() {
        let found = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
        return hand_over(&found.interpreter, arguments, context);
    }
    let script = script.unwrap_or_default();
    let interpreter = base(&script, arguments, context)?;
    let cached = Cached::of(&script, arguments, &interpreter, context)?;
    let python = cached.environment(context)?;
    hand_over(&python, arguments, context)
}

/// The Python outside of any environment that the script's environment is made of.
fn base(
    script: &Script,
    arguments: &Arguments,
    context: &Context,
) -> Result<Interpreter, CommandError> {
    let mut request = pythons::request(arguments.python.as_deref(), context)?;
    if let (PythonRequest::Any, Some(wanted)) = (&request, &script.requires_python) {
        request = wanted
            .to_string()
            .parse()
            .map_err(|error| CommandError::from_error(Code::ScriptInvalid, &error))?;
    }
    let interpreter = pythons::find_request(&request, Scope::Base, context)?.interpreter;
    if let Some(wanted) = &script.requires_python
        && !wanted.contains(interpreter.version())
    {
        let version = interpreter.version();
        return Err(CommandError::new(
            Code::PythonNotFound,
            format!("the script wants Python {wanted}, and the one that was named is {version}"),
        ));
    }
    Ok(interpreter)
}

/// A script's environment in the cache.
struct Cached<'a> {
    wanted: Wanted,
    configuration: Configuration,
    interpreter: &'a Interpreter,
    folder: PathBuf,
    answers: Answers,
    question: String,
    upgrade: bool,
}

impl<'a> Cached<'a> {
    fn of(
        script: &Script,
        arguments: &Arguments,
        interpreter: &'a Interpreter,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let limits = ConstraintOptions::default();
        let mut wanted = Wanted::gather(&arguments.with, &[], &limits, context)?;
        wanted
            .requirements
            .extend(script.dependencies.iter().cloned());
        let of_script = context.with_settings(script.settings.clone());
        let configuration = arguments.resolver.over(&arguments.index.over(&of_script)?);
        let folder = context.cache()?.bucket("scripts-1")?;
        let requirements: Vec<String> = wanted
            .requirements
            .iter()
            .chain(&wanted.constraints)
            .map(|root| root.requirement.to_string())
            .collect();
        let python = interpreter.base_executable().display();
        let version = interpreter.version();
        let settings = configuration.resolution_key();
        Ok(Self {
            question: format!(
                "{python} {version}\n{}\n{settings}",
                requirements.join("\n")
            ),
            answers: Answers::in_folder(folder.join("answers")),
            wanted,
            configuration,
            interpreter,
            folder,
            upgrade: arguments.upgrade,
        })
    }

    /// The Python of the environment, which is made when it is not there.
    fn environment(self, context: &Context) -> Result<Interpreter, CommandError> {
        let cache = pythons::surroundings(context)?.cache_folder;
        let open = |root: &Path| Interpreter::at(root, cache.as_deref());
        if !self.upgrade
            && let Some(name) = self.answers.find(&self.question, context.now())
        {
            let root = self.folder.join(name);
            if is_complete(&root)
                && let Ok(python) = open(&root)
            {
                return Ok(python);
            }
        }
        let resolved =
            filling::resolve(&self.wanted, &self.configuration, self.interpreter, context)?;
        let name = digest(&described(self.interpreter, &resolved));
        let root = self.folder.join(&name);
        let lock = self.folder.join(format!("{name}.lock"));
        let lock = LockFile::acquire(lock, LockKind::Exclusive)?;
        if !is_complete(&root) {
            let link_mode = installing::link_mode(&self.configuration)?;
            make(&root, self.interpreter, &resolved, link_mode, context)?;
        }
        drop(lock);
        self.answers
            .remember(&self.question, &name, context.now())?;
        open(&root).map_err(|error| CommandError::from_error(Code::PythonBroken, &error))
    }
}

/// Makes the environment of a resolution; it counts once the mark is there.
fn make(
    root: &Path,
    base: &Interpreter,
    resolved: &Resolved,
    link_mode: LinkMode,
    context: &Context,
) -> Result<(), CommandError> {
    let options = VenvOptions {
        existing: Existing::Clear,
        ..VenvOptions::default()
    };
    let environment = Environment::of(venv::create(base, root, &options)?);
    let change = filling::fill(&environment, resolved, link_mode, context)?;
    let projects = count(change.entries.len(), "project");
    let took = duration(resolved.took + change.took);
    context
        .terminal
        .say(format_args!("{DIM}Installed {projects} in {took}{DIM:#}"));
    Ok(tilsit_files::write(root.join(COMPLETE), "")?)
}

fn is_complete(root: &Path) -> bool {
    root.join(COMPLETE).is_file()
}

/// What makes an environment the one that it is: its base, and each file in it.
fn described(base: &Interpreter, resolved: &Resolved) -> String {
    let python = base.base_executable().display();
    let mut text = format!("{python} {}\n", base.version());
    for pin in &resolved.resolution.pins {
        let remote = &pin.file.remote;
        let place = match &remote.hashes.sha256 {
            Some(sha256) => sha256.to_string(),
            None => remote.url.to_string(),
        };
        let _ = writeln!(text, "{}=={} {place}", pin.name, pin.version);
    }
    text
}

fn hand_over(
    python: &Interpreter,
    arguments: &Arguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let (file, rest) = arguments.split();
    let mut command = Command::new(python.executable());
    command
        .arg(context.resolve(file))
        .args(rest)
        .current_dir(&context.working_folder);
    if let Some(environment) = python.virtual_environment() {
        command.env("VIRTUAL_ENV", &environment.root);
    }
    let exit_code = child::run(&mut command, context)?;
    Ok(Report::silent(json!({
        "exit_code": exit_code,
        "python": python.executable(),
    }))
    .with_exit_code(exit_code))
}
