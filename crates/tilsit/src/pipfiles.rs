//! A project with a Pipfile: its settings, its lock `Pipfile.lock`, and its environment, which is the
//! one that pipenv uses too.
//!
//! Such a lock says versions and hashes, and not where files are: where a lock is read, the indexes are
//! asked for the files of exactly these versions, and those with another hash are left out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_files::Durability;
use tilsit_project::Pipfile;
use tilsit_project::lock::Lock;
use tilsit_project::pipfile::{PIPFILE, PipfileLock, PipfileLockError, environment_name};

use crate::configuration::Settings;
use crate::context::{Context, Variables};
use crate::error::CommandError;
use crate::explain::Code;
use crate::indexes;
use crate::locking::{Locked, Locking};
use crate::projects::{self, Project};

/// The source without a name.
const UNNAMED: &str = "pipfile";

/// The Pipfile that `PIPENV_PIPFILE` names.
pub(crate) fn named(context: &Context) -> Option<PathBuf> {
    let path = context.variables.path("PIPENV_PIPFILE")?;
    Some(context.resolve(path))
}

/// The file of variables of a project with a Pipfile: the one that is named, or `.env` beside it.
///
/// # Errors
/// When the project cannot be read.
pub(crate) fn env_file(context: &Context) -> Result<Option<PathBuf>, CommandError> {
    let variables = &context.variables;
    let mut folders = context.working_folder.ancestors();
    let is_possible =
        named(context).is_some() || folders.any(|folder| folder.join(PIPFILE).is_file());
    if !is_possible || truth(variables, "PIPENV_DONT_LOAD_ENV") == Some(true) {
        return Ok(None);
    }
    let workspace = projects::workspace(context)?;
    if workspace.pipfile.is_none() {
        return Ok(None);
    }
    let named = variables.path("PIPENV_DOTENV_LOCATION");
    let path = match named {
        Some(path) => context.resolve(path),
        None => workspace.root.join(".env"),
    };
    if path.is_file() {
        return Ok(Some(path));
    }
    if named.is_some() {
        context.terminal.warn(format_args!(
            "the file of variables `{}`, which `PIPENV_DOTENV_LOCATION` names, is not there",
            context.show(&path)
        ));
    }
    Ok(None)
}

/// A variable that says yes or no.
fn truth(variables: &Variables, name: &str) -> Option<bool> {
    match variables.text(name)?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// What a Pipfile says of indexes and pre-releases. As with pipenv, the first source is the default
/// one, and the others are asked for what names them only.
///
/// # Errors
/// When a URL names a variable that is not set.
pub(crate) fn settings(pipfile: &Pipfile, context: &Context) -> Result<Settings, CommandError> {
    let mut table = toml::Table::new();
    let mut indexes = Vec::new();
    let mut unchecked = Vec::new();
    for (place, source) in pipfile.sources.iter().enumerate() {
        let url = expanded(&source.url, &context.variables)?;
        if !source.verify_ssl
            && let Ok(parsed) = url::Url::parse(&url)
            && let Some(host) = parsed.host_str()
        {
            unchecked.push(toml::Value::from(host));
        }
        let name = source.name.as_deref().unwrap_or(UNNAMED);
        indexes.push(toml::Value::Table(toml::Table::from_iter([
            ("name".to_owned(), name.into()),
            ("url".to_owned(), url.into()),
            ("default".to_owned(), (place == 0).into()),
            ("explicit".to_owned(), (place != 0).into()),
        ])));
    }
    table.insert("index".to_owned(), indexes.into());
    if !unchecked.is_empty() {
        table.insert("trusted-host".to_owned(), unchecked.into());
    }
    let first = pipfile.sources.first().and_then(|one| one.name.as_deref());
    let mut pins = toml::Table::new();
    for (project, index) in pipfile.pinned_sources() {
        if Some(index) != first {
            let pin = toml::Table::from_iter([("index".to_owned(), index.into())]);
            pins.insert(project.to_owned(), pin.into());
        }
    }
    table.insert("sources".to_owned(), pins.into());
    if pipfile.allows_prereleases {
        table.insert("pre".to_owned(), true.into());
    }
    table
        .try_into()
        .map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))
}

