//! Which lock a workspace is locked in: its own, one with a name, or that of a script. The file names
//! are those of PEP 751: `pylock.toml`, and `pylock.<name>.toml` with a name that has no dot.

use std::collections::BTreeMap;

use serde::Deserialize;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName};
use tilsit_packaging::pylock::is_pylock_file_name;
use tilsit_packaging::specifier::VersionSpecifiers;

use crate::lock::PYLOCK;
use crate::pipfile::Pipfile;
use crate::poetry::{POETRY_LOCK, Poetry};
use crate::settings::{ConflictKind, DefaultGroups, OneOrMany, Parsed};
use crate::uv::UV_LOCK;
use crate::workspace::{Member, Workspace};

/// The lock that is meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LockKind {
    /// The project's own.
    #[default]
    Project,
    /// One of `[tool.tilsit.locks]`.
    Named(String, Box<LockTable>),
    /// That of a script, by the name of its file.
    Script(String),
}

/// Whose form the lock has that is meant.
#[derive(Clone, Copy, Debug)]
pub enum LockForm<'w> {
    /// Ours: PEP 751.
    Pylock,
    /// pipenv's, of this Pipfile.
    Pipenv(&'w Pipfile),
    /// Poetry's, of these tables.
    Poetry(&'w Poetry),
    /// uv's.
    Uv,
}

/// `[tool.tilsit.locks.<name>]`: what a lock holds, and how it is resolved. What is not said is as in
/// the lock of the project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockTable {
    /// `groups`: these groups alone.
    pub groups: Option<Vec<GroupName>>,
    /// `extras`: these extras alone.
    pub extras: Option<Vec<ExtraName>>,
    /// `environments`: for these alone.
    pub environments: Option<Vec<Marker>>,
    /// `requires-python`: narrows what the project says.
    pub requires_python: Option<VersionSpecifiers>,
    /// `resolution`
    pub resolution: Option<String>,
    /// `prerelease`
    pub prerelease: Option<String>,
    /// `exclude-newer`
    pub exclude_newer: Option<String>,
    /// `venv`: the folder of its environment.
    pub venv: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RawLockTable {
    groups: Option<Vec<Parsed<GroupName>>>,
    extras: Option<Vec<Parsed<ExtraName>>>,
    environments: Option<OneOrMany<Parsed<Marker>>>,
    requires_python: Option<Parsed<VersionSpecifiers>>,
    resolution: Option<String>,
    prerelease: Option<String>,
    exclude_newer: Option<String>,
    venv: Option<String>,
}

/// Why there is no such lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockKindError {
    /// `[tool.tilsit.locks]` has none of that name.
    #[error("`[tool.tilsit.locks]` has no lock `{0}`")]
    Unknown(String),
    /// A lock asks for a group that no member has.
    #[error("`[tool.tilsit.locks.{lock}]` names the group `{group}`, which is not there")]
    NoGroup {
        /// The lock.
        lock: String,
        /// The group.
        group: GroupName,
    },
    /// A lock asks for an extra that no member has.
    #[error("`[tool.tilsit.locks.{lock}]` names the extra `{extra}`, which no member has")]
    NoExtra {
        /// The lock.
        lock: String,
        /// The extra.
        extra: ExtraName,
    },
}

impl RawLockTable {
    /// Reads the tables; the reason in words where a name is none.
    pub(crate) fn read_all(
        tables: BTreeMap<String, Self>,
    ) -> Result<BTreeMap<String, LockTable>, String> {
        let mut read = BTreeMap::new();
        for (name, table) in tables {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            if name.is_empty() || !name.chars().all(is_letter) {
                return Err(format!(
                    "`locks` has `{name}`: the name of a lock has letters, digits, `-` and `_` alone"
                ));
            }
            read.insert(name, table.read());
        }
        Ok(read)
    }

    fn read(self) -> LockTable {
        LockTable {
            groups: self.groups.map(values),
            extras: self.extras.map(values),
            environments: self.environments.map(|OneOrMany(list)| values(list)),
            requires_python: self.requires_python.map(|Parsed(pythons)| pythons),
            resolution: self.resolution,
            prerelease: self.prerelease,
            exclude_newer: self.exclude_newer,
            venv: self.venv,
        }
    }
}

fn values<T>(list: Vec<Parsed<T>>) -> Vec<T> {
    list.into_iter().map(|Parsed(value)| value).collect()
}

