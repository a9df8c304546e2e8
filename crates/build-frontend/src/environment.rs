//! The environment of a build: a virtual environment with what the build requires and nothing else.

use std::cell::RefCell;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::ops::ControlFlow;
use std::path::Path;

use tilsit_environment::venv::{self, VenvOptions};
use tilsit_environment::{Environment, Interpreter};
use tilsit_files::TemporaryFolder;
use tilsit_installer::{LockedEnvironment, PlanOptions, WheelToInstall};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;

use crate::error::BuildFailure;
use crate::frontend::{BuildFrontend, FrontendOptions};
use crate::hook::Python;
use crate::system;

type AnyError = Box<dyn Error + Send + Sync>;

/// An isolated environment, removed when dropped.
pub(crate) struct BuildEnvironment {
    pub(crate) python: Python,
    environment: Environment,
    requires: RefCell<Vec<Requirement>>,
    limits: Vec<Requirement>,
    _folder: TemporaryFolder,
}

impl BuildEnvironment {
    /// Makes an environment with what `requires` names, in versions that `limits` allow.
    pub(crate) fn create(
        frontend: &BuildFrontend,
        project: &str,
        requires: &[Requirement],
        limits: &[Requirement],
    ) -> Result<Self, BuildFailure> {
        let failed = |source: AnyError| BuildFailure::Environment {
            project: project.to_owned(),
            source,
        };
        let options = frontend.options();
        let folder = TemporaryFolder::create_in(&options.temporary)?;
        let root = folder.path().join("env");
        let interpreter = venv::create(&options.interpreter, &root, &VenvOptions::default())
            .map_err(|error| failed(error.into()))?;
        let python = Python {
            program: interpreter.executable().to_path_buf(),
            search_path: in_front(&interpreter, options.search_path.as_deref()),
            environment: Some(root),
            variables: options.variables.clone(),
        };
        let made = Self {
            python,
            environment: Environment::of(interpreter),
            requires: RefCell::default(),
            limits: limits.to_vec(),
            _folder: folder,
        };
        made.add(frontend, project, requires)?;
        Ok(made)
    }

    /// Installs what `more` names; all that was required stays required.
    pub(crate) fn add(
        &self,
        frontend: &BuildFrontend,
        project: &str,
        more: &[Requirement],
    ) -> Result<(), BuildFailure> {
        let mut requires = self.requires.borrow().clone();
        requires.extend(
            more.iter()
                .filter(|requirement| !self.requires.borrow().contains(requirement))
                .cloned(),
        );
        if requires.len() == self.requires.borrow().len() {
            return Ok(());
        }
        let wheels = frontend.build_requirements(project, &requires, &self.limits)?;
        self.install(&wheels)
            .map_err(|source| BuildFailure::Environment {
                project: project.to_owned(),
                source,
            })?;
        self.requires.replace(requires);
        Ok(())
    }

    /// The version of a project that is installed in it.
    pub(crate) fn version_of(&self, name: &ProjectName) -> Option<String> {
        let installed = self.environment.installed().ok()?.distributions;
        let found = installed.iter().find(|found| found.name == *name)?;
        Some(found.version.to_string())
    }

    fn install(&self, wheels: &[WheelToInstall]) -> Result<(), AnyError> {
        let locked = LockedEnvironment::lock(&self.environment, || ())?;
        let present = self.environment.installed()?.distributions;
        let options = PlanOptions::default();
        let plan = tilsit_installer::plan(&self.environment, wheels, &present, &options)?;
        tilsit_installer::apply(&plan, &locked, &mut |_| ControlFlow::Continue(()))?;
        Ok(())
    }
}

/// The interpreter itself, for builds that are not isolated.
pub(crate) fn without_isolation(options: &FrontendOptions) -> Python {
    let interpreter = &options.interpreter;
    Python {
        program: interpreter.executable().to_path_buf(),
        search_path: in_front(interpreter, options.search_path.as_deref()),
        variables: options.variables.clone(),
        environment: interpreter
            .virtual_environment()
            .map(|environment| environment.root.clone()),
    }
}

/// PATH with the interpreter's programs in front.
fn in_front(interpreter: &Interpreter, search_path: Option<&OsStr>) -> OsString {
    let scripts = interpreter.install_paths().scripts;
    let mut path = Path::as_os_str(&scripts).to_os_string();
    if let Some(rest) = search_path.filter(|rest| !rest.is_empty()) {
        path.push(system::PATH_SEPARATOR);
        path.push(rest);
    }
    path
}
