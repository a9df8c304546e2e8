//! Where a project is: the folder of its pyproject.toml, the workspace around it, the other members.

mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tilsit_files::FileError;
use tilsit_packaging::dependency_groups::{DependencyGroups, DependencyGroupsError};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::pyproject::{Project, ProjectKey, PyProject, PyProjectError};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::{Operator, VersionSpecifiers};

use crate::lock::PYLOCK;
use crate::locks::LockKind;
use crate::pipfile::{DEVELOP, PIPFILE, Pipfile, PipfileError};
use crate::poetry::{POETRY_LOCK, Poetry, Tables, TablesError};
use crate::settings::{DefaultGroups, ProjectSettings, SettingsError};
use crate::uv::UV_LOCK;

/// The file that makes a folder a project.
pub const PYPROJECT: &str = "pyproject.toml";

/// uv's table of development requirements, and the group that is installed where nothing is said.
const DEV: &str = "dev";

/// A project with the others that share its lock: at least one.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder of the root's pyproject.toml, where lock and environment are.
    pub root: PathBuf,
    /// What the root says of the workspace.
    pub settings: ProjectSettings,
    /// The projects, by name.
    pub members: BTreeMap<ProjectName, Member>,
    /// The groups of a root that is no project itself.
    pub root_groups: BTreeMap<GroupName, Vec<Requirement>>,
    /// The project in whose folder one is; none in a root that is no project itself.
    pub current: Option<ProjectName>,
    /// The Pipfile, of a project that has one in the place of a pyproject.toml.
    pub pipfile: Option<Pipfile>,
    /// The lock that it is locked in.
    pub lock: LockKind,
    /// Poetry's tables, of a project that is locked in `poetry.lock`.
    pub poetry: Option<Poetry>,
    /// Whether it is locked in `uv.lock`.
    pub has_uv_lock: bool,
}

/// One project.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name.
    pub name: ProjectName,
    /// `[project]`
    pub project: Project,
    /// Its groups, with the groups they include in place.
    pub groups: BTreeMap<GroupName, Vec<Requirement>>,
    /// Its own settings.
    pub settings: ProjectSettings,
    /// Whether it is built and installed itself, besides what it needs.
    pub is_package: bool,
    /// The whole text of its pyproject.toml.
    pub text: String,
}

/// Why there is no project, or it cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// Neither the folder nor one above it is a project.
    #[error("neither `{}` nor a folder above it has a pyproject.toml with `[project]` or `[tool.poetry]`, or a Pipfile", .0.display())]
    None(PathBuf),
    /// A pyproject.toml breaks the specification.
    #[error("`{}` is not valid: {source}", .path.display())]
    PyProject {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PyProjectError,
    },
    /// Its groups cannot be read.
    #[error("`{}`: {source}", .path.display())]
    Groups {
        /// The file.
        path: PathBuf,
        /// Why.
        source: DependencyGroupsError,
    },
    /// Its settings cannot be read.
    #[error("the settings in `{}` are not valid: {source}", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SettingsError,
    },
    /// A Pipfile cannot be read.
    #[error("`{}` is not valid: {reason}", .path.display())]
    Pipfile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: PipfileError,
    },
    /// The Pipfile that is named is not there.
    #[error("there is no Pipfile `{}`", .0.display())]
    NoPipfile(PathBuf),
    /// Poetry's tables cannot be read.
    #[error("`{}` is not valid: {reason}", .path.display())]
    Poetry {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: TablesError,
    },
    /// A member is no project.
    #[error("the workspace's member `{}` has no pyproject.toml with a `[project]`", .0.display())]
    NoMember(PathBuf),
    /// A pattern of members is none.
    #[error("`{}`: the pattern `{pattern}` of the workspace is not valid: {reason}", .path.display())]
    Pattern {
        /// The file.
        path: PathBuf,
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A member has rules that the root alone may have.
    #[error(
        "`{}` has a `[tool.tilsit.policy]`, and that of the root of the workspace counts alone",
        .0.display()
    )]
    Policy(PathBuf),
    /// Two members have one name.
    #[error("two members of the workspace are called `{name}`: `{}` and `{}`", .first.display(), .second.display())]
    Twice {
        /// The name.
        name: ProjectName,
        /// The folder of one.
        first: PathBuf,
        /// The folder of the other.
        second: PathBuf,
    },
    /// A file or folder cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A pyproject.toml that was read.
struct Read {
    folder: PathBuf,
    pyproject: PyProject,
    settings: ProjectSettings,
    /// What `[tool.poetry]` says, if it is there that requirements are said.
    poetry: Option<Tables>,
    text: String,
}

