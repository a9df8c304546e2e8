//! What `[tool.tilsit]` and `[tool.uv]` of a pyproject.toml say about the project itself: sources,
//! workspace, groups, environments, conflicts. How anything is resolved or fetched is said by the
//! other keys of these tables, which the program reads.
//!
//! A key of ours goes before the same of uv's.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;

use crate::edit::GitReference;
use crate::locks::{LockTable, RawLockTable};
use crate::policy::Policy;

/// The keys of the tables that are read here.
pub const KEYS: [&str; 11] = [
    "sources",
    "workspace",
    "default-groups",
    "package",
    "environments",
    "required-environments",
    "conflicts",
    "locks",
    "policy",
    "dependency-groups",
    "dev-dependencies",
];

/// What the tables say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSettings {
    /// Where projects come from that the requirements name.
    pub sources: BTreeMap<ProjectName, Vec<Source>>,
    /// The groups that are installed when nobody says which; `dev` where nothing is said.
    pub default_groups: DefaultGroups,
    /// Whether the project itself is built and installed; told by `[build-system]` where nothing is
    /// said.
    pub package: Option<bool>,
    /// The members of a workspace, if it is the root of one.
    pub workspace: Option<WorkspaceTable>,
    /// The environments that the lock is for; all where none is said.
    pub environments: Vec<Marker>,
    /// Environments that every release has to have a file for.
    pub required_environments: Vec<Marker>,
    /// Sets of extras and groups of which only one can be had at a time.
    pub conflicts: Vec<Vec<ConflictItem>>,
    /// `dependency-groups`: the Pythons that groups are for, where that is said.
    pub group_pythons: BTreeMap<GroupName, VersionSpecifiers>,
    /// uv's older way to write the group `dev`.
    pub dev_dependencies: Vec<Requirement>,
    /// The locks with a name, besides the project's own.
    pub locks: BTreeMap<String, LockTable>,
    /// What is taken from elsewhere, and what is not.
    pub policy: Policy,
}

/// `default-groups`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DefaultGroups {
    /// Every group.
    All,
    /// These.
    Named(Vec<GroupName>),
    /// Nothing is said: `dev`, if there is such a group.
    #[default]
    Unsaid,
}

/// `workspace`
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct WorkspaceTable {
    /// Patterns of members' folders, relative to the root.
    pub members: Vec<String>,
    /// Patterns of folders that are no members.
    pub exclude: Vec<String>,
}

/// An extra or a group that others conflict with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConflictItem {
    /// The member; the root project where nothing is said.
    pub package: Option<ProjectName>,
    /// The extra or group.
    pub kind: ConflictKind,
}

/// What conflicts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// `extra`
    Extra(ExtraName),
    /// `group`
    Group(GroupName),
}

/// Where a project comes from, and when that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where from.
    pub place: SourcePlace,
    /// Where it counts; everywhere where nothing is said.
    pub marker: Marker,
    /// It counts for requirements of this extra only.
    pub extra: Option<ExtraName>,
    /// It counts for requirements of this group only.
    pub group: Option<GroupName>,
}

/// Where a project comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourcePlace {
    /// `workspace = true`: another member.
    Workspace {
        /// Whether it is installed as it stands; yes where nothing is said.
        editable: Option<bool>,
    },
    /// `path`
    Path {
        /// The folder or file, relative to the pyproject.toml.
        path: String,
        /// Whether the folder is installed as it stands.
        editable: Option<bool>,
    },
    /// `git`
    Git {
        /// The repository.
        url: String,
        /// What of it.
        reference: Option<GitReference>,
        /// The folder of the project in it.
        subdirectory: Option<String>,
    },
    /// `url`
    Url {
        /// The file.
        url: String,
        /// The folder of the project in it.
        subdirectory: Option<String>,
    },
    /// `index`: the index with this name.
    Index(String),
}

/// Why the tables cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

#[derive(serde::Deserialize)]
struct PyProject {
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, serde::Deserialize)]
struct Tools {
    #[serde(default)]
    tilsit: Table,
    #[serde(default)]
    uv: Table,
}