/// A URL with the values of the variables that it names.
///
/// # Errors
/// When one is not set.
fn expanded(url: &str, variables: &Variables) -> Result<String, CommandError> {
    with_variables(url, &|name| variables.text(name).map(str::to_owned)).map_err(|name| {
        let message =
            format!("a source in the Pipfile names the variable `{name}`, which is not set");
        CommandError::new(Code::ProjectInvalid, message)
    })
}

/// A word of a script with the values of the variables that it names, as far as they are set.
pub(crate) fn with_known_variables(word: &str, known: &dyn Fn(&str) -> Option<String>) -> String {
    let known = |name: &str| known(name).or_else(|| Some(format!("${name}")));
    with_variables(word, &known).unwrap_or_else(|_| word.to_owned())
}

/// A text with the values of the variables that it names as `$NAME` or `${NAME}`; the name of one that
/// is not known is the error.
fn with_variables<'t>(
    text: &'t str,
    known: &dyn Fn(&str) -> Option<String>,
) -> Result<String, &'t str> {
    let mut rest = text;
    let mut text = String::new();
    while let Some(start) = rest.find('$') {
        text.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let (name, behind) = match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some(parts) => parts,
            None => rest.split_at(
                rest.find(|letter| !is_of_name(letter))
                    .unwrap_or(rest.len()),
            ),
        };
        text.push_str(&known(name).ok_or(name)?);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

impl Locking<'_> {
    /// The lock of a project with a Pipfile: the one that is there if it answers the Pipfile, else one
    /// that is made and not yet written.
    ///
    /// # Errors
    /// When the project cannot be resolved, or the form cannot hold the answer.
    pub(crate) fn lock_pipfile(&self, pipfile: &Pipfile) -> Result<Locked, CommandError> {
        let began = Instant::now();
        let path = self.project.lock_path();
        let text = self.text()?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        let default_index = self.default_index(&interpreter)?;
        let wrong = |error: &PipfileLockError| wrong(&path, error, &self.project.context);
        let before = text.as_deref().map(PipfileLock::parse).transpose();
        let before = before.map_err(|error| wrong(&error))?;
        if let (Some(before), Some(text)) = (&before, &text)
            && !self.upgrade.is_asked()
            && before.digest == pipfile.digest(&default_index)
        {
            let lock = self.of_pipfile_lock(before, &interpreter, &path)?;
            return Ok(Locked::current(lock, text, began));
        }
        let inputs = self.project.inputs(&interpreter)?;
        let versions = before.as_ref().map(PipfileLock::versions);
        let lock = self.resolve(&interpreter, &inputs, "", versions.as_ref())?;
        let new = PipfileLock::write(pipfile, &lock, &default_index);
        let new = new.map_err(|error| wrong(&error))?;
        // The ends of lines stay as they are.
        let new = match &text {
            Some(text) if text.contains("\r\n") => new.replace('\n', "\r\n"),
            _ => new,
        };
        let texts = (text.as_deref(), new);
        Ok(Locked::foreign(lock, versions.as_ref(), texts, began))
    }

    /// What a Pipfile.lock says, with the files that an index has of it.
    ///
    /// # Errors
    /// When an index does not have what is locked.
    pub(crate) fn of_pipfile_lock(
        &self,
        locked: &PipfileLock,
        interpreter: &Interpreter,
        path: &Path,
    ) -> Result<Lock, CommandError> {
        let context = &self.project.context;
        let workspace = locked.workspace(&self.project.workspace);
        let workspace = workspace.map_err(|error| wrong(path, &error, context))?;
        let project = Project {
            workspace: workspace.into(),
            context: context.clone(),
        };
        let locking = Locking {
            project: &project,
            no_deps: true,
            ..*self
        };
        let inputs = project.inputs(interpreter)?;
        let mut lock = locking.resolve(interpreter, &inputs, "", None)?;
        let restricted = locked.restrict(&mut lock);
        restricted.map_err(|error| wrong(path, &error, context))?;
        Ok(lock)
    }

    /// The lock as it is, whatever the Pipfile says.
    ///
    /// # Errors
    /// When it cannot be read, or an index does not have what is locked.
    pub(crate) fn frozen_pipfile(&self, text: &str) -> Result<Lock, CommandError> {
        let path = self.project.lock_path();
        let locked = PipfileLock::parse(text);
        let locked = locked.map_err(|error| wrong(&path, &error, &self.project.context))?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        self.of_pipfile_lock(&locked, &interpreter, &path)
    }

    /// The index that stands in the digest of a Pipfile without a source.
    fn default_index(&self, interpreter: &Interpreter) -> Result<String, CommandError> {
        let context = &self.project.context;
        let here = Some(interpreter.marker_environment());
        let sources = indexes::choose(self.configuration, interpreter, here, context)?;
        // The default index is the last that is asked.
        let url = sources.indexes.last().map(|index| index.url().to_string());
        Ok(url.unwrap_or_default().trim_end_matches('/').to_owned())
    }
}

