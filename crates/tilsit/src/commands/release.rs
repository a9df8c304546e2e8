//! `tilsit release`: from a clean repository to a published release, each step tried in a clone first.
//!
//! Everything that can go wrong before something is published goes wrong in a temporary clone of the
//! repository: there the version goes up, the changelog gets its heading, the commit and its tag are made,
//! and the distributions are built and checked. With `--execute` that commit and tag are taken over, as
//! they are, and the files that were built are published. Without it, nothing has happened.

mod repository;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_files::{Durability, TemporaryFolder};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_project::Workspace;
use tilsit_project::changelog::{self, Entry, is_changelog};
use tilsit_project::workspace::PYPROJECT;
use tilsit_publish::FileSet;

use crate::commands::build::{HowToBuild, Making, Parts};
use crate::commands::publish::{self, SendingOptions};
use crate::commands::version::{self, NextVersion};
use crate::context::Context;
use crate::editing::EditedFile;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, STRONG, size};

use repository::{Repository, Trial};

/// What a tag is called where earlier tags do not tell.
const TAG_FORMAT: &str = "v{version}";

/// The part of a tag's name that stands for the version.
const VERSION: &str = "{version}";

/// Make a release: version, changelog, build, check, tag, publish
///
/// Without `--execute` everything is tried and nothing changed: in a clone of the repository the version
/// goes up, the lock follows, the changelog's notes of what is unreleased get a heading, the commit is
/// tagged, both distributions are built of it and checked, and the index is asked whether it would take
/// them. With `--execute` the same commit and tag become the repository's, the files go to `dist/` and are
/// published.
///
/// Without a version, the one that pyproject.toml states is released. A version that comes from tags is
/// named: `tilsit release 1.3.0`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    next: NextVersion,
    /// Do it; without this, it is only tried
    #[arg(short = 'x', long)]
    execute: bool,
    /// Push the branch and the tag to the branch's remote, before anything is published
    #[arg(long)]
    push: bool,
    /// Publish nothing
    #[arg(long)]
    no_publish: bool,
    /// Do not look for a changelog
    #[arg(long)]
    no_changelog: bool,
    /// The changelog [default: CHANGELOG, CHANGES, HISTORY or NEWS in the project's folder]
    #[arg(long, value_name = "FILE", conflicts_with = "no_changelog")]
    changelog: Option<PathBuf>,
    /// What the tag is called [default: as earlier tags are, else `v{version}`]
    #[arg(long, value_name = "FORMAT")]
    tag_format: Option<String>,
    /// Sign the tag, as git is set up to
    #[arg(long)]
    sign: bool,
    /// Release this member of the workspace
    #[arg(long, value_name = "MEMBER")]
    package: Option<ProjectName>,
    /// Build with this Python: a path, a folder, or a version [env: `TILSIT_PYTHON`]
    #[arg(long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    sending: SendingOptions,
}

/// What is to be released.
struct Planned {
    name: ProjectName,
    version: Version,
    /// The tag of the release.
    tag: String,
    /// The project's folder, seen from the top of the repository.
    place: PathBuf,
    /// Whether pyproject.toml states the version.
    is_stated: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let repository = Repository::around(&context.working_folder)?;
    repository.refuse_unready()?;
    let planned = plan(arguments, &repository, context)?;
    let folder = TemporaryFolder::create_in(&context.temporary_folder)?;
    let clone = repository.clone_into(&folder.path().join("clone"))?;
    change(arguments, &planned, &clone, context)?;
    let files = build(arguments, &planned, &clone, folder.path(), context)?;
    let published = if arguments.execute {
        carry_out(arguments, &planned, &clone, &files, context)?
    } else {
        foretell(arguments, &planned, &files, context)?
    };
    let names = files.files().iter().map(|file| &file.file_name);
    Ok(Report::silent(json!({
        "name": planned.name,
        "version": planned.version.to_string(),
        "tag": planned.tag,
        "executed": arguments.execute,
        "files": names.collect::<Vec<_>>(),
        "published": published,
    })))
}

