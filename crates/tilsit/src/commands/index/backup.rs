//! `tilsit index backup` and `tilsit index restore`: a copy of a whole index, and back.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use tilsit_files::LinkMode;
use tilsit_index_store::{BackupReport, BlockingStore, StoreError};

use super::DataOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

/// Copy an index into a folder, while it is served
///
/// First the database as of one moment, then the files that it names. A backup into the folder of an
/// earlier one copies only the files that are new; until it is finished the earlier one stays good.
/// Of an index on PostgreSQL `pg_dump` and a copy of `files` are the backup.
#[derive(Args, Debug)]
pub(super) struct BackupArguments {
    /// The folder of the backup: new, or of a backup before
    folder: PathBuf,
    /// How files get there; what is not possible between two places is copied
    #[arg(long, value_name = "MODE", default_value = "copy")]
    link_mode: Placement,
    #[command(flatten)]
    data: DataOptions,
}

/// Make an index of a backup, in an empty folder
///
/// Each file is held against its digest on the way. The folder appears whole or not at all.
#[derive(Args, Debug)]
pub(super) struct RestoreArguments {
    /// The folder of the backup
    backup: PathBuf,
    /// How files get there; what is not possible between two places is copied
    #[arg(long, value_name = "MODE", default_value = "copy")]
    link_mode: Placement,
    #[command(flatten)]
    data: DataOptions,
}

/// How a file gets a second place.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Placement {
    /// A copy of the bytes
    Copy,
    /// A copy that shares its blocks, where the file system can
    Clone,
    /// A second name for the same file
    Hardlink,
}

impl From<Placement> for LinkMode {
    fn from(placement: Placement) -> Self {
        match placement {
            Placement::Copy => Self::Copy,
            Placement::Clone => Self::Clone,
            Placement::Hardlink => Self::Hardlink,
        }
    }
}

pub(super) fn backup(
    arguments: &BackupArguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let folder = context.resolve(&arguments.folder);
    let store = arguments.data.open(context)?;
    let mut on_file = progress(context, "Backing up");
    let work = store
        .store()
        .backup(&folder, arguments.link_mode.into(), &mut on_file);
    let report = store.wait(work)?;
    drop(on_file);
    let shown = context.show(&folder);
    context.terminal.say(format_args!(
        "{GOOD}Backed up{GOOD:#}: {} files ({} new) into `{STRONG}{shown}{STRONG:#}`.",
        report.files, report.placed
    ));
    Ok(Report::silent(as_json(&report)))
}

pub(super) fn restore(
    arguments: &RestoreArguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let options = arguments.data.store(context)?;
    if options.database_url.is_some() {
        return Err(StoreError::NotSqlite.into());
    }
    let backup = context.resolve(&arguments.backup);
    let mut on_file = progress(context, "Restoring");
    let mode = arguments.link_mode.into();
    let report = BlockingStore::restore(&backup, &options.data, mode, &mut on_file)?;
    drop(on_file);
    // Brings the database to the newest form, and shows that it can be used.
    BlockingStore::open(&options, context.now())?;
    let shown = context.show(&options.data);
    context.terminal.say(format_args!(
        "{GOOD}Restored{GOOD:#}: {} files into `{STRONG}{shown}{STRONG:#}`.",
        report.files
    ));
    Ok(Report::silent(as_json(&report)))
}

/// Shows how far it is, and stops at Ctrl-C.
fn progress(context: &Context, message: &str) -> impl FnMut(usize, usize) -> ControlFlow<()> {
    let bar = context.terminal.counter(message, 0);
    move |done, total| {
        bar.total(total as u64);
        bar.set(done as u64);
        context.interrupt.flow()
    }
}

fn as_json(report: &BackupReport) -> serde_json::Value {
    json!({ "files": report.files, "new": report.placed, "serial": report.serial })
}