fn wrong(path: &Path, error: &PipfileLockError, context: &Context) -> CommandError {
    let code = match error {
        PipfileLockError::Hashes(_) => Code::LockRefused,
        _ => Code::LockInvalid,
    };
    let failure = CommandError::from_error(code, error);
    let message = format!("`{}`: {}", context.show(path), failure.message);
    let failure = CommandError { message, ..failure };
    match error {
        PipfileLockError::Several(_) => failure.hint(
            "state the Python in `[requires]` of the Pipfile, or move to pyproject.toml and pylock.toml, \
             which can hold it",
        ),
        PipfileLockError::Selection(_) => failure,
        _ => failure.hint("`tilsit lock` makes it again; move the file away if it cannot"),
    }
}

/// Where pipenv has the environment of a project: in the project's folder if that is asked for or it
/// is there already, else below `WORKON_HOME`.
pub(crate) fn environment(root: &Path, pipfile: &Pipfile, context: &Context) -> PathBuf {
    let dot_venv = root.join(".venv");
    let home = workon_home(context);
    let variables = &context.variables;
    let name = if let Some(name) = variables.text("PIPENV_CUSTOM_VENV_NAME") {
        name.to_owned()
    } else {
        let python = variables.path("PIPENV_PYTHON");
        let suffix = python.and_then(Path::file_name);
        let suffix = suffix.map(|name| format!("-{}", name.to_string_lossy()));
        environment_name(&root.join(&pipfile.file_name)) + &suffix.unwrap_or_default()
    };
    let named = home.join(name);
    // A file there names the environment.
    if dot_venv.is_file() {
        let text = tilsit_files::read_to_string(&dot_venv).unwrap_or_default();
        return match text.trim() {
            "" => named,
            path if path.contains(['/', '\\']) => root.join(path),
            other => home.join(other),
        };
    }
    let asked = truth(variables, "PIPENV_VENV_IN_PROJECT");
    let is_there = || dot_venv.is_dir() && !named.exists();
    if asked.or(pipfile.venv_in_project).unwrap_or_else(is_there) {
        dot_venv
    } else {
        named
    }
}

/// Notes in an environment whose it is, as pipenv does for those who look for it.
///
/// # Errors
/// When the note cannot be written.
pub(crate) fn note_project(environment: &Path, root: &Path) -> Result<(), CommandError> {
    let text = root.display().to_string();
    let note = environment.join(".project");
    Ok(tilsit_files::write_atomic(note, text, Durability::Fast)?)
}

fn workon_home(context: &Context) -> PathBuf {
    let home = context.home.clone().unwrap_or_default();
    let placed = |path: &Path| match path.strip_prefix("~") {
        Ok(below) => home.join(below),
        Err(_) => path.to_path_buf(),
    };
    if let Some(path) = context.variables.path("WORKON_HOME") {
        return context.resolve(&placed(path));
    }
    if cfg!(windows) {
        return home.join(".virtualenvs");
    }
    match context.variables.path("XDG_DATA_HOME") {
        Some(data) => placed(data).join("virtualenvs"),
        None => home.join(".local/share/virtualenvs"),
    }
}
