//! The project that a command works on: its workspace, the settings of its root, its Python.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use tilsit_environment::discovery::Scope;
use tilsit_environment::{Interpreter, PythonRequest, pin};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::inputs::Inputs;
use tilsit_project::locks::LockKind;
use tilsit_project::workspace::PYPROJECT;
use tilsit_project::{Workspace, script};

use crate::commands::run::script as block;
use crate::configuration::Settings;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::{pipfiles, poetry, pythons};

/// A project with what is known of it.
#[derive(Clone)]
pub(crate) struct Project {
    /// The projects that share a lock.
    pub(crate) workspace: Arc<Workspace>,
    /// The world with the settings of the workspace's root, and its folder as the working folder.
    pub(crate) context: Context,
}

/// Which lock is meant.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct WhichLock {
    /// Work with this lock of `[tool.tilsit.locks]`, `pylock.NAME.toml`
    #[arg(long, value_name = "NAME", conflicts_with = "script")]
    lock: Option<String>,
    /// Work with the lock of this script, `pylock.FILE.toml` beside it
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

impl WhichLock {
    /// The project, or the script, with that lock.
    ///
    /// # Errors
    /// When there is no such project, script or lock.
    pub(crate) fn project(&self, context: &Context) -> Result<Project, CommandError> {
        match &self.script {
            Some(script) => Project::of_script(script, context),
            None => Project::find(context)?.in_lock(self.lock.as_deref()),
        }
    }

    /// Whether a script is meant.
    pub(crate) fn is_script(&self) -> bool {
        self.script.is_some()
    }
}

impl Project {
    /// A script with a metadata block, which has a lock of its own.
    ///
    /// # Errors
    /// When it has no block, or one that is not valid.
    pub(crate) fn of_script(path: &Path, context: &Context) -> Result<Self, CommandError> {
        let path = context.resolve(path);
        let shown = context.show(&path);
        let text = tilsit_files::read_to_string(&path)
            .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let refused = |error: &script::ScriptError| {
            let message = format!("`{shown}` cannot be locked");
            CommandError::new(Code::ScriptInvalid, message).caused_by(error.to_string())
        };
        let Some(block) = block::read(&shown, &folder, &text)? else {
            return Err(refused(&script::ScriptError::NoBlock).hint(format!(
                "`tilsit add --script {shown} REQUIREMENT` writes one"
            )));
        };
        let workspace = script::workspace(&path, &text).map_err(|error| {
            let failure = refused(&error);
            match error {
                script::ScriptError::Name(_) => failure.hint("give the script another name"),
                _ => failure,
            }
        })?;
        let mut context = context.with_settings(block.settings);
        context.working_folder = folder;
        Ok(Self {
            workspace: Arc::new(workspace),
            context,
        })
    }

    /// The same with one of its locks that have names.
    ///
    /// # Errors
    /// When it has none of that name.
    pub(crate) fn in_lock(mut self, name: Option<&str>) -> Result<Self, CommandError> {
        let Some(name) = name else {
            return Ok(self);
        };
        let workspace = Workspace::clone(&self.workspace);
        let known: Vec<String> = workspace.settings.locks.keys().cloned().collect();
        let workspace = workspace.in_lock(name).map_err(|error| {
            let failure = CommandError::from_error(Code::ProjectInvalid, &error);
            if known.is_empty() {
                return failure.hint(format!("write a table `[tool.tilsit.locks.{name}]`"));
            }
            failure.hint(format!("its locks are: {}", known.join(", ")))
        })?;
        if let LockKind::Named(_, table) = &workspace.lock {
            self.context = self.context.with_settings(Settings {
                resolution: table.resolution.clone(),
                prerelease: table.prerelease.clone(),
                exclude_newer: table.exclude_newer.clone(),
                ..Settings::default()
            });
        }
        self.workspace = Arc::new(workspace);
        Ok(self)
    }