impl Read {
    /// The pyproject.toml in a folder, if there is one.
    fn in_folder(folder: &Path) -> Result<Option<Self>, WorkspaceError> {
        let path = folder.join(PYPROJECT);
        let text = match tilsit_files::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Self::of_text(folder, text).map(Some)
    }

    fn of_text(folder: &Path, text: String) -> Result<Self, WorkspaceError> {
        let path = || folder.join(PYPROJECT);
        let parsed = PyProject::parse_for_use(&text);
        let (pyproject, _) = parsed.map_err(|source| WorkspaceError::PyProject {
            path: path(),
            source,
        })?;
        let settings = ProjectSettings::parse(&text);
        let mut settings = settings.map_err(|source| WorkspaceError::Settings {
            path: path(),
            source,
        })?;
        let poetry = read_poetry(folder, &text)?;
        if let Some(tables) = &poetry {
            tables.settle(&mut settings);
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            pyproject,
            settings,
            poetry,
            text,
        })
    }

    fn is_project(&self) -> bool {
        self.pyproject.project.is_some()
            || self.settings.workspace.is_some()
            || self.poetry.is_some()
    }

    /// Every group, with what it includes in place, and uv's own development requirements.
    fn groups(&self) -> Result<BTreeMap<GroupName, Vec<Requirement>>, WorkspaceError> {
        if let Some(tables) = &self.poetry {
            return Ok(tables.group_requirements());
        }
        let wrong = |source| WorkspaceError::Groups {
            path: self.folder.join(PYPROJECT),
            source,
        };
        let groups = DependencyGroups::parse(&self.text).map_err(wrong)?;
        let mut resolved = BTreeMap::new();
        for name in groups.names() {
            let requirements = groups.resolve(name).map_err(wrong)?;
            resolved.insert(name.clone(), requirements);
        }
        if !self.settings.dev_dependencies.is_empty()
            && let Ok(dev) = DEV.parse::<GroupName>()
        {
            let known: &mut Vec<Requirement> = resolved.entry(dev).or_default();
            known.extend(self.settings.dev_dependencies.iter().cloned());
        }
        for (group, pythons) in &self.settings.group_pythons {
            let marker = python_marker(pythons);
            for requirement in resolved.get_mut(group).into_iter().flatten() {
                requirement.marker = requirement.marker.and(marker);
            }
        }
        Ok(resolved)
    }

    fn member(self) -> Result<Option<Member>, WorkspaceError> {
        let groups = self.groups()?;
        let mut is_built = self.pyproject.build_system.is_some();
        let mut project = self.pyproject.project;
        if let Some(tables) = &self.poetry {
            let name = self.folder.file_name().unwrap_or_default();
            let read = tables.project(&name.to_string_lossy());
            project = Some(read.map_err(|reason| WorkspaceError::Poetry {
                path: self.folder.join(PYPROJECT),
                reason: TablesError::PyProject(reason),
            })?);
            is_built &= tables.is_package;
        }
        let Some(project) = project else {
            return Ok(None);
        };
        Ok(Some(Member {
            name: project.project_name().clone(),
            is_package: self.settings.package.unwrap_or(is_built),
            folder: self.folder,
            settings: self.settings,
            text: self.text,
            groups,
            project,
        }))
    }
}

impl Workspace {
    /// The workspace of the nearest project, in a folder or above it.
    ///
    /// # Errors
    /// When there is no project, or a file of it is not valid.
    pub fn find(folder: &Path) -> Result<Self, WorkspaceError> {
        let mut nearest = None;
        for folder in folder.ancestors() {
            if let Some(read) = Read::in_folder(folder)?
                && read.is_project()
            {
                nearest = Some(read);
                break;
            }
            if let Some(pipfile) = read_pipfile(&folder.join(PIPFILE))? {
                return Ok(pipfile.workspace(folder));
            }
        }
        let nearest = nearest.ok_or_else(|| WorkspaceError::None(folder.to_path_buf()))?;
        let found_in = nearest.folder.clone();
        let root = if nearest.settings.workspace.is_some() {
            nearest
        } else {
            match root_above(&found_in)? {
                Some(root) => root,
                None => nearest,
            }
        };
        let mut workspace = Self::of_root(root)?;
        let mut members = workspace.members.values();
        let current = members.find(|member| member.folder == found_in);
        workspace.current = current.map(|member| member.name.clone());
        Ok(workspace)
    }

