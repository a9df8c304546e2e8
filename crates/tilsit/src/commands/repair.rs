//! `tilsit repair`: compiled wheels that run on any Linux.

mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tilsit_archive::FileSource;
use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;
use tilsit_repair::{AuditOptions, LibrarySearch, RepairError};

use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// Show what a compiled wheel wants of the system, and make it run on others
///
/// What `auditwheel` does, under its names, for wheels of any machine on any machine.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Arguments),
}

/// How wheels are audited.
#[derive(Args, Debug)]
struct AuditArguments {
    /// Pass over what a wheel needs of newer instructions, such as those of x86-64-v3
    #[arg(long)]
    disable_isa_ext_check: bool,
    /// Let wheels without compiled code pass
    #[arg(long)]
    allow_pure_python_wheel: bool,
    /// Look for libraries in these folders, joined with colons, in the place of the system's.
    /// `AUDITWHEEL_LD_LIBRARY_PATH` names some that go before either
    #[arg(long, value_name = "FOLDERS")]
    ldpaths: Option<String>,
}

impl AuditArguments {
    /// Where libraries are looked for, as auditwheel does.
    fn options(&self, context: &Context) -> AuditOptions {
        let folders = |joined: &str| -> Vec<PathBuf> {
            let folders = joined.split(':').filter(|folder| !folder.is_empty());
            folders.map(|folder| context.resolve(folder.as_ref())).collect()
        };
        let own = context.variables.text("AUDITWHEEL_LD_LIBRARY_PATH");
        let loader = context.variables.text("LD_LIBRARY_PATH");
        let loader = loader.filter(|_| self.ldpaths.is_none());
        AuditOptions {
            search: LibrarySearch {
                first: own.into_iter().chain(loader).flat_map(folders).collect(),
                instead: self.ldpaths.as_deref().map(folders),
            },
            disable_isa_check: self.disable_isa_ext_check,
            ..AuditOptions::default()
        }
    }

    /// Whether an error is one that was asked to pass.
    fn passes(&self, wheel: &Wheel<FileSource>, error: &RepairError) -> bool {
        let mut tags = wheel.file_name().tags.iter();
        let is_pure = tags.all(|tag| tag.platform() == "any");
        matches!(error, RepairError::Pure(_)) && is_pure && self.allow_pure_python_wheel
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Show(arguments) => show::run(arguments, context),
    }
}

fn open(path: &std::path::Path, context: &Context) -> Result<Wheel<FileSource>, CommandError> {
    let wheel = Wheel::open(context.resolve(path), &Limits::default());
    Ok(wheel.map_err(RepairError::from)?)
}
