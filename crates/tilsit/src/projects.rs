//! The project that a command works on: its workspace, the settings of its root, its Python.

use std::path::PathBuf;
use std::sync::Arc;

use tilsit_environment::discovery::Scope;
use tilsit_environment::{Interpreter, PythonRequest, pin};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::Workspace;
use tilsit_project::inputs::Inputs;
use tilsit_project::lock::PYLOCK;
use tilsit_project::pipfile::{PIPFILE, PIPFILE_LOCK};
use tilsit_project::poetry::POETRY_LOCK;
use tilsit_project::workspace::PYPROJECT;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::{pipfiles, poetry, pythons};

/// A project with what is known of it.
pub(crate) struct Project {
    /// The projects that share a lock.
    pub(crate) workspace: Arc<Workspace>,
    /// The world with the settings of the workspace's root, and its folder as the working folder.
    pub(crate) context: Context,
}

impl Project {
    /// The project around the working folder.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(crate) fn find(context: &Context) -> Result<Self, CommandError> {
        let workspace = Workspace::find(&context.working_folder)?;
        let mut context = context.clone();
        context.configuration = if let Some(pipfile) = &workspace.pipfile {
            let settings = pipfiles::settings(pipfile, &context)?;
            let path = workspace.root.join(PIPFILE);
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
        Ok(Self {
            workspace: Arc::new(workspace),
            context,
        })
    }

    /// Where its lock is.
    pub(crate) fn lock_path(&self) -> PathBuf {
        let name = match (&self.workspace.pipfile, &self.workspace.poetry) {
            (Some(_), _) => PIPFILE_LOCK,
            (None, Some(_)) => POETRY_LOCK,
            (None, None) => PYLOCK,
        };
        self.workspace.root.join(name)
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
                        "the project wants Python {wanted}, and the one that was named is {version}"
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
                "no `requires-python` says which Pythons the project is for: it is locked for \
                 {major}.{minor} and newer ones"
            ));
        }
        Ok(Inputs::of(&self.workspace, &otherwise)?)
    }
}
