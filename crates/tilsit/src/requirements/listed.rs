//! Requirements that stand in other files than requirements files: in the dependency groups of a
//! `pyproject.toml`, and in the comment block of a script (PEP 723).

use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_environment::Interpreter;
use tilsit_packaging::dependency_groups::DependencyGroups;
use tilsit_packaging::name::GroupName;
use tilsit_resolver::RootRequirement;

use super::Wanted;
use crate::commands::run::script;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The file that has dependency groups.
const PYPROJECT: &str = "pyproject.toml";

/// Groups and scripts.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ListedOptions {
    /// What this dependency group lists, of `pyproject.toml` here or at the path before the colon
    #[arg(long, value_name = "[PATH:]GROUP")]
    group: Vec<String>,
    /// What this script needs by its block `# /// script`
    #[arg(long, value_name = "FILE")]
    requirements_from_script: Vec<PathBuf>,
}

impl ListedOptions {
    /// These groups of the `pyproject.toml` in the working folder.
    pub(crate) fn groups_of(names: &[String]) -> Self {
        Self {
            group: names.to_vec(),
            ..Self::default()
        }
    }

    /// The groups, as they were typed.
    pub(crate) fn groups(&self) -> &[String] {
        &self.group
    }

    /// Whether there are any.
    pub(crate) fn is_any(&self) -> bool {
        !self.group.is_empty() || !self.requirements_from_script.is_empty()
    }
}

impl Wanted {
    /// Adds what groups and scripts list.
    ///
    /// # Errors
    /// When a file cannot be read, or has no such group or no such block.
    pub(crate) fn add_listed(
        &mut self,
        listed: &ListedOptions,
        context: &Context,
    ) -> Result<(), CommandError> {
        for typed in &listed.group {
            self.add_group(typed, context)?;
        }
        match &*listed.requirements_from_script {
            [] => Ok(()),
            [file] => self.add_script(file, context),
            _ => Err(CommandError::new(
                Code::Usage,
                "--requirements-from-script can only be given once",
            )),
        }
    }

    fn add_group(&mut self, typed: &str, context: &Context) -> Result<(), CommandError> {
        let (path, name) = typed.rsplit_once(':').unwrap_or((PYPROJECT, typed));
        if !Path::new(path).ends_with(PYPROJECT) {
            let message = format!("`{typed}`: group paths use 'pyproject.toml' filenames");
            return Err(CommandError::new(Code::Usage, message));
        }
        let invalid = |error: &(dyn std::error::Error + 'static)| {
            CommandError::from_error(Code::RequirementsFileInvalid, error)
        };
        let group: GroupName = name.parse().map_err(|error| invalid(&error))?;
        let full = context.resolve(Path::new(path));
        let text = tilsit_files::read_to_string(&full).map_err(|error| invalid(&error))?;
        let groups = DependencyGroups::parse(&text).map_err(|error| {
            let message = format!("the dependency groups of `{path}` cannot be read");
            let cause = error.to_string();
            CommandError::new(Code::RequirementsFileInvalid, message).caused_by(cause)
        })?;
        let requirements = groups.resolve(&group).map_err(|error| {
            let message = format!("the dependency group `{group}` of `{path}` cannot be used");
            let cause = error.to_string();
            CommandError::new(Code::RequirementsFileInvalid, message).caused_by(cause)
        })?;
        let origin = format!("the dependency group `{group}` of `{path}`");
        let roots = requirements.into_iter();
        let roots = roots.map(|requirement| RootRequirement::new(requirement, origin.clone()));
        self.requirements.extend(roots);
        Ok(())
    }

    fn add_script(&mut self, file: &Path, context: &Context) -> Result<(), CommandError> {
        let full = context.resolve(file);
        let text = tilsit_files::read_to_string(&full)?;
        let shown = context.show(&full);
        let folder = full.parent().unwrap_or(Path::new(""));
        let script = script::read(&shown, folder, &text)?.ok_or_else(|| {
            let message = format!("`{shown}` does not say what it needs");
            CommandError::new(Code::ScriptInvalid, message)
                .caused_by("it has no block `# /// script`")
        })?;
        self.requirements.extend(script.dependencies);
        self.script_python = script.requires_python.map(|python| (shown, python));
        Ok(())
    }

    /// Whether a script that lists requirements would run on this Python.
    ///
    /// # Errors
    /// When it would not.
    pub(crate) fn check_python(&self, interpreter: &Interpreter) -> Result<(), CommandError> {
        let Some((script, wanted)) = &self.script_python else {
            return Ok(());
        };
        let found = interpreter.version();
        if wanted.contains(found) {
            return Ok(());
        }
        let message =
            format!("the script `{script}` requires a different Python: {found} not in '{wanted}'");
        Err(CommandError::new(Code::PythonNotFound, message)
            .hint("name another one with `--python`"))
    }
}