    /// The workspace of a Pipfile, whatever it is called.
    ///
    /// # Errors
    /// When it is not there, or not valid.
    pub fn of_pipfile(path: &Path) -> Result<Self, WorkspaceError> {
        let pipfile = read_pipfile(path)?;
        let mut pipfile = pipfile.ok_or_else(|| WorkspaceError::NoPipfile(path.to_path_buf()))?;
        let name = path.file_name().unwrap_or_default();
        pipfile.file_name = name.to_string_lossy().into_owned();
        Ok(pipfile.workspace(path.parent().unwrap_or(Path::new(""))))
    }

    fn of_root(root: Read) -> Result<Self, WorkspaceError> {
        let mut workspace = Self {
            root: root.folder.clone(),
            settings: root.settings.clone(),
            members: BTreeMap::new(),
            root_groups: BTreeMap::new(),
            current: None,
            pipfile: None,
            lock: LockKind::Project,
            poetry: None,
            has_uv_lock: false,
        };
        // Our own lock goes before those of others.
        let is_free = !tilsit_files::exists(root.folder.join(PYLOCK))?;
        let has_workspace = root.settings.workspace.is_some();
        if let Some(tables) = root.poetry.as_ref().filter(|_| is_free && !has_workspace) {
            workspace.poetry = Some(Poetry::new(tables.clone(), &root.text));
        } else if is_free {
            workspace.has_uv_lock = tilsit_files::exists(root.folder.join(UV_LOCK))?;
        }
        let folders = match &root.settings.workspace {
            Some(table) => members::folders(&root.folder, table)?,
            None => Vec::new(),
        };
        let root_groups = root.groups()?;
        match root.member()? {
            Some(member) => workspace.add(member)?,
            None => workspace.root_groups = root_groups,
        }
        for folder in folders {
            if folder == workspace.root {
                continue;
            }
            let member = match Read::in_folder(&folder)? {
                Some(read) => read.member()?,
                None => None,
            };
            workspace.add(member.ok_or(WorkspaceError::NoMember(folder))?)?;
        }
        if workspace.has_uv_lock {
            workspace.build_required();
        }
        Ok(workspace)
    }

    /// As uv has it, a member that another requires is built, also without a `[build-system]`.
    fn build_required(&mut self) {
        let mut required = BTreeSet::new();
        for member in self.members.values() {
            let groups = member.groups.values().flatten();
            let extras = member.project.optional_dependencies.iter();
            let extras = extras.flat_map(|(_, requirements)| requirements);
            let all = member
                .project
                .dependencies
                .iter()
                .chain(extras)
                .chain(groups);
            let others = all.filter(|one| one.name != member.name);
            required.extend(others.map(|one| one.name.clone()));
        }
        for member in self.members.values_mut() {
            let is_unsaid = member.settings.package.is_none();
            member.is_package |= is_unsaid && required.contains(&member.name);
        }
    }

    /// The same, locked in `pylock.toml` whatever lock of another tool is there.
    #[must_use]
    pub fn in_own_lock(mut self) -> Self {
        self.poetry = None;
        self.has_uv_lock = false;
        self
    }

    fn add(&mut self, member: Member) -> Result<(), WorkspaceError> {
        if member.folder != self.root && !member.settings.policy.is_empty() {
            return Err(WorkspaceError::Policy(member.folder.join(PYPROJECT)));
        }
        if let Some(known) = self.members.get(&member.name) {
            return Err(WorkspaceError::Twice {
                name: member.name,
                first: known.folder.clone(),
                second: member.folder,
            });
        }
        self.members.insert(member.name.clone(), member);
        Ok(())
    }

