//! `tilsit build-backend`: the hooks of our own backend (PEP 517, PEP 660), as the package
//! `tilsit-build` calls them (`python/backend`).

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use tilsit_build_backend::SourceProject;

use crate::building::backend_options;
use crate::commands::build::warn;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// Build the project in the working folder for another tool
///
/// What the package `tilsit-build` calls when pip or another front end builds a project that names
/// `tilsit_build` as its backend. Writes the name of the distribution to standard output.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What is built
    target: Target,
    /// Where the distribution goes
    #[arg(value_name = "FOLDER")]
    out: PathBuf,
    /// The Python that extension modules are compiled for
    #[arg(value_name = "PYTHON")]
    python: Option<PathBuf>,
}

/// What the hooks build.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    Sdist,
    Wheel,
    Editable,
    /// The metadata of the wheel, as a folder
    Metadata,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut options = backend_options(context)?;
    let project = SourceProject::open(&context.working_folder, &options)?;
    let out = context.resolve(&arguments.out);
    if !matches!(arguments.target, Target::Sdist)
        && let Some(python) = &arguments.python
        && project.has_extensions()
    {
        context.cache()?;
        options.ask(python)?;
    }
    let build = match arguments.target {
        Target::Sdist => SourceProject::build_sdist,
        Target::Wheel => SourceProject::build_wheel,
        Target::Editable => SourceProject::build_editable,
        Target::Metadata => {
            return Ok(report(&project.prepare_metadata(&out, &options)?));
        }
    };
    let built = build(&project, &out, &options)?;
    warn(&built, context);
    let name = built.path.file_name().unwrap_or_default();
    Ok(report(&name.to_string_lossy()))
}

fn report(name: &str) -> Report {
    Report::new(format!("{name}\n"), json!({ "file": name }))
}
