//! `tilsit init`: the first files of a project or a script.

mod git;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::Workspace;
use tilsit_project::edit::EditError;
use tilsit_project::new_project::{self, Author, Backend, Kind, NewProject};
use tilsit_project::workspace::PYPROJECT;

use crate::context::Context;
use crate::editing::EditedFile;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{GOOD, STRONG};

use write::Writing;

/// Begin a project, or a script
///
/// Writes pyproject.toml, README.md, `.python-version` and a first module, and makes a git repository
/// where there is none around. Files that are there stay as they are; a folder that is a project is left
/// alone. In a workspace the new project becomes a member.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The folder, made if it is not there; this one by default
    path: Option<PathBuf>,
    #[command(flatten)]
    kind: KindOptions,
    /// The name of the project; that of its folder by default
    #[arg(long)]
    name: Option<ProjectName>,
    /// What the project is, in one line
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The Python that it is for, as `3.12` or `>=3.10` [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Write no README.md
    #[arg(long)]
    no_readme: bool,
    /// Write no `.python-version`
    #[arg(long)]
    no_pin_python: bool,
    /// Who makes it: as git knows it, or nobody; by default as git knows it in projects that are built
    #[arg(long, value_name = "FROM", default_value = "auto", value_parser = ["auto", "git", "none"])]
    author_from: String,
    /// Make a git repository, or none; by default one where git is there and no repository around
    #[arg(long, value_name = "SYSTEM", value_parser = ["git", "none"])]
    vcs: Option<String>,
    /// Do not become a member of the workspace around
    #[arg(long)]
    no_workspace: bool,
}

/// What begins.
#[derive(Args, Debug)]
struct KindOptions {
    /// A program; so it is if nothing is said
    #[arg(long, conflicts_with_all = ["lib", "script"])]
    app: bool,
    /// A package for others to import
    #[arg(long, visible_alias = "library", conflicts_with = "script")]
    lib: bool,
    /// Have it built and installed, with its modules in `src`
    #[arg(long, conflicts_with_all = ["no_package", "script"])]
    package: bool,
    /// Have nothing built: run it as it lies there
    #[arg(long, conflicts_with_all = ["lib", "build_backend"])]
    no_package: bool,
    /// A single file, which says itself what it needs
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "bare", "name", "description"])]
    script: Option<PathBuf>,
    /// Nothing but pyproject.toml
    #[arg(long)]
    bare: bool,
    /// What builds it: `flit`, `hatchling`, `pdm`, `poetry` or `setuptools`
    #[arg(long, value_name = "BACKEND", conflicts_with = "script")]
    build_backend: Option<Backend>,
}

impl KindOptions {
    fn kind(&self) -> Kind {
        match (self.bare, self.lib) {
            (true, _) => Kind::Bare,
            (false, true) => Kind::Library,
            (false, false) => Kind::Application,
        }
    }

    fn backend(&self) -> Option<Backend> {
        let is_built = self.lib || self.package || self.build_backend.is_some();
        is_built.then(|| self.build_backend.unwrap_or(Backend::Hatchling))
    }
}

/// The Pythons of what begins.
struct Python {
    requires: String,
    pin: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if let Some(script) = &arguments.kind.script {
        return begin_script(arguments, &context.resolve(script), context);
    }
    let typed = arguments.path.as_deref().unwrap_or(Path::new("."));
    let folder = context.resolve(typed);
    refuse_project(&folder, context)?;
    let project = project(arguments, &folder, context)?;
    let mut writing = Writing::default();
    match write_all(arguments, &project, &folder, &mut writing, context) {
        Ok(member_of) => {
            let member_of = member_of.as_deref();
            Ok(report(&project, &folder, member_of, &writing, context))
        }
        Err(error) => Err(writing.undo(error)),
    }
}

/// A folder that is a project already stays as it is.
fn refuse_project(folder: &Path, context: &Context) -> Result<(), CommandError> {
    let path = folder.join(PYPROJECT);
    if !tilsit_files::exists(&path)? {
        return Ok(());
    }
    let shown = context.show(&path);
    let error = CommandError::new(
        Code::Usage,
        format!("there is a project already: `{shown}`"),
    );
    Err(error.hint("`tilsit add NAME` adds what it needs; `tilsit init FOLDER` begins another one"))
}

fn project(
    arguments: &Arguments,
    folder: &Path,
    context: &Context,
) -> Result<NewProject, CommandError> {
    let kind = arguments.kind.kind();
    let backend = arguments.kind.backend();
    let python = python(arguments, context)?;
    let is_more = kind != Kind::Bare;
    let around = git::repository_around(folder);
    let wants_git = arguments.vcs.as_deref() != Some("none") && is_more;
    let has_place = around.is_none_or(|around| around == folder);
    let project = NewProject {
        name: name(arguments, folder)?,
        description: arguments.description.clone(),
        kind,
        backend,
        requires_python: python.requires,
        pin: (is_more && !arguments.no_pin_python).then_some(python.pin),
        author: author(arguments, backend, folder),
        has_readme: is_more && !arguments.no_readme,
        has_gitignore: wants_git && has_place,
    };
    let module = project.module();
    if backend.is_some() && is_more && module.starts_with(|letter: char| letter.is_ascii_digit()) {
        let message = format!("nobody could import `{module}`: it begins with a digit");
        return Err(CommandError::new(Code::Usage, message).hint("choose another name: `--name`"));
    }
    Ok(project)
}

fn name(arguments: &Arguments, folder: &Path) -> Result<ProjectName, CommandError> {
    if let Some(name) = &arguments.name {
        return Ok(name.clone());
    }
    name_of_folder(folder).map_err(|error| error.hint("choose one: `--name`"))
}

