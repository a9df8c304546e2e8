//! `tilsit tool dir`: where tools, or their programs, are.

use clap::Args;

use super::places;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// Print the folder of tools, or that of their programs
///
/// `TILSIT_TOOL_DIR` and `TILSIT_TOOL_BIN_DIR` name others.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Print the folder that programs are linked into
    #[arg(long)]
    bin: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let folder = if arguments.bin {
        places::programs(context)?
    } else {
        places::folder(context)?.root().to_path_buf()
    };
    Ok(Report::new(format!("{}\n", folder.display()), folder))
}
