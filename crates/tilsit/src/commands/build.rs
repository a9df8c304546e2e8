//! `tilsit build`: the distributions of a project, by our own backend in process where it builds the
//! same, else by the project's own.

mod itself;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_build_backend::{
    self as backend, BuildError, BuildOptions as BackendOptions, Built, SourceProject,
};
use tilsit_build_frontend::{BuildFrontend, Source, SourceError, Target};
use tilsit_dist::Severity;
use tilsit_dist::check::is_distribution;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::pyproject::PyProject;
use tilsit_publish::{CheckedFile, FileSet};
use tilsit_resolver::Preferences;
use url::Url;

use crate::building::{BuildOptions, backend_options};
use crate::commands::options::{IndexOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::findings;
use crate::pythons;
use crate::report::Report;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};
use crate::terminal::{DIM, GOOD, size};

/// The name by which a project asks for our own backend.
const OWN_BACKEND: &str = "tilsit_build";

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
    /// Build the wheels of tilsit itself and of its build backend, for an index of your own
    #[arg(
        long = "self",
        conflicts_with_all = [
            "source", "sdist", "wheel", "force_pep517", "python", "BuildOptions",
            // clap leaves groups with groups in them empty.
            "index_url", "extra_index_url", "index", "no_index", "find_links", "NetworkOptions",
        ]
    )]
    itself: bool,
    /// Call the backend that pyproject.toml names, also where ours would build the same
    #[arg(long)]
    force_pep517: bool,
    /// Taken for those who are used to it: nothing is checked that could be passed over
    #[arg(short = 'x', long, hide = true)]
    skip_dependency_check: bool,
    /// Remove the distributions that are in the folder before
    #[arg(long)]
    clear: bool,
    /// Build with this Python: a path, a folder, or a version [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
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
    let in_process = backend_options(context)?;
    if arguments.itself {
        let built = itself::build(&out, &in_process, context)?;
        let sets = built.iter().map(|path| FileSet::read(&[path]));
        return Ok(report(&sets.collect::<Result<Vec<_>, _>>()?, context));
    }
    let is_open = !is_file && !arguments.force_pep517 && arguments.build.is_usual();
    let built = if is_open && is_own(&source, &in_process, context)? {
        tilsit_files::create_dir_all(&out)?;
        build_in_process(arguments, &source, &out, &in_process, context)?
    } else {
        build_by_backend(arguments, &source, &out, context)?
    };
    Ok(report(&[FileSet::read(&built)?], context))
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

/// Whether a project is ours to build: it names our backend, or another that would do the same.
fn is_own(
    folder: &Path,
    options: &BackendOptions,
    context: &Context,
) -> Result<bool, CommandError> {
    let text = match tilsit_files::read_to_string(folder.join("pyproject.toml")) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let (pyproject, problems) =
        PyProject::parse(&text).map_err(|source| BuildError::PyProject {
            folder: folder.to_path_buf(),
            source,
        })?;
    let named = pyproject
        .build_system
        .and_then(|system| system.build_backend);
    let alike = || {
        let project = SourceProject::open(folder, options);
        project.is_ok_and(|project| backend::wheel_contents::wheel_files(&project).is_ok())
    };
    let is_own = named.as_deref() == Some(OWN_BACKEND) || alike();
    // Our own says them when it builds.
    for problem in problems.iter().filter(|_| !is_own) {
        context
            .terminal
            .warn(format_args!("pyproject.toml {problem}"));
    }
    Ok(is_own)
}

fn build_in_process(
    arguments: &Arguments,
    source: &Path,
    out: &Path,
    options: &BackendOptions,
    context: &Context,
) -> Result<Vec<PathBuf>, CommandError> {
    let mut built = Vec::new();
    if arguments.sdist || !arguments.wheel {
        let sdist = backend::build_sdist(source, out, options)?;
        warn(&sdist, context);
        built.push(sdist.path);
    }
    if arguments.wheel {
        let wheel = backend::build_wheel(source, out, options)?;
        if built.is_empty() {
            warn(&wheel, context);
        }
        built.push(wheel.path);
    } else if !arguments.sdist {
        let temporary = &context.temporary_folder;
        let wheel = backend::build_wheel_from_sdist(&built[0], out, temporary, options);
        let wheel = wheel.map_err(|error| of_sdist(error.into(), &built[0], context))?;
        built.push(wheel.path);
    }
    Ok(built)
}

/// Says what is odd in a project that our own backend built.
pub(super) fn warn(built: &Built, context: &Context) {
    for problem in &built.problems {
        context
            .terminal
            .warn(format_args!("pyproject.toml {problem}"));
    }
}

fn build_by_backend(
    arguments: &Arguments,
    source: &Path,
    out: &Path,
    context: &Context,
) -> Result<Vec<PathBuf>, CommandError> {
    let project = source_at(source)?;
    if arguments.sdist && matches!(project, Source::Archive(_)) {
        let message = "a source distribution is there already: only its wheel can be built";
        return Err(CommandError::new(Code::Usage, message));
    }
    let frontend = frontend(arguments, context)?;
    let build = |source: Source, target: Target| -> Result<PathBuf, CommandError> {
        // Beside first: what is in the way of a backend, or half made, is not to be seen.
        tilsit_files::create_dir_all(out)?;
        let beside = tilsit_files::TemporaryFolder::create_in(out)?;
        let made = frontend.build_into(source, target, beside.path())?;
        let path = out.join(made.file_name().unwrap_or_default());
        tilsit_files::rename(&made, &path)?;
        Ok(path)
    };
    if matches!(project, Source::Archive(_)) {
        return Ok(vec![build(project, Target::Wheel)?]);
    }
    let mut built = Vec::new();
    if arguments.sdist || !arguments.wheel {
        built.push(build(project.clone(), Target::Sdist)?);
    }
    if arguments.wheel {
        built.push(build(project, Target::Wheel)?);
    } else if !arguments.sdist {
        let wheel = build(source_at(&built[0])?, Target::Wheel);
        built.push(wheel.map_err(|error| of_sdist(error, &built[0], context))?);
    }
    Ok(built)
}

/// What is to be known of a failure to build the wheel of a source distribution just made.
fn of_sdist(error: CommandError, sdist: &Path, context: &Context) -> CommandError {
    let sdist = context.show(sdist);
    error.hint(format!(
        "this was built of `{sdist}`, as users of it would: a file that is missing is missing there; \
         `--wheel` builds straight from the folder"
    ))
}

fn source_at(path: &Path) -> Result<Source, CommandError> {
    let url = Url::from_file_path(path).map_err(|()| {
        let reason = SourceError::NotThere(path.to_path_buf());
        CommandError::from_error(Code::ProjectInvalid, &reason)
    })?;
    let found = Source::of_url(url.as_str(), false);
    let (source, _) =
        found.map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
    Ok(source)
}

fn frontend(arguments: &Arguments, context: &Context) -> Result<BuildFrontend, CommandError> {
    let mut wanted = Wanted::default();
    wanted.build = arguments.build.read(context)?;
    let found = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
    let question = Question {
        wanted: &wanted,
        configuration: &arguments.index.over(context)?,
        interpreter: &found.interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: false,
        refresh: UpgradeOptions::default().refresh(),
        installed: BTreeMap::new(),
        pages_only: false,
    };
    resolving::frontend(&question, context)
}

fn entry(file: &CheckedFile) -> FileEntry {
    FileEntry {
        path: file.path.clone(),
        sha256: file.sha256.to_string(),
        size_bytes: file.size_bytes,
    }
}
