//! `tilsit pip wheel`: the wheels of requirements, built where there is none, into a folder.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::resolving::Elsewhere;
use crate::saving::SavingOptions;

/// Save the wheels of requirements, and of all that they need
///
/// What has no wheel is built.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    saving: SavingOptions,
    /// Where the wheels go
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    wheel_dir: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let saving = &arguments.saving;
    let saving = saving.find("wheel", Elsewhere::default(), &arguments.wheel_dir, context)?;
    let files = saving.save(true, context)?;
    Ok(Report::silent(json!({ "files": files })))
}
