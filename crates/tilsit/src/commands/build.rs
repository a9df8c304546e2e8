//! `tilsit build`: the distributions of a project, by our own backend in process where it builds the
//! same, else by the project's own.

mod itself;
mod making;
mod matrix;
mod members;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_dist::Severity;
use tilsit_dist::check::is_distribution;
use tilsit_packaging::name::ProjectName;
use tilsit_publish::{CheckedFile, FileSet};

use crate::building::backend_options;
use crate::context::Context;
use crate::error::CommandError;
use crate::findings;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, size};

pub(crate) use making::{HowToBuild, Making, Parts, warn};

/// Build the distributions of a project
///
/// The source distribution, and the wheel of it, with the backend that pyproject.toml names. Both are
/// checked. Pure Python projects that say everything in pyproject.toml are built without starting a
/// Python; then the same source gives the same bytes. `SOURCE_DATE_EPOCH` sets the time inside.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The folder of the project, or its source distribution
    #[arg(default_value = ".", value_name = "SOURCE")]
    source: PathBuf,
    /// Where the distributions go [default: dist in the project's folder]
    #[arg(short, long, value_name = "FOLDER", visible_alias = "outdir")]
    out_dir: Option<PathBuf>,
    /// Build the source distribution; the wheel too only with `--wheel`
    #[arg(short, long)]
    sdist: bool,
    /// Build the wheel, straight from the folder
    #[arg(short, long)]
    wheel: bool,
    /// Build a wheel for each Python of this machine, or each that `--python` names; make it run on other
    /// systems (`tilsit repair`), and test it in an environment of its own. `[tool.cibuildwheel]` is heeded
    #[arg(long, conflicts_with = "all")]
    matrix: bool,
    /// Build all members of the workspace, into the `dist` folder of its root
    #[arg(long, visible_alias = "all-packages", conflicts_with = "package")]
    all: bool,
    /// Build this member of the workspace; may be repeated
    #[arg(long, value_name = "MEMBER")]
    package: Vec<ProjectName>,
    /// Build the wheels of tilsit itself and of its build backend, for an index of your own
    #[arg(
        long = "self",
        conflicts_with_all = [
            "source", "sdist", "wheel", "matrix", "all", "package", "force_pep517", "python", "BuildOptions",
            // clap leaves groups with groups in them empty.
            "index_url", "extra_index_url", "index", "no_index", "find_links", "NetworkOptions",
        ]
    )]
    itself: bool,
    /// Taken for those who are used to it: nothing is checked that could be passed over
    #[arg(short = 'x', long, hide = true)]
    skip_dependency_check: bool,
    /// Remove the distributions that are in the folder before
    #[arg(long)]
    clear: bool,
    #[command(flatten)]
    how: HowToBuild,
}

#[derive(Serialize)]
struct FileEntry {
    path: PathBuf,
    sha256: String,
    size_bytes: u64,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let source = context.resolve(&arguments.source);
    let is_file = source.is_file();
    let out = match &arguments.out_dir {
        Some(out) => context.resolve(out),
        None if is_file => source.parent().unwrap_or(Path::new("")).to_path_buf(),
        None => source.join("dist"),
    };
    if arguments.clear {
        clear(&out, &source)?;
    }
    if arguments.itself {
        let built = itself::build(&out, &backend_options(context)?, context)?;
        let sets = built.iter().map(|path| FileSet::read(&[path]));
        return Ok(report(&sets.collect::<Result<Vec<_>, _>>()?, context));
    }
    let parts = match (arguments.sdist, arguments.wheel) {
        (false, false) => Parts::Both,
        (true, false) => Parts::Sdist,
        (false, true) => Parts::Wheel,
        (true, true) => Parts::Apart,
    };
    if arguments.matrix {
        return matrix::run(arguments, &source, &out, context);
    }
    let making = Making::new(&arguments.how, context);
    let sources = match members::folders(&source, arguments.all, &arguments.package, context)? {
        Some(members) => members,
        None => vec![source],
    };
    let mut sets = Vec::new();
    for source in &sources {
        sets.push(FileSet::read(&making.make(source, &out, parts)?)?);
    }
    Ok(report(&sets, context))
}

/// Says what was built, and what is wrong with it.
fn report(sets: &[FileSet], context: &Context) -> Report {
    let files: Vec<&CheckedFile> = sets.iter().flat_map(FileSet::files).collect();
    for file in &files {
        let errors = file.findings.iter();
        for finding in errors.filter(|finding| finding.severity() == Severity::Error) {
            let code = findings::code_of(finding.rule).id();
            let name = &file.file_name;
            context
                .terminal
                .warn(format_args!("{name}: {code}: {finding}"));
        }
    }
    let entries: Vec<FileEntry> = files.into_iter().map(entry).collect();
    for entry in &entries {
        let path = context.show(&entry.path);
        let bytes = size(entry.size_bytes);
        context.terminal.say(format_args!(
            "{GOOD}Built{GOOD:#} {path} {DIM}({bytes}){DIM:#}"
        ));
    }
    Report::silent(json!({ "files": entries }))
}

/// Removes the distributions of earlier builds, and nothing else: least of all the one to build of.
fn clear(folder: &Path, source: &Path) -> Result<(), CommandError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let name = entry.path.file_name().unwrap_or_default();
        if entry.path != source && is_distribution(&name.to_string_lossy()) {
            tilsit_files::remove_file(&entry.path)?;
        }
    }
    Ok(())
}

fn entry(file: &CheckedFile) -> FileEntry {
    FileEntry {
        path: file.path.clone(),
        sha256: file.sha256.to_string(),
        size_bytes: file.size_bytes,
    }
}
