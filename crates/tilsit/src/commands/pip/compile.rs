//! `tilsit pip compile`: requirements to a requirements file in which everything is pinned.

mod output;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tilsit_files::Durability;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirements_file::{RequirementsFile, Target};
use tilsit_packaging::version::Version;
use tilsit_resolver::{Origin, Requirer};

use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::requirements::{COMMAND_LINE, ConstraintOptions, Wanted, file_of};
use crate::resolving::{self, Resolved, Resolving};
use crate::terminal::{GOOD, count, duration};

use output::{Layout, PinnedLine, WantedBy};

/// Pin requirements, and everything that they need, to exact versions
///
/// Pins for the Python that is used and the system that it runs on. What the output file already
/// pins stays as it is while it fits; `-U` takes newer versions.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Files of requirements, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// Write to this file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    #[command(flatten)]
    constraints: ConstraintOptions,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    /// Pin only what the files name, not what that needs
    #[arg(long)]
    no_deps: bool,
    /// Write the hashes of all files of each release
    #[arg(long)]
    generate_hashes: bool,
    /// Leave out the comment at the top
    #[arg(long)]
    no_header: bool,
    /// Leave out who needs what
    #[arg(long)]
    no_annotate: bool,
    /// Who needs what: in lines of its own or at the end of the line
    #[arg(long, value_name = "STYLE", default_value = "split", value_parser = ["split", "line"])]
    annotation_style: String,
    /// Repeat the index options in the output
    #[arg(long)]
    emit_index_url: bool,
    /// Leave the extras out of the output
    #[arg(long)]
    strip_extras: bool,
    /// Pin for this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

#[derive(Serialize)]
struct PinEntry {
    name: String,
    version: String,
    url: Option<String>,
    hashes: Vec<String>,
    via: Vec<String>,
}