impl LockTable {
    /// What of it decides a lock, in words that are the same for the same.
    pub(crate) fn words(&self) -> String {
        let markers = self.environments.iter().flatten();
        let markers: Vec<String> = markers.map(ToString::to_string).collect();
        format!(
            "{:?} {:?} {markers:?} {:?} {:?} {:?} {:?}",
            self.groups,
            self.extras,
            self.requires_python.as_ref().map(ToString::to_string),
            self.resolution,
            self.prerelease,
            self.exclude_newer,
        )
    }

    /// Whether the lock holds an extra.
    pub(crate) fn has_extra(&self, extra: &ExtraName) -> bool {
        let extras = self.extras.as_ref();
        extras.is_none_or(|extras| extras.contains(extra))
    }

    fn has_group(&self, group: &GroupName) -> bool {
        let groups = self.groups.as_ref();
        groups.is_none_or(|groups| groups.contains(group))
    }
}

impl Workspace {
    /// The same, to be locked in one of its locks with a name: with what that lock holds alone.
    ///
    /// # Errors
    /// When there is no such lock, or it names what no member has.
    pub fn in_lock(mut self, name: &str) -> Result<Self, LockKindError> {
        let unknown = || LockKindError::Unknown(name.to_owned());
        let table = self.settings.locks.get(name).ok_or_else(unknown)?.clone();
        for group in table.groups.iter().flatten() {
            if !self.groups().contains(&group) {
                return Err(LockKindError::NoGroup {
                    lock: name.to_owned(),
                    group: group.clone(),
                });
            }
        }
        for extra in table.extras.iter().flatten() {
            let mut extras = self.members.values().flat_map(Member::extras);
            if !extras.any(|known| known == extra) {
                return Err(LockKindError::NoExtra {
                    lock: name.to_owned(),
                    extra: extra.clone(),
                });
            }
        }
        let mut defaults = self.default_groups();
        defaults.retain(|group| table.has_group(group));
        self.settings.default_groups = DefaultGroups::Named(defaults);
        for groups in self.members.values_mut().map(|member| &mut member.groups) {
            groups.retain(|group, _| table.has_group(group));
        }
        self.root_groups.retain(|group, _| table.has_group(group));
        for set in &mut self.settings.conflicts {
            set.retain(|item| match &item.kind {
                ConflictKind::Extra(extra) => table.has_extra(extra),
                ConflictKind::Group(group) => table.has_group(group),
            });
        }
        self.settings.conflicts.retain(|set| set.len() > 1);
        if let Some(environments) = &table.environments {
            self.settings.environments.clone_from(environments);
        }
        self.lock = LockKind::Named(name.to_owned(), Box::new(table));
        Ok(self)
    }

    /// The form of its lock: locks of others are used in place where a project has one of them and
    /// none of ours.
    pub fn lock_form(&self) -> LockForm<'_> {
        match (&self.lock, &self.pipfile, &self.poetry) {
            (LockKind::Project, Some(pipfile), _) => LockForm::Pipenv(pipfile),
            (LockKind::Project, None, Some(poetry)) => LockForm::Poetry(poetry),
            (LockKind::Project, None, None) if self.has_uv_lock => LockForm::Uv,
            _ => LockForm::Pylock,
        }
    }

    /// The name of the file of its lock.
    pub fn lock_file(&self) -> String {
        match (self.lock_form(), &self.lock) {
            (LockForm::Pipenv(pipfile), _) => pipfile.lock_name(),
            (LockForm::Poetry(_), _) => POETRY_LOCK.to_owned(),
            (LockForm::Uv, _) => UV_LOCK.to_owned(),
            (LockForm::Pylock, LockKind::Project) => PYLOCK.to_owned(),
            (LockForm::Pylock, LockKind::Named(name, _)) => format!("pylock.{name}.toml"),
            (LockForm::Pylock, LockKind::Script(file)) => script_lock(file).unwrap_or_default(),
        }
    }

    /// The extras of a member that the lock is to hold.
    pub(crate) fn locked_extras<'w>(
        &'w self,
        member: &'w Member,
    ) -> impl Iterator<Item = &'w ExtraName> {
        member.extras().filter(|extra| match &self.lock {
            LockKind::Named(_, table) => table.has_extra(extra),
            LockKind::Project | LockKind::Script(_) => true,
        })
    }
}

/// The name of the lock of a script; none where that would be no name of a lock, for it may have one
/// dot before `.toml` only.
pub fn script_lock(file: &str) -> Option<String> {
    let stem = file
        .strip_suffix(".py")
        .or_else(|| file.strip_suffix(".pyw"));
    let name = format!("pylock.{}.toml", stem.unwrap_or(file));
    is_pylock_file_name(&name).then_some(name)
}

#[cfg(test)]
mod tests;