    /// A folder that is no project: with its environment, and without anything that it asks for.
    pub fn bare(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            settings: ProjectSettings::default(),
            members: BTreeMap::new(),
            root_groups: BTreeMap::new(),
            current: None,
            pipfile: None,
            lock: LockKind::Project,
            poetry: None,
            has_uv_lock: false,
        }
    }

    /// The project in the root folder, if it is one.
    pub fn root_member(&self) -> Option<&Member> {
        let mut members = self.members.values();
        members.find(|member| member.folder == self.root)
    }

    /// The Pythons that the whole is for, as each part says it.
    pub fn pythons(&self) -> impl Iterator<Item = &VersionSpecifiers> {
        let members = self.members.values();
        let stated = members.filter_map(|member| member.project.requires_python.as_ref());
        let pipfile = self.pipfile.as_ref();
        let stated = stated.chain(pipfile.and_then(|pipfile| pipfile.requires_python.as_ref()));
        let of_lock = match &self.lock {
            LockKind::Named(_, table) => table.requires_python.as_ref(),
            LockKind::Project | LockKind::Script(_) => None,
        };
        stated.chain(of_lock)
    }

    /// The name of the group for development.
    pub fn dev_group(&self) -> &'static str {
        if self.pipfile.is_some() { DEVELOP } else { DEV }
    }

    /// The groups that are installed when nobody says which.
    pub fn default_groups(&self) -> Vec<GroupName> {
        match &self.settings.default_groups {
            DefaultGroups::All => self.groups().into_iter().cloned().collect(),
            DefaultGroups::Named(names) => names.clone(),
            DefaultGroups::Unsaid => {
                let groups = self.groups().into_iter();
                groups
                    .filter(|group| group.as_str() == DEV)
                    .cloned()
                    .collect()
            }
        }
    }

    /// What the members require in their own words; what only a build tells is not among it.
    pub fn required(&self) -> BTreeSet<ProjectName> {
        let projects = self.members.values().map(|member| &member.project);
        let requirements = projects.flat_map(|project| {
            let of_extras = project.optional_dependencies.iter();
            let of_extras = of_extras.flat_map(|(_, requirements)| requirements);
            project.dependencies.iter().chain(of_extras)
        });
        requirements
            .map(|requirement| requirement.name.clone())
            .collect()
    }

    /// The names of all groups, sorted.
    pub fn groups(&self) -> Vec<&GroupName> {
        let members = self
            .members
            .values()
            .flat_map(|member| member.groups.keys());
        let mut all: Vec<&GroupName> = members.chain(self.root_groups.keys()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Member {
    /// Whether its requirements are all in pyproject.toml, so that no backend need be asked.
    pub fn is_static(&self) -> bool {
        let decisive = [
            ProjectKey::Dependencies,
            ProjectKey::OptionalDependencies,
            ProjectKey::RequiresPython,
        ];
        !decisive.iter().any(|key| self.project.is_dynamic(*key))
    }

    /// The URL of its folder.
    pub fn url(&self) -> String {
        folder_url(&self.folder)
    }
}

/// Pythons as a marker: what is said of `3.12` is about the minor version, so that nothing lies between
/// `<3.12` and `>=3.12`.
fn python_marker(pythons: &VersionSpecifiers) -> Marker {
    let markers = pythons.iter().map(|specifier| {
        let Some(version) = specifier.version() else {
            return Marker::TRUE;
        };
        let is_minor = version.release().len() == 2;
        let (variable, star) = match (specifier.operator(), specifier.is_prefix()) {
            (Operator::Less | Operator::GreaterEqual, _) | (_, true) if is_minor => {
                ("python_version", "")
            }
            (_, true) => ("python_full_version", ".*"),
            _ => ("python_full_version", ""),
        };
        let operator = specifier.operator().as_str();
        let text = format!("{variable} {operator} '{version}{star}'");
        text.parse().unwrap_or(Marker::TRUE)
    });
    markers.fold(Marker::TRUE, Marker::and)
}

/// The `file:` URL of a folder or file, as requirements name it.
pub(crate) fn folder_url(path: &Path) -> String {
    let url = url::Url::from_file_path(path);
    url.map_or_else(|()| path.display().to_string(), |url| url.to_string())
}

/// A Pipfile, if there is one.
fn read_pipfile(path: &Path) -> Result<Option<Pipfile>, WorkspaceError> {
    let text = match tilsit_files::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let read = Pipfile::parse(&text);
    read.map(Some).map_err(|reason| WorkspaceError::Pipfile {
        path: path.to_path_buf(),
        reason,
    })
}

/// Poetry's tables in a pyproject.toml, where they or a lock of Poetry's beside it say what is required.
fn read_poetry(folder: &Path, text: &str) -> Result<Option<Tables>, WorkspaceError> {
    // Without the word there is no such table, and nothing has to be read for that.
    if !text.contains("poetry") {
        return Ok(None);
    }
    if !Tables::is_stated(text) && !tilsit_files::exists(folder.join(POETRY_LOCK))? {
        return Ok(None);
    }
    Tables::read(text).map_err(|reason| WorkspaceError::Poetry {
        path: folder.join(PYPROJECT),
        reason,
    })
}

/// The nearest root above that has the folder among its members.
fn root_above(folder: &Path) -> Result<Option<Read>, WorkspaceError> {
    for above in folder.ancestors().skip(1) {
        let path = above.join(PYPROJECT);
        // A folder above that may not be read is not ours.
        let Ok(text) = tilsit_files::read_to_string(&path) else {
            continue;
        };
        // Who has no workspace is not asked whether all else in it is as it should be.
        let Ok(settings) = ProjectSettings::parse(&text) else {
            continue;
        };
        if let Some(table) = &settings.workspace {
            if members::includes(above, table, folder)? {
                return Read::of_text(above, text).map(Some);
            }
            return Ok(None);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
