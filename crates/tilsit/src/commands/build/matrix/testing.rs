//! The test of a wheel: in an environment of its own, from a folder that has nothing of the project but
//! what the test asks for. A project that says nothing has its modules imported.

use std::collections::BTreeSet;
use std::path::Path;

use tilsit_archive::Limits;
use tilsit_build_frontend::cibuildwheel::{WheelOptions, with_places};
use tilsit_dist::wheel::Wheel;
use tilsit_environment::Environment;
use tilsit_environment::venv::{self, VenvOptions};
use tilsit_files::TemporaryFolder;
use tilsit_resolver::Preferences;
use url::Url;

use super::Matrix;
use super::pythons::MatrixPython;
use super::shell::Shell;
use crate::error::CommandError;
use crate::explain::Code;
use crate::filling;
use crate::installing;
use crate::requirements::{ConstraintOptions, ListedOptions, Wanted};

impl Matrix<'_> {
    /// Tests a wheel with a Python.
    ///
    /// # Errors
    /// When it cannot be installed, or the test fails.
    pub(super) fn test(
        &self,
        python: &MatrixPython,
        options: &WheelOptions,
        wheel: &Path,
    ) -> Result<(), CommandError> {
        let folder = TemporaryFolder::create_in(self.temporary.path())?;
        let interpreter = venv::create(
            &python.interpreter,
            &folder.path().join("env"),
            &VenvOptions::default(),
        )?;
        let wanted = self.wanted(options, wheel)?;
        let configuration = self.arguments.how.index.over(self.context)?;
        let none = Preferences::default();
        let resolved = filling::resolve(&wanted, &configuration, &interpreter, none, self.context)?;
        let program = interpreter.executable().to_path_buf();
        let place = folder.path().join("test");
        tilsit_files::create_dir_all(&place)?;
        let mut shell = Shell::new(&place, &interpreter, self.context);
        let environment = Environment::of(interpreter);
        let link_mode = installing::link_mode(&configuration)?;
        filling::fill(
            &environment,
            &resolved,
            link_mode,
            &|_| Ok(()),
            self.context,
        )?;
        shell.assign(&options.environment)?;
        shell.assign(&options.test_environment)?;
        for source in &options.test_sources {
            copy(&self.project.join(source), &place.join(source))?;
        }
        let mut places = self.places();
        places.insert("wheel", wheel.display().to_string());
        if let Some(command) = &options.before_test {
            shell.run("before-test", &with_places(command, &places))?;
        }
        if let Some(command) = &options.test_command {
            return shell.run("test-command", &with_places(command, &places));
        }
        let modules = modules(wheel)?;
        if modules.is_empty() {
            return Ok(());
        }
        let line = format!(
            "import {}",
            modules.into_iter().collect::<Vec<_>>().join(", ")
        );
        shell.run_program(
            "the import of what the wheel has",
            program.as_os_str(),
            &["-c", &line],
        )
    }

    /// The wheel with its extras, and what the test needs besides.
    fn wanted(&self, options: &WheelOptions, wheel: &Path) -> Result<Wanted, CommandError> {
        let name = wheel.file_name().unwrap_or_default().to_string_lossy();
        let project = name.split('-').next().unwrap_or_default();
        let url = Url::from_file_path(wheel).map_err(|()| {
            let message = format!("`{}` is no absolute path", wheel.display());
            CommandError::new(Code::Bug, message)
        })?;
        let extras = match options.test_extras.as_slice() {
            [] => String::new(),
            extras => format!("[{}]", extras.join(",")),
        };
        let mut typed = vec![format!("{project}{extras} @ {url}")];
        typed.extend(options.test_requires.iter().cloned());
        let inner = self.context.within(self.project);
        let mut wanted = Wanted::gather(&typed, &[], &ConstraintOptions::default(), &inner)?;
        let groups = ListedOptions::groups_of(&options.test_groups);
        wanted.add_listed(&groups, &inner)?;
        Ok(wanted)
    }
}

/// What can be imported of a wheel: its modules and packages at the top.
fn modules(wheel: &Path) -> Result<BTreeSet<String>, CommandError> {
    let wheel = Wheel::open(wheel, &Limits::default()).map_err(|error| {
        CommandError::new(Code::BuildFailed, "the wheel cannot be read")
            .caused_by(error.to_string())
    })?;
    let mut modules = BTreeSet::new();
    for entry in wheel.archive().entries() {
        let path = entry.name();
        let Some((folder, rest)) = path.split_once('/') else {
            let (stem, ending) = path.split_once('.').unwrap_or((path, ""));
            if ["py", "so", "pyd"]
                .iter()
                .any(|known| ending.ends_with(known))
            {
                modules.insert(stem.to_owned());
            }
            continue;
        };
        let is_package = rest.starts_with("__init__.");
        let is_identifier = folder
            .chars()
            .all(|one| one.is_alphanumeric() || one == '_');
        if is_package && is_identifier {
            modules.insert(folder.to_owned());
        }
    }
    Ok(modules)
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<(), CommandError> {
    if let Some(parent) = to.parent() {
        tilsit_files::create_dir_all(parent)?;
    }
    if from.is_dir() {
        tilsit_files::create_dir_all(to)?;
        for entry in tilsit_files::read_dir(from)? {
            copy(
                &entry.path,
                &to.join(entry.path.file_name().unwrap_or_default()),
            )?;
        }
        return Ok(());
    }
    tilsit_files::copy(from, to).map(drop).map_err(|error| {
        CommandError::from_error(Code::ProjectInvalid, &error).hint("`test-sources` names it")
    })
}
