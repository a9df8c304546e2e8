//! `tilsit index export`: the index as a tree for any web server.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_index_server::{ExportError, ExportOptions, export};

use super::DataOptions;
use super::backup::Placement;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// Write an index as files that any web server can serve
///
/// The tree has the pages that installers read, as HTML and as JSON, and the files. It may be served,
/// and the index too, meanwhile. An export into the tree of an earlier one changes what has changed
/// and removes what is gone.
#[derive(Args, Debug)]
pub(super) struct ExportArguments {
    /// The folder of the tree: new, or of an export before
    folder: PathBuf,
    /// Export what not everybody may read too
    #[arg(long)]
    all: bool,
    /// How files get there; what is not possible between two places is copied
    #[arg(long, value_name = "MODE", default_value = "hardlink")]
    link_mode: Placement,
    #[command(flatten)]
    data: DataOptions,
}

pub(super) fn run(arguments: &ExportArguments, context: &Context) -> Result<Report, CommandError> {
    let store = arguments.data.open(context)?;
    let options = ExportOptions {
        folder: context.resolve(&arguments.folder),
        everything: arguments.all,
        link_mode: arguments.link_mode.into(),
    };
    let progress = context.terminal.counter("Exporting", 0);
    let report = store.wait(export(store.store(), &options, &mut |total| {
        progress.total(total as u64);
        progress.advance(1);
        context.interrupt.flow()
    }))?;
    drop(progress);
    let shown = context.show(&options.folder);
    context.terminal.say(format_args!(
        "{GOOD}Exported{GOOD:#}: {} projects into `{STRONG}{shown}{STRONG:#}` ({} pages and {} \
         files are new, {} projects and {} files are gone).",
        report.projects,
        report.pages_written,
        report.files_placed,
        report.projects_removed,
        report.files_removed
    ));
    Ok(Report::silent(json!({
        "projects": report.projects,
        "pages_written": report.pages_written,
        "files_placed": report.files_placed,
        "projects_removed": report.projects_removed,
        "files_removed": report.files_removed,
    })))
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::File(error) => error.into(),
            ExportError::NotOurs(_) => Self::from_error(Code::Usage, &error)
                .hint("name a folder that is new, empty, or of an earlier export"),
            ExportError::Page { .. } | ExportError::Missing { .. } => {
                Self::from_error(Code::StoreUnusable, &error)
                    .hint("`tilsit index verify` looks at everything")
            }
            ExportError::Stopped => Self::from_error(Code::Interrupted, &error),
        }
    }
}