/// Which version of what is released, and whether that can be.
fn plan(
    arguments: &Arguments,
    repository: &Repository,
    context: &Context,
) -> Result<Planned, CommandError> {
    let workspace = Workspace::find(&context.working_folder)?;
    let member = version::member(&workspace, arguments.package.as_ref(), context)?;
    let place = repository.inside(&member.folder)?;
    let file = EditedFile::project(&member.folder.join(PYPROJECT), context)?;
    let stated = file.editor()?.version();
    let version = match (&stated, &arguments.next.value) {
        (Ok(stated), _) => arguments.next.after(stated)?,
        (Err(_), Some(version)) => version.clone(),
        (Err(error), None) => {
            let error = file.refused(error);
            let example = "name the version that the tag gives it: `tilsit release 1.0`";
            return Err(error.hint(example));
        }
    };
    let format = arguments.tag_format.clone();
    let format = format.map_or_else(|| usual_format(repository), Ok)?;
    if !format.contains(VERSION) {
        let message = format!("the tag's format `{format}` lacks `{VERSION}`");
        return Err(CommandError::new(Code::Usage, message));
    }
    let tag = format.replace(VERSION, &version.to_string());
    if repository.has_tag(&tag)? {
        let message = format!("the tag `{tag}` is there already: {version} was released");
        let error = CommandError::new(Code::ReleaseNotReady, message);
        return Err(if arguments.next.is_silent() {
            error.hint("say which version comes next, as with `--bump patch`")
        } else {
            error
        });
    }
    Ok(Planned {
        name: member.name.clone(),
        version,
        tag,
        place,
        is_stated: stated.is_ok(),
    })
}

/// The form that earlier tags have.
fn usual_format(repository: &Repository) -> Result<String, CommandError> {
    let newest = repository.newest_tags()?;
    let bare = newest.iter().find_map(|tag| {
        let plain = tag.strip_prefix('v').unwrap_or(tag);
        plain
            .parse::<Version>()
            .ok()
            .map(|_| plain.len() == tag.len())
    });
    Ok(match bare {
        Some(true) => VERSION.to_owned(),
        _ => TAG_FORMAT.to_owned(),
    })
}

/// Makes the commit of the release, and its tag, in the clone.
fn change(
    arguments: &Arguments,
    planned: &Planned,
    clone: &Trial,
    context: &Context,
) -> Result<(), CommandError> {
    let folder = clone.folder().join(&planned.place);
    let inner = context.within(&folder);
    let (version, tag) = (&planned.version, &planned.tag);
    if planned.is_stated {
        let change = version::Arguments::to(version.clone(), planned.name.clone());
        version::run(&change, &inner)?;
    }
    if !arguments.no_changelog {
        tell_of(arguments, planned, &folder, context)?;
    }
    let changed = clone.commit(&format!("{} {version}", planned.name))?;
    for file in &changed {
        say(arguments, "Changed", "Would change", file, context);
    }
    clone.tag(tag, &format!("{} {version}", planned.name), arguments.sign)?;
    say(arguments, "Tagged", "Would tag", tag, context);
    Ok(())
}

/// Gives the changelog a heading for the release, unless it has one.
fn tell_of(
    arguments: &Arguments,
    planned: &Planned,
    folder: &Path,
    context: &Context,
) -> Result<(), CommandError> {
    let path = match &arguments.changelog {
        Some(named) => folder.join(named),
        None => match find_changelog(folder)? {
            Some(path) => path,
            None => return Ok(()),
        },
    };
    let name = path.strip_prefix(folder).unwrap_or(&path).display();
    let text = tilsit_files::read_to_string(&path)?;
    let date = context.now().strftime("%Y-%m-%d").to_string();
    match changelog::entry(&text, &planned.version, &date) {
        Ok(Entry::Ready) => Ok(()),
        Ok(Entry::Waiting(text)) => Ok(tilsit_files::write_atomic(&path, text, Durability::Fast)?),
        Err(missing) => {
            let message = format!(
                "`{name}` does not tell of {}: it {missing}",
                planned.version
            );
            Err(CommandError::new(Code::ReleaseNotReady, message).hint(format!(
                "write what is new below a heading `{}` or `Unreleased`, or say `--no-changelog`",
                planned.version
            )))
        }
    }
}

