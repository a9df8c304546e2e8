//! `tilsit venv`: make a virtual environment.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, Existing, VenvOptions};

use crate::context::Context;
use crate::error::CommandError;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG};

/// Make a virtual environment
///
/// Its base is always a Python outside of any environment, also when this is run from within one.
/// Nothing is installed into it; `tilsit pip install` needs no pip there.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Where to make it
    #[arg(default_value = ".venv")]
    folder: PathBuf,
    /// The Python to use: a version, a range, or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// What the shell's prompt shows; `.` for the name of this folder
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// See the packages of the base Python too
    #[arg(long)]
    system_site_packages: bool,
    /// Make it anew if there is one
    #[arg(long, conflicts_with = "allow_existing")]
    clear: bool,
    /// Keep what is installed if there is one
    #[arg(long)]
    allow_existing: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let base = pythons::find(arguments.python.as_deref(), Scope::Base, context)?.interpreter;
    let root = context.resolve(&arguments.folder);
    let options = VenvOptions {
        prompt: prompt(arguments, context),
        system_site_packages: arguments.system_site_packages,
        existing: match (arguments.clear, arguments.allow_existing) {
            (true, _) => Existing::Clear,
            (_, true) => Existing::Keep,
            _ => Existing::Refuse,
        },
    };
    let interpreter = venv::create(&base, &root, &options)?;
    let python = pythons::describe(&base, context);
    let shown = context.show(&root);
    context.terminal.say(format_args!(
        "{GOOD}Made{GOOD:#} the environment `{STRONG}{shown}{STRONG:#}` with {python}."
    ));
    let activate = activation(&shown);
    context.terminal.say(format_args!(
        "Activate it: {STRONG}{activate}{STRONG:#} {DIM}(bash, zsh){DIM:#}"
    ));
    Ok(Report::silent(json!({
        "environment": root,
        "python": interpreter.executable(),
        "base": base.executable(),
        "version": base.version().to_string(),
    })))
}

fn prompt(arguments: &Arguments, context: &Context) -> Option<String> {
    let prompt = arguments.prompt.as_deref()?;
    if prompt != "." {
        return Some(prompt.to_owned());
    }
    let name = context.working_folder.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn activation(environment: &str) -> String {
    let folder = Path::new(environment);
    if cfg!(windows) {
        folder.join("Scripts/activate").display().to_string()
    } else {
        format!("source {}", folder.join("bin/activate").display())
    }
}