    /// The project around the working folder.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn find(context: &Context) -> Result<Self, CommandError> {
        let workspace = workspace(context)?;
        let mut context = context.clone();
        context.configuration = if let Some(pipfile) = &workspace.pipfile {
            let settings = pipfiles::settings(pipfile, &context)?;
            let path = workspace.root.join(&pipfile.file_name);
            context
                .configuration
                .with_project(path, settings, "Pipfile")
        } else {
            let path = workspace.root.join(PYPROJECT);
            let text = tilsit_files::read_to_string(&path)?;
            let configuration = context.configuration.with_root(&path, &text)?;
            match &workspace.poetry {
                None => configuration,
                Some(project) => {
                    let settings = poetry::settings(&project.tables)?;
                    configuration.with_project(path, settings, "[tool.poetry]")
                }
            }
        };
        context.working_folder.clone_from(&workspace.root);
        tell_not_followed(&context);
        Ok(Self {
            workspace: Arc::new(workspace),
            context,
        })
    }

    /// A folder that is no project.
    pub(crate) fn bare(context: &Context) -> Self {
        Self {
            workspace: Arc::new(Workspace::bare(&context.working_folder)),
            context: context.clone(),
        }
    }

    /// Where its lock is.
    pub(crate) fn lock_path(&self) -> PathBuf {
        self.workspace.root.join(self.workspace.lock_file())
    }

    /// The Python to resolve for and to build with: the one that is named, or one that fits all
    /// members.
    ///
    /// # Errors
    /// When there is none, or the one that is named does not fit.
    pub(crate) fn python(
        &self,
        typed: Option<&str>,
        scope: Scope,
    ) -> Result<Interpreter, CommandError> {
        let wanted = self.requires_python();
        let context = &self.context;
        let found = pythons::find(typed, scope, context);
        let Some(wanted) = wanted else {
            return Ok(found?.interpreter);
        };
        let is_named = pythons::request(typed, context)? != PythonRequest::Any;
        match found {
            Ok(found) if wanted.contains(found.interpreter.version()) => Ok(found.interpreter),
            Ok(found) if is_named => {
                let version = found.interpreter.version();
                Err(CommandError::new(
                    Code::PythonNotFound,
                    format!(
                        "{} wants Python {wanted}, and the one that was named is {version}",
                        self.words()
                    ),
                ))
            }
            Err(error) if is_named => Err(error),
            _ => {
                let request = wanted.to_string().parse();
                let request = request
                    .map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
                let found = pythons::find_request(&request, scope, context)?;
                Ok(found.interpreter)
            }
        }
    }

    /// The file with its settings.
    pub(crate) fn settings_path(&self) -> PathBuf {
        let root = &self.workspace.root;
        match &self.workspace.lock {
            LockKind::Script(file) => root.join(file),
            LockKind::Project | LockKind::Named(..) => root.join(PYPROJECT),
        }
    }

    /// The command that makes its lock.
    pub(crate) fn lock_command(&self, context: &Context) -> String {
        match &self.workspace.lock {
            LockKind::Project => "tilsit lock".to_owned(),
            LockKind::Named(name, _) => format!("tilsit lock --name {name}"),
            LockKind::Script(file) => {
                let shown = context.show(&self.workspace.root.join(file));
                format!("tilsit lock --script {shown}")
            }
        }
    }

    /// What it is, in words.
    pub(crate) fn words(&self) -> &'static str {
        match self.workspace.lock {
            LockKind::Script(_) => "the script",
            LockKind::Project | LockKind::Named(..) => "the project",
        }
    }

    /// Whether all members are for this Python.
    pub(crate) fn fits(&self, interpreter: &Interpreter) -> bool {
        let wanted = self.requires_python();
        wanted.is_none_or(|wanted| wanted.contains(interpreter.version()))
    }

    /// Whether a Python is the one that is named, on the command line or in the project's
    /// `.python-version`; any is where none is named.
    ///
    /// # Errors
    /// When the name is not understood.
    pub(crate) fn is_named(
        &self,
        typed: Option<&str>,
        interpreter: &Interpreter,
    ) -> Result<bool, CommandError> {
        let request = match pythons::request(typed, &self.context)? {
            PythonRequest::Any => {
                let pin = pin::find(&pythons::surroundings(&self.context)?)?;
                pin.map_or(PythonRequest::Any, |pin| pin.request)
            }
            request => request,
        };
        Ok(interpreter.satisfies(&request) || interpreter.to_base().satisfies(&request))
    }

    /// The Pythons that all members are for, if any says so.
    fn requires_python(&self) -> Option<VersionSpecifiers> {
        let words: Vec<String> = self.workspace.pythons().map(ToString::to_string).collect();
        words.join(",").parse().ok().filter(|_| !words.is_empty())
    }

    /// What is to be locked; where nobody says for which Pythons, for this one and newer ones.
    ///
    /// # Errors
    /// When the members contradict each other.
    pub(crate) fn inputs(&self, interpreter: &Interpreter) -> Result<Inputs, CommandError> {
        let (major, minor) = interpreter.major_minor();
        let is_pipfile = self.workspace.pipfile.is_some();
        // pipenv's lock is for one Python, for it can hold one version of each project only.
        let otherwise = if is_pipfile {
            format!("=={major}.{minor}.*").parse()
        } else {
            format!(">={major}.{minor}").parse()
        };
        let otherwise = otherwise.map_err(|error| CommandError::from_error(Code::Bug, &error))?;
        if self.requires_python().is_none() && !is_pipfile {
            self.context.terminal.warn(format_args!(
                "no `requires-python` says which Pythons {} is for: it is locked for {major}.{minor} \
                 and newer ones",
                self.words()
            ));
        }
        Ok(Inputs::of(&self.workspace, &otherwise)?)
    }
}

/// Names, in one line, what the project says to uv about locking and installing that is not followed.
fn tell_not_followed(context: &Context) {
    let unmet = context.configuration.not_followed().iter();
    let unmet = unmet.filter(|setting| setting.is_of_projects);
    let mut keys: Vec<String> = unmet.map(|one| format!("`{}`", one.key)).collect();
    keys.dedup();
    if !keys.is_empty() {
        let keys = keys.join(", ");
        let words = format!("of `[tool.uv]` this is not followed: {keys}");
        context.terminal.warn(words);
    }
}

/// The workspace around the working folder. Where that is none of a pyproject.toml, the Pipfile that the
/// environment names counts.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn workspace(context: &Context) -> Result<Workspace, CommandError> {
    let found = Workspace::find(&context.working_folder);
    match (found, pipfiles::named(context)) {
        (Ok(workspace), Some(_)) if workspace.pipfile.is_none() => Ok(workspace),
        (_, Some(path)) => Ok(Workspace::of_pipfile(&path)?),
        (found, None) => Ok(found?),
    }
}