/// One tool's table.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Table {
    sources: Option<BTreeMap<Parsed<ProjectName>, OneOrMany<RawSource>>>,
    workspace: Option<WorkspaceTable>,
    default_groups: Option<RawGroups>,
    package: Option<bool>,
    environments: Option<OneOrMany<Parsed<Marker>>>,
    required_environments: Option<OneOrMany<Parsed<Marker>>>,
    conflicts: Option<Vec<Vec<RawConflict>>>,
    dependency_groups: Option<BTreeMap<Parsed<GroupName>, RawGroup>>,
    dev_dependencies: Option<Vec<Parsed<Requirement>>>,
    /// Ours alone; another tool's would mean another thing.
    locks: Option<toml::Value>,
    policy: Option<toml::Value>,
}

/// A text that is read by its own grammar.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parsed<T>(pub(crate) T);

impl<'de, T> Deserialize<'de> for Parsed<T>
where
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = text.parse().map(Parsed);
        parsed.map_err(|error| de::Error::custom(format_args!("`{text}`: {error}")))
    }
}

/// A value, or a list of such.
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Vec<T>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value or a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    all.push(one);
                }
                Ok(all)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
                let one = T::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(vec![one])
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
                let one = T::deserialize(de::value::StrDeserializer::new(text))?;
                Ok(vec![one])
            }
        }
        let visited = deserializer.deserialize_any(Either(std::marker::PhantomData));
        visited.map(OneOrMany)
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum RawGroups {
    Named(Vec<String>),
    Word(String),
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawGroup {
    requires_python: Option<Parsed<VersionSpecifiers>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawConflict {
    package: Option<Parsed<ProjectName>>,
    extra: Option<Parsed<ExtraName>>,
    group: Option<Parsed<GroupName>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawSource {
    workspace: Option<bool>,
    path: Option<String>,
    editable: Option<bool>,
    git: Option<String>,
    rev: Option<String>,
    tag: Option<String>,
    branch: Option<String>,
    url: Option<String>,
    subdirectory: Option<String>,
    index: Option<String>,
    marker: Option<Parsed<Marker>>,
    extra: Option<Parsed<ExtraName>>,
    group: Option<Parsed<GroupName>>,
    /// uv's, without a meaning here: whether the folder is built, and large files of git.
    #[serde(rename = "package")]
    _package: Option<bool>,
    #[serde(rename = "lfs")]
    _lfs: Option<bool>,
}

impl ProjectSettings {
    /// Reads the tables in the text of a pyproject.toml.
    ///
    /// # Errors
    /// When a key has a value that it cannot have; the words say where.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let project: PyProject =
            toml::from_str(text).map_err(|error| SettingsError(error.to_string()))?;
        let Tools { tilsit, uv } = project.tool;
        let mut sources = BTreeMap::new();
        let named = tilsit.sources.or(uv.sources).unwrap_or_default();
        for (Parsed(name), OneOrMany(written)) in named {
            let read = written.into_iter().map(|source| source.read(&name));
            let read = read.collect::<Result<Vec<Source>, _>>()?;
            sources.insert(name, read);
        }
        let groups = tilsit.default_groups.or(uv.default_groups);
        let conflicts = tilsit.conflicts.or(uv.conflicts).unwrap_or_default();
        let conflicts = conflicts
            .into_iter()
            .map(|set| set.into_iter().map(RawConflict::read).collect())
            .collect::<Result<Vec<Vec<ConflictItem>>, _>>()?;
        let environments = tilsit.environments.or(uv.environments);
        let required = tilsit.required_environments.or(uv.required_environments);
        let dev = tilsit.dev_dependencies.or(uv.dev_dependencies);
        let group_pythons = tilsit.dependency_groups.or(uv.dependency_groups);
        let group_pythons = group_pythons.unwrap_or_default().into_iter();
        let group_pythons = group_pythons.filter_map(|(Parsed(group), said)| {
            let Parsed(pythons) = said.requires_python?;
            Some((group, pythons))
        });
        Ok(Self {
            group_pythons: group_pythons.collect(),
            sources,
            default_groups: groups.map_or(Ok(DefaultGroups::Unsaid), RawGroups::read)?,
            package: tilsit.package.or(uv.package),
            workspace: tilsit.workspace.or(uv.workspace),
            environments: environments.map_or_else(Vec::new, |OneOrMany(list)| values(list)),
            required_environments: required.map_or_else(Vec::new, |OneOrMany(list)| values(list)),
            conflicts,
            dev_dependencies: dev.map_or_else(Vec::new, values),
            locks: tilsit.locks.map(locks).transpose()?.unwrap_or_default(),
            policy: tilsit.policy.map(policy).transpose()?.unwrap_or_default(),
        })
    }
}

fn locks(written: toml::Value) -> Result<BTreeMap<String, LockTable>, SettingsError> {
    let tables = written.try_into::<BTreeMap<String, RawLockTable>>();
    let tables = tables.map_err(|error| SettingsError(format!("`locks`: {error}")))?;
    RawLockTable::read_all(tables).map_err(SettingsError)
}

fn policy(written: toml::Value) -> Result<Policy, SettingsError> {
    let read = written.try_into();
    read.map_err(|error: toml::de::Error| {
        SettingsError(format!("`policy`: {}", error.to_string().trim_end()))
    })
}

fn values<T>(list: Vec<Parsed<T>>) -> Vec<T> {
    list.into_iter().map(|Parsed(value)| value).collect()
}

impl RawGroups {
    pub(crate) fn read(self) -> Result<DefaultGroups, SettingsError> {
        match self {
            RawGroups::Word(word) if word == "all" => Ok(DefaultGroups::All),
            RawGroups::Word(word) => Err(SettingsError(format!(
                "`default-groups` is `{word}`, not a list of groups or `all`"
            ))),
            RawGroups::Named(names) => {
                let parsed = names.iter().map(|name| {
                    name.parse()
                        .map_err(|error| SettingsError(format!("`default-groups`: {error}")))
                });
                Ok(DefaultGroups::Named(parsed.collect::<Result<_, _>>()?))
            }
        }
    }
}

impl RawConflict {
    pub(crate) fn read(self) -> Result<ConflictItem, SettingsError> {
        let kind = match (self.extra, self.group) {
            (Some(Parsed(extra)), None) => ConflictKind::Extra(extra),
            (None, Some(Parsed(group))) => ConflictKind::Group(group),
            _ => {
                let words = "an entry of `conflicts` must name either an `extra` or a `group`";
                return Err(SettingsError(words.to_owned()));
            }
        };
        Ok(ConflictItem {
            package: self.package.map(|Parsed(name)| name),
            kind,
        })
    }
}

impl RawSource {
    fn read(self, name: &ProjectName) -> Result<Source, SettingsError> {
        let wrong = |words: &str| SettingsError(format!("the source of `{name}` {words}"));
        let references = [
            self.rev.map(GitReference::Revision),
            self.tag.map(GitReference::Tag),
            self.branch.map(GitReference::Branch),
        ];
        let mut references = references.into_iter().flatten();
        let reference = references.next();
        if references.next().is_some() {
            return Err(wrong("names more than one of `rev`, `tag` and `branch`"));
        }
        if reference.is_some() && self.git.is_none() {
            return Err(wrong("names a revision of what is no repository"));
        }
        let place = match (self.workspace, self.path, self.git, self.url, self.index) {
            (Some(true), None, None, None, None) => SourcePlace::Workspace {
                editable: self.editable,
            },
            (None, Some(path), None, None, None) => SourcePlace::Path {
                path,
                editable: self.editable,
            },
            (None, None, Some(url), None, None) => SourcePlace::Git {
                url,
                reference,
                subdirectory: self.subdirectory,
            },
            (None, None, None, Some(url), None) => SourcePlace::Url {
                url,
                subdirectory: self.subdirectory,
            },
            (None, None, None, None, Some(index)) => SourcePlace::Index(index),
            _ => {
                return Err(wrong(
                    "must be one of `workspace = true`, `path`, `git`, `url` and `index`",
                ));
            }
        };
        Ok(Source {
            place,
            marker: self.marker.map_or(Marker::TRUE, |Parsed(marker)| marker),
            extra: self.extra.map(|Parsed(extra)| extra),
            group: self.group.map(|Parsed(group)| group),
        })
    }
}

#[cfg(test)]
mod tests;
