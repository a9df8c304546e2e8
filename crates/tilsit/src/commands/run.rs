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

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, Existing, VenvOptions};
use tilsit_environment::{Environment, Interpreter};
use tilsit_files::{LockFile, LockKind};

use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Installing};
use crate::report::Report;
use crate::requirements::Wanted;
use crate::resolving::{self, Resolving};
use crate::terminal::STRONG;
use crate::{child, pythons};

use answers::Answers;
use script::Script;

/// Run a Python file with what it needs
///
/// What the file needs stands in its comment block `# /// script` (PEP 723). It is resolved and
/// installed into an environment in the cache, which is found again the next time. A file without
/// such a block runs as it is, with the Python of the active environment or `.venv`.
#[derive(Args, Debug)]
#[command(override_usage = "tilsit run [OPTIONS] <FILE> [ARGUMENTS]...")]
pub(crate) struct Arguments {
    /// The Python file, or `-` for standard input
    file: PathBuf,
    /// What the program is given
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    arguments: Vec<String>,
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
