//! `tilsit build`: the distributions of a project.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_build_backend::{BuildOptions, Built, build_sdist, build_wheel, build_wheel_from_sdist};
use tilsit_publish::{CheckedFile, FileSet};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, size};

/// Build the distributions of a project
///
/// For pure Python projects that say everything in pyproject.toml: the source distribution, and the
/// wheel of it. Both are checked. The same source gives the same bytes; `SOURCE_DATE_EPOCH` sets the
/// time inside.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The folder of the project
    #[arg(default_value = ".", value_name = "FOLDER")]
    source: PathBuf,
    /// Where the distributions go [default: dist in the project's folder]
    #[arg(short, long, value_name = "FOLDER")]
    out_dir: Option<PathBuf>,
    /// Build only the source distribution
    #[arg(long, conflicts_with = "wheel")]
    sdist: bool,
    /// Build only the wheel, straight from the folder
    #[arg(long)]
    wheel: bool,
}

#[derive(Serialize)]
struct FileEntry {
    path: PathBuf,
    sha256: String,
    size_bytes: u64,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let source = context.resolve(&arguments.source);
    let out = match &arguments.out_dir {
        Some(out) => context.resolve(out),
        None => source.join("dist"),
    };
    let options = BuildOptions {
        modified_seconds: modified_seconds(context)?,
    };
    tilsit_files::create_dir_all(&out)?;
    let built = build(arguments, &source, &out, options, context)?;
    let paths: Vec<&Path> = built.iter().map(|built| built.path.as_path()).collect();
    let checked = FileSet::check(&paths)?;
    let entries: Vec<FileEntry> = checked.files().iter().map(entry).collect();
    for entry in &entries {
        let path = context.show(&entry.path);
        let bytes = size(entry.size_bytes);
        context.terminal.say(format_args!(
            "{GOOD}Built{GOOD:#} {path} {DIM}({bytes}){DIM:#}"
        ));
    }
    Ok(Report::silent(json!({ "files": entries })))
}

fn build(
    arguments: &Arguments,
    source: &Path,
    out: &Path,
    options: BuildOptions,
    context: &Context,
) -> Result<Vec<Built>, CommandError> {
    if arguments.wheel {
        return Ok(vec![build_wheel(source, out, &options)?]);
    }
    let sdist = build_sdist(source, out, &options)?;
    if arguments.sdist {
        return Ok(vec![sdist]);
    }
    let wheel = build_wheel_from_sdist(&sdist.path, out, &context.temporary_folder, &options)?;
    Ok(vec![sdist, wheel])
}

/// The time inside the archives (see reproducible-builds.org, `SOURCE_DATE_EPOCH`).
fn modified_seconds(context: &Context) -> Result<u64, CommandError> {
    let Some(text) = context.variables.text("SOURCE_DATE_EPOCH") else {
        return Ok(BuildOptions::default().modified_seconds);
    };
    text.parse().map_err(|_| {
        CommandError::new(
            Code::Usage,
            format!("`SOURCE_DATE_EPOCH` is `{text}`, not a number of seconds since 1970"),
        )
    })
}

fn entry(file: &CheckedFile) -> FileEntry {
    FileEntry {
        path: file.path.clone(),
        sha256: file.sha256.to_string(),
        size_bytes: file.size_bytes,
    }
}
