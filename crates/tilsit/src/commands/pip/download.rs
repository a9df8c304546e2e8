//! `tilsit pip download`: the distributions of requirements into a folder, also those for another
//! Python or system.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::commands::pip::foreign::ForeignOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::saving::SavingOptions;

/// Save the distributions of requirements, and of all that they need
///
/// With `--platform`, `--python-version`, `--abi` or `--implementation` for another Python than the
/// one that is found; then nothing can be built, so `--only-binary :all:` or `--no-deps` must be given.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    saving: SavingOptions,
    /// Where the files go
    #[arg(
        short,
        long,
        value_name = "FOLDER",
        default_value = ".",
        visible_alias = "destination-directory"
    )]
    dest: PathBuf,
    #[command(flatten)]
    foreign: ForeignOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let saving = &arguments.saving;
    let elsewhere = saving.elsewhere(&arguments.foreign)?;
    let files = saving
        .find("download", elsewhere, &arguments.dest, context)?
        .save(false, context)?;
    Ok(Report::silent(json!({ "files": files })))
}