/// A project that is called as its folder.
///
/// # Errors
/// When no project can be called so.
pub(super) fn name_of_folder(folder: &Path) -> Result<ProjectName, CommandError> {
    let last = folder.file_name().unwrap_or_default().to_string_lossy();
    last.parse::<ProjectName>().map_err(|error| {
        let message = format!("`{last}`, the name of the folder, cannot be that of a project");
        CommandError::new(Code::Usage, message).caused_by(error.to_string())
    })
}

/// The Pythons: those that were typed, or the found one's minor version and newer ones.
fn python(arguments: &Arguments, context: &Context) -> Result<Python, CommandError> {
    let typed = arguments.python.as_deref();
    let found = pythons::find(typed, Scope::Base, context)?;
    let (major, minor) = found.interpreter.major_minor();
    let pin = format!("{major}.{minor}");
    let range = typed.filter(|typed| typed.starts_with(['<', '>', '=', '!', '~']));
    let range = range.and_then(|typed| typed.parse::<VersionSpecifiers>().ok());
    let requires = range.map_or_else(|| format!(">={pin}"), |range| range.to_string());
    Ok(Python { requires, pin })
}

fn author(arguments: &Arguments, backend: Option<Backend>, folder: &Path) -> Option<Author> {
    match &*arguments.author_from {
        "git" => git::author(folder),
        "auto" if backend.is_some() => git::author(folder),
        _ => None,
    }
}

/// Writes everything; gives the root of the workspace that the project became a member of.
fn write_all(
    arguments: &Arguments,
    project: &NewProject,
    folder: &Path,
    writing: &mut Writing,
    context: &Context,
) -> Result<Option<PathBuf>, CommandError> {
    writing.folder(folder)?;
    for file in project.files() {
        writing.file(&folder.join(&file.path), &file.text)?;
    }
    let member_of = if arguments.no_workspace {
        None
    } else {
        join_workspace(folder, writing, context)?
    };
    let wants_git = match arguments.vcs.as_deref() {
        Some("git") => true,
        Some(_) => false,
        None => project.kind != Kind::Bare && git::is_there(),
    };
    if wants_git && git::repository_around(folder).is_none() {
        writing.repository(folder)?;
    }
    Ok(member_of)
}

/// Makes the project a member of the workspace around, if there is one and it is none yet.
fn join_workspace(
    folder: &Path,
    writing: &mut Writing,
    context: &Context,
) -> Result<Option<PathBuf>, CommandError> {
    let Some(above) = folder.parent() else {
        return Ok(None);
    };
    // A folder above that cannot be read as a project is not ours to speak of.
    let Ok(around) = Workspace::find(above) else {
        return Ok(None);
    };
    let is_workspace = around.settings.workspace.is_some();
    let Some(member) = folder
        .strip_prefix(&around.root)
        .ok()
        .filter(|_| is_workspace)
    else {
        return Ok(None);
    };
    let now = Workspace::find(folder)?;
    if now.root != around.root {
        let parts = member
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        let member = parts.collect::<Vec<_>>().join("/");
        let root = EditedFile::project(&around.root.join(PYPROJECT), context)?;
        let mut editor = root.editor()?;
        let added = editor.add_member(&member);
        added.map_err(|error| root.refused(&error))?;
        root.write(editor, &mut writing.originals)?;
    }
    Ok(Some(around.root))
}

fn report(
    project: &NewProject,
    folder: &Path,
    member_of: Option<&Path>,
    writing: &Writing,
    context: &Context,
) -> Report {
    let shown = context.show(folder);
    let name = &project.name;
    let place = if shown == "." || shown.is_empty() {
        String::new()
    } else {
        format!(" in `{shown}`")
    };
    let say = |line: String| context.terminal.say(line);
    say(format!(
        "{GOOD}Began{GOOD:#} {STRONG}{name}{STRONG:#}{place}"
    ));
    for kept in &writing.kept {
        say(format!("Left `{}` as it is", context.show(kept)));
    }
    if let Some(root) = member_of {
        say(format!(
            "It is a member of the workspace in `{}`",
            context.show(root)
        ));
    }
    Report::silent(json!({
        "name": name.as_str(),
        "folder": folder,
        "files": writing.made,
        "kept": writing.kept,
        "workspace": member_of,
        "repository": writing.repository,
    }))
}

fn begin_script(
    arguments: &Arguments,
    path: &Path,
    context: &Context,
) -> Result<Report, CommandError> {
    let shown = context.show(path);
    let text = match tilsit_files::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error.into()),
    };
    let block = text.as_deref().map(|text| {
        let block = tilsit_packaging::inline_script::find_block(text, "script");
        block.map_err(EditError::from)
    });
    if let Some(Ok(Some(block))) = block {
        let line = block.line;
        let message = format!("`{shown}` says on line {line} what it needs already");
        return Err(CommandError::new(Code::Usage, message)
            .hint(format!("`tilsit add --script {shown} NAME` adds to it")));
    }
    let python = python(arguments, context)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let made = new_project::script(text.as_deref(), &stem, &python.requires);
    let made = made.map_err(|error| {
        let message = format!("`{shown}` cannot be changed");
        CommandError::new(Code::ScriptInvalid, message).caused_by(error.to_string())
    })?;
    let mut writing = Writing::default();
    let written = match text {
        None => writing.new_file(path, &made),
        Some(_) => writing.replaced(&tilsit_files::canonicalize(path)?, &made),
    };
    written.map_err(|error| writing.undo(error))?;
    context
        .terminal
        .say(format_args!("{GOOD}Began{GOOD:#} the script `{shown}`"));
    Ok(Report::silent(json!({ "script": path })))
}