fn find_changelog(folder: &Path) -> Result<Option<PathBuf>, CommandError> {
    let mut found: Vec<PathBuf> = tilsit_files::read_dir(folder)?
        .into_iter()
        .map(|entry| entry.path)
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            is_changelog(&name) && path.is_file()
        })
        .collect();
    found.sort();
    Ok(found.into_iter().next())
}

/// Builds the distributions of the clone and checks them.
fn build(
    arguments: &Arguments,
    planned: &Planned,
    clone: &Trial,
    out: &Path,
    context: &Context,
) -> Result<FileSet, CommandError> {
    let source = clone.folder().join(&planned.place);
    let inner = context.within(&source);
    let how = HowToBuild::with(arguments.python.as_deref());
    let paths = Making::new(&how, &inner).make(&source, &out.join("dist"), Parts::Both)?;
    let files = FileSet::check(&paths)?;
    let wrong = files
        .files()
        .iter()
        .find(|file| file.version != planned.version);
    if let Some(file) = wrong {
        let message = format!(
            "`{}` is built, which is not the version {} that is released",
            file.file_name, planned.version
        );
        let error = CommandError::new(Code::ReleaseNotReady, message);
        return Err(
            error.hint("the build backend takes the version from somewhere else: change it there")
        );
    }
    for file in files.files() {
        let bytes = size(file.size_bytes);
        context.terminal.say(format_args!(
            "{GOOD}Built and checked{GOOD:#} {} {DIM}({bytes}){DIM:#}",
            file.file_name
        ));
        for finding in &file.findings {
            let name = &file.file_name;
            context.terminal.warn(format_args!("{name}: {finding}"));
        }
    }
    Ok(files)
}

/// Takes over what was made, and publishes.
fn carry_out(
    arguments: &Arguments,
    planned: &Planned,
    clone: &Trial,
    files: &FileSet,
    context: &Context,
) -> Result<Option<serde_json::Value>, CommandError> {
    clone.hand_over(&planned.tag)?;
    let dist = clone.origin().join(&planned.place).join("dist");
    tilsit_files::create_dir_all(&dist)?;
    let mut paths = Vec::new();
    for file in files.files() {
        let path = dist.join(&file.file_name);
        tilsit_files::copy(&file.path, &path)?;
        paths.push(path);
    }
    let goes_on = |error: CommandError, command: String| {
        let tag = &planned.tag;
        error.hint(format!(
            "the commit and the tag `{tag}` are made: `{command}` goes on from here"
        ))
    };
    if arguments.push {
        let pushed = clone.push(&planned.tag);
        pushed.map_err(|error| goes_on(error, "git push --follow-tags".to_owned()))?;
    } else {
        context.terminal.say(format_args!(
            "The commit and the tag {STRONG}{}{STRONG:#} are yours to push: {DIM}git push --follow-tags{DIM:#}",
            planned.tag
        ));
    }
    if arguments.no_publish {
        return Ok(None);
    }
    let sent = publish::send(&FileSet::read(&paths)?, &arguments.sending, false, context);
    let report = sent.map_err(|error| {
        let shown: Vec<String> = paths.iter().map(|path| context.show(path)).collect();
        goes_on(error, format!("tilsit publish {}", shown.join(" ")))
    })?;
    Ok(Some(report.into_result()))
}

/// Says what `--execute` would do besides.
fn foretell(
    arguments: &Arguments,
    planned: &Planned,
    files: &FileSet,
    context: &Context,
) -> Result<Option<serde_json::Value>, CommandError> {
    let published = if arguments.no_publish {
        None
    } else {
        Some(publish::send(files, &arguments.sending, true, context)?.into_result())
    };
    context.terminal.say(format_args!(
        "Nothing was changed. `--execute` releases {STRONG}{} {}{STRONG:#}.",
        planned.name, planned.version
    ));
    Ok(published)
}

fn say(arguments: &Arguments, done: &str, would: &str, what: &str, context: &Context) {
    let word = if arguments.execute { done } else { would };
    context
        .terminal
        .say(format_args!("{GOOD}{word}{GOOD:#} {what}"));
}
