//! How a source tree is built, and what it says of itself without being built.

use std::path::Path;

use tilsit_dist::setuptools;
use tilsit_files::FileError;
use tilsit_index_client::SlimMetadata;
use tilsit_packaging::pyproject::{BuildSystem, Project, ProjectFiles, ProjectKey, PyProject};
use tilsit_packaging::requirement::{Requirement, RequirementSource};

use crate::error::BuildFailure;

const PYPROJECT: &str = "pyproject.toml";

/// A source tree.
#[derive(Clone, Debug)]
pub(crate) struct SourceTree {
    /// Who builds it; the standard's default where nothing is said.
    pub(crate) system: BuildSystem,
    /// What its files say for good.
    pub(crate) metadata: Option<SlimMetadata>,
    /// Which of them: pyproject.toml, which is held to it, or setup.cfg or setup.py, which the
    /// environment of the build may overrule.
    pub(crate) stated_by: &'static str,
}

impl SourceTree {
    /// Reads the tree in a folder; `project` is what it is called in messages.
    pub(crate) fn read(folder: &Path, project: &str) -> Result<Self, BuildFailure> {
        let Some(text) = read_optional(&folder.join(PYPROJECT))? else {
            if !tilsit_files::exists(folder.join("setup.py"))? {
                return Err(BuildFailure::NoProject(folder.to_path_buf()));
            }
            return Ok(Self::by_setuptools(folder, BuildSystem::legacy()));
        };
        let document: Option<toml::Table> = text.parse().ok();
        let parsed = PyProject::parse(&text);
        let (system, project_table) = match parsed {
            Ok((pyproject, _)) => (pyproject.build_system, pyproject.project),
            // Whether `[project]` is as it should be is for the backend to say.
            Err(error) => match build_system_alone(document.as_ref()) {
                Some(pyproject) => (pyproject.build_system, None),
                None => {
                    return Err(BuildFailure::PyProject {
                        project: project.to_owned(),
                        source: error,
                    });
                }
            },
        };
        let system = system.map_or_else(BuildSystem::legacy, with_backend);
        let is_for_setuptools = document
            .as_ref()
            .is_some_and(|document| is_for_setuptools(document, &system));
        if is_for_setuptools {
            return Ok(Self::by_setuptools(folder, system));
        }
        let is_poetry = document
            .as_ref()
            .and_then(|document| document.get("tool")?.get("poetry"))
            .is_some();
        let metadata = project_table
            .as_ref()
            .and_then(|project| static_metadata(project, is_poetry));
        Ok(Self {
            system,
            metadata,
            stated_by: PYPROJECT,
        })
    }

    /// A tree of which setup.py and setup.cfg alone say what it is.
    fn by_setuptools(folder: &Path, system: BuildSystem) -> Self {
        let opened = setuptools::Folder::open(folder).ok();
        let stated = opened.and_then(|tree| setuptools::stated(&tree).ok());
        let metadata = stated.as_ref().and_then(|stated| {
            let bytes = stated.core_metadata().to_bytes();
            SlimMetadata::parse(&bytes).ok()
        });
        Self {
            system,
            metadata,
            stated_by: stated.map_or("", |stated| stated.file),
        }
    }

    /// Whether pyproject.toml says it, which a backend must not contradict (PEP 621).
    pub(crate) fn is_held_to_it(&self) -> bool {
        self.stated_by == PYPROJECT
    }

    /// The backend's name.
    pub(crate) fn backend(&self) -> &str {
        self.system.build_backend.as_deref().unwrap_or_default()
    }
}

/// Whether setuptools takes all that it knows from setup.py and setup.cfg: it builds, nothing that is
/// there besides has a word in it, and pyproject.toml tells it nothing.
fn is_for_setuptools(document: &toml::Table, system: &BuildSystem) -> bool {
    let tools = document.get("tool");
    let is_told = ["setuptools", "distutils"]
        .iter()
        .any(|tool| tools.and_then(|tools| tools.get(tool)).is_some());
    let backend = system.build_backend.as_deref().unwrap_or_default();
    let is_silent = |requirement: &Requirement| {
        let is_known = setuptools::SILENT_REQUIREMENTS.contains(&requirement.name.as_str());
        is_known && matches!(requirement.source, RequirementSource::Specifiers(_))
    };
    document.get("project").is_none()
        && !is_told
        && system.backend_path.is_empty()
        && ["setuptools.build_meta", "setuptools.build_meta:__legacy__"].contains(&backend)
        && system.requires.iter().all(is_silent)
}

/// A build system that names no backend is setuptools', and needs it, said or not.
fn with_backend(mut system: BuildSystem) -> BuildSystem {
    if system.build_backend.is_some() {
        return system;
    }
    let legacy = BuildSystem::legacy();
    for requirement in legacy.requires {
        if !system
            .requires
            .iter()
            .any(|known| known.name == requirement.name)
        {
            system.requires.push(requirement);
        }
    }
    BuildSystem {
        build_backend: legacy.build_backend,
        ..system
    }
}

fn read_optional(path: &Path) -> Result<Option<String>, FileError> {
    match tilsit_files::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A document whose tables are faulty, but not `[build-system]`, with that one alone.
fn build_system_alone(document: Option<&toml::Table>) -> Option<PyProject> {
    let mut alone = toml::Table::new();
    if let Some(table) = document?.get("build-system") {
        let mut table = table.clone();
        // flit_core wrote one folder as a text once, and other front ends take it.
        if let Some(path) = table.get_mut("backend-path")
            && path.is_str()
        {
            *path = toml::Value::Array(vec![path.clone()]);
        }
        alone.insert("build-system".to_owned(), table);
    }
    let (pyproject, _) = PyProject::parse(&alone.to_string()).ok()?;
    Some(pyproject)
}

/// What `[project]` says for good: a backend must not say otherwise of what is not dynamic (PEP 621).
fn static_metadata(project: &Project, is_poetry: bool) -> Option<SlimMetadata> {
    let decisive = [
        ProjectKey::Version,
        ProjectKey::Dependencies,
        ProjectKey::OptionalDependencies,
        ProjectKey::RequiresPython,
    ];
    // Poetry takes what `[project]` leaves out from its own table, declared dynamic or not.
    let is_partial = is_poetry && project.dependencies.is_empty();
    if is_partial || decisive.iter().any(|key| project.is_dynamic(*key)) {
        return None;
    }
    // What is in the files that it points to decides nothing.
    let mut bare = project.clone();
    bare.readme = None;
    bare.license = None;
    let metadata = bare.core_metadata(ProjectFiles::default()).ok()?;
    SlimMetadata::parse(&metadata.to_bytes()).ok()
}

#[cfg(test)]
mod tests;
