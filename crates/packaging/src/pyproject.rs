//! pyproject.toml: how a project is built, what it is, and the groups it works with.
//!
//! Follows "pyproject.toml specification" (PEP 518, 517, 621, 639, 794, 808) and "Dependency
//! Groups" (PEP 735). The tables of tools are left alone: each tool reads its own.
//!
//! A key that a standard table does not have is a [`Problem`]; a key with a wrong value is an
//! error, with its line and column, since a release that leaves it out would be another one.

mod core_metadata;
mod key;
mod project;
mod setuptools;
#[cfg(test)]
mod tests;
mod tools;

pub use self::core_metadata::{CoreMetadataError, ProjectFiles};
pub use self::key::{ProjectKey, UnknownProjectKey};
use self::project::Strictness;
pub use self::project::{Person, Project, ProjectLicense, Readme, ReadmeSource};
pub use self::setuptools::setuptools_problems;
pub use self::tools::{ToolFault, ToolProblem, tool_problems};
use crate::dependency_groups::DependencyGroups;
use crate::path::is_confined;
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::toml_reader::{Document, Table};

/// The standard tables of a pyproject.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PyProject {
    /// `[build-system]`; see [`BuildSystem::legacy`] for what its absence means.
    pub build_system: Option<BuildSystem>,
    /// `[project]`
    pub project: Option<Project>,
    /// `[dependency-groups]`
    pub dependency_groups: DependencyGroups,
}

/// `[build-system]`: who builds the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildSystem {
    /// What must be installed to build.
    pub requires: Vec<Requirement>,
    /// The object with the hooks; without it that of [`BuildSystem::legacy`] counts.
    pub build_backend: Option<String>,
    /// Folders of the project, relative and confined, to import the backend from.
    pub backend_path: Vec<String>,
}

/// Why a pyproject.toml could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PyProjectError {
    /// The text is not TOML.
    #[error("pyproject.toml is not valid TOML: {0}")]
    Toml(Problem),
    /// A standard table breaks its specification.
    #[error("pyproject.toml {0}")]
    Invalid(Problem),
}

impl PyProjectError {
    /// The place and the reason.
    pub fn problem(&self) -> &Problem {
        match self {
            PyProjectError::Toml(problem) | PyProjectError::Invalid(problem) => problem,
        }
    }
}

impl PyProject {
    /// Reads a pyproject.toml.
    ///
    /// Dependency groups are read but checked only when resolved, as their specification wants.
    ///
    /// # Errors
    /// [`PyProjectError`], for the first fault.
    ///
    /// ```
    /// use tilsit_packaging::pyproject::PyProject;
    /// let (pyproject, problems) = PyProject::parse("[project]\nname = 'Spam'\nversion = '1'\n")?;
    /// assert_eq!(pyproject.project.unwrap().name(), "Spam");
    /// assert!(problems.is_empty());
    /// # Ok::<(), tilsit_packaging::pyproject::PyProjectError>(())
    /// ```
    pub fn parse(text: &str) -> Result<(PyProject, Vec<Problem>), PyProjectError> {
        Self::parse_as(text, Strictness::Release)
    }

    /// Reads the text for who uses the project and does not release it: a fault in a key that only
    /// describes it (its license, its people, its URLs) is a [`Problem`], and the key is left out. Its
    /// own build backend may take what the specification refuses.
    ///
    /// # Errors
    /// [`PyProjectError`], for the first fault in what decides what is installed.
    pub fn parse_for_use(text: &str) -> Result<(PyProject, Vec<Problem>), PyProjectError> {
        Self::parse_as(text, Strictness::Use)
    }

    fn parse_as(
        text: &str,
        strictness: Strictness,
    ) -> Result<(PyProject, Vec<Problem>), PyProjectError> {
        let document = Document::parse(text).map_err(PyProjectError::Toml)?;
        let mut problems = Vec::new();
        let pyproject = read(&document.root(), &mut problems, strictness);
        let pyproject = pyproject.map_err(PyProjectError::Invalid)?;
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Ok((pyproject, problems))
    }
}

impl BuildSystem {
    /// What counts when there is no `[build-system]`: setuptools, with the project's own `setup.py`
    /// run as a script would run it.
    pub fn legacy() -> BuildSystem {
        let requirement = "setuptools >= 40.8.0".parse();
        BuildSystem {
            requires: vec![requirement.expect("the text is a requirement")],
            build_backend: Some(String::from("setuptools.build_meta:__legacy__")),
            backend_path: Vec::new(),
        }
    }
}

fn read(
    root: &Table<'_>,
    problems: &mut Vec<Problem>,
    strictness: Strictness,
) -> Result<PyProject, Problem> {
    let known = ["build-system", "project", "dependency-groups", "tool"];
    problems.extend(root.unknown_keys(&known));
    let build_system = root.table("build-system")?;
    let project = root.table("project")?;
    Ok(PyProject {
        build_system: build_system
            .map(|table| read_build_system(&table, problems))
            .transpose()?,
        project: project
            .map(|table| project::read(&table, problems, strictness))
            .transpose()?,
        dependency_groups: DependencyGroups::read(root)?,
    })
}

fn read_build_system(
    table: &Table<'_>,
    problems: &mut Vec<Problem>,
) -> Result<BuildSystem, Problem> {
    problems.extend(table.unknown_keys(&["requires", "build-backend", "backend-path"]));
    table.required("requires")?;
    let build_backend = table.text("build-backend")?;
    let backend_path = table.texts("backend-path")?;
    if backend_path.is_some() && build_backend.is_none() {
        let reason = "the key has no meaning without `build-backend`";
        return Err(table.key_fault("backend-path", reason));
    }
    for item in table.array("backend-path")?.unwrap_or_default() {
        let path = item.as_str()?;
        let plain = path.strip_prefix("./").unwrap_or(path);
        if path != "." && !is_confined(plain.trim_end_matches('/')) {
            return Err(item.fault(format!("`{path}` is not a folder of the project")));
        }
    }
    Ok(BuildSystem {
        requires: table.parsed_list("requires")?.unwrap_or_default(),
        build_backend,
        backend_path: backend_path.unwrap_or_default(),
    })
}
