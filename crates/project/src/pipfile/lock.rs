//! Pipfile.lock, specification 6: JSON with one version of each project in a category, with hashes and
//! without the places of files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::pylock::{DistributionFile, Package, PackageSource, Pylock};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::{Operator, VersionSpecifier};
use tilsit_packaging::version::Version;

use super::entry::Entry;
use super::{DEFAULT, DEVELOP, Pipfile, group_of};
use crate::export::hashes;
use crate::lock::{Lock, Part, Selection, SelectionError};
use crate::workspace::Workspace;

/// The largest lock that is read.
const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What pipenv calls the source that no Pipfile names.
const UNNAMED_SOURCE: &str = "pypi";

/// What stands for what pipenv made of a Pipfile.
const META: &str = "_meta";

/// A Pipfile.lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PipfileLock {
    /// pipenv's digest of the Pipfile that it answers; empty where it does not say.
    pub digest: String,
    /// What is locked, by category.
    pub categories: BTreeMap<GroupName, Vec<LockedEntry>>,
}

/// One locked project.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedEntry {
    /// What is to be installed: a version, and where it is wanted.
    pub requirement: Requirement,
    /// The version, of what comes from an index; pipenv leaves it open for other systems than its own.
    pub version: Option<Version>,
    /// `sha256:…` of the files that may be installed.
    pub hashes: BTreeSet<String>,
    /// The entry of a folder, file or repository, in the words of a Pipfile.
    pub place: Option<toml::Value>,
}

/// Why a Pipfile.lock cannot be read or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipfileLockError {
    /// It is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// It is no JSON.
    #[error("{0}")]
    Json(String),
    /// Its `_meta` is of another kind.
    #[error("its `_meta` is no object")]
    Meta,
    /// An entry cannot be understood.
    #[error("`{name}` in `{category}`: {reason}")]
    Entry {
        /// The category.
        category: String,
        /// The project.
        name: String,
        /// Why.
        reason: String,
    },
    /// The form has one version of each project only.
    #[error(
        "`{0}` is needed in several versions, one for each platform or Python, and Pipfile.lock can hold \
         one only"
    )]
    Several(ProjectName),
    /// What the index has is not what was locked.
    #[error("no file of `{0}` that the index has is one that was locked: their hashes are others")]
    Hashes(ProjectName),
    /// A category cannot be had.
    #[error(transparent)]
    Selection(#[from] SelectionError),
}

impl PipfileLock {
    /// Reads a lock.
    ///
    /// # Errors
    /// When it is no lock of the specification.
    pub fn parse(text: &str) -> Result<Self, PipfileLockError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(PipfileLockError::Size(text.len()));
        }
        let json: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| PipfileLockError::Json(error.to_string()))?;
        // What others wrote may answer no Pipfile.
        let digest = match json.get(META) {
            None => "",
            Some(Value::Object(meta)) => {
                let hash = meta.get("hash").and_then(|hash| hash["sha256"].as_str());
                hash.unwrap_or_default()
            }
            Some(_) => return Err(PipfileLockError::Meta),
        };
        let digest = digest.to_owned();
        let mut categories = BTreeMap::new();
        for (key, value) in json.iter().filter(|(key, _)| *key != META) {
            let wrong = |name: &str, reason: String| PipfileLockError::Entry {
                category: key.clone(),
                name: name.to_owned(),
                reason,
            };
            let group = group_of(key).ok_or_else(|| wrong("", "it is no category".to_owned()))?;
            let entries = value.as_object();
            let entries = entries.ok_or_else(|| wrong("", "it is no object".to_owned()))?;
            let read = entries
                .iter()
                .map(|(name, value)| entry(name, value).map_err(|reason| wrong(name, reason)));
            categories.insert(group, read.collect::<Result<Vec<LockedEntry>, _>>()?);
        }
        Ok(Self { digest, categories })
    }

    /// The text of the lock that says what `lock` says of each category.
    ///
    /// # Errors
    /// When a category needs several versions of a project.
    pub fn write(
        pipfile: &Pipfile,
        lock: &Lock,
        default_index: &str,
    ) -> Result<String, PipfileLockError> {
        let mut categories = Vec::new();
        for group in &lock.pylock.dependency_groups {
            let selection = Selection {
                groups: vec![group.clone()],
                only_groups: true,
                ..Selection::default()
            };
            categories.push((pipfile.name_of(group), lock.portion(&selection)?));
        }
        Self::write_categories(pipfile, &categories, default_index)
    }

    /// The text of a lock with these categories.
    ///
    /// # Errors
    /// When a category has several versions of a project.
    pub fn write_categories(
        pipfile: &Pipfile,
        categories: &[(String, Vec<Part<'_>>)],
        default_index: &str,
    ) -> Result<String, PipfileLockError> {
        let mut whole = Map::new();
        whole.insert(META.to_owned(), pipfile.meta(default_index));
        for name in [DEFAULT, DEVELOP] {
            whole.insert(name.to_owned(), json!({}));
        }
        for (category, parts) in categories {
            let mut entries = Map::new();
            for part in parts {
                let name = &part.package.name;
                let written = written(part, category, pipfile);
                if entries.insert(name.to_string(), written).is_some() {
                    return Err(PipfileLockError::Several(name.clone()));
                }
            }
            whole.insert(category.clone(), Value::Object(entries));
        }
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        let sorted = sorted(&Value::Object(whole));
        serde::Serialize::serialize(&sorted, &mut serializer).expect("memory takes all");
        bytes.push(b'\n');
        Ok(String::from_utf8(bytes).expect("JSON is text"))
    }
}

impl PipfileLock {
    /// A workspace that asks for exactly what is locked.
    ///
    /// # Errors
    /// When the place of an entry is not understood.
    pub fn workspace(&self, of_pipfile: &Workspace) -> Result<Workspace, PipfileLockError> {
        let mut workspace = of_pipfile.clone();
        workspace.settings.sources.clear();
        for group in workspace.root_groups.values_mut() {
            group.clear();
        }
        for (group, entries) in &self.categories {
            let requirements = workspace.root_groups.entry(group.clone()).or_default();
            let asked = of_pipfile.root_groups.get(group);
            for locked in entries {
                // What pipenv leaves open it leaves without its marker too, which the Pipfile has.
                let is_open = locked.version.is_none() && locked.place.is_none();
                let mut asked = asked.into_iter().flatten();
                let asked = asked.find(|asked| is_open && asked.name == locked.requirement.name);
                requirements.push(asked.unwrap_or(&locked.requirement).clone());
                let Some(place) = &locked.place else {
                    continue;
                };
                let name = locked.requirement.name.as_str();
                let read = Entry::read(name, place).map_err(|reason| PipfileLockError::Entry {
                    category: group.to_string(),
                    name: name.to_owned(),
                    reason,
                })?;
                if let Some(source) = read.source(group) {
                    let name = read.requirement.name;
                    let sources = workspace.settings.sources.entry(name);
                    sources.or_default().push(source);
                }
            }
        }
        Ok(workspace)
    }

    /// The versions as a lock without files.
    pub fn versions(&self) -> Lock {
        let mut packages: Vec<Package> = Vec::new();
        for entry in self.categories.values().flatten() {
            let name = &entry.requirement.name;
            if packages.iter().any(|known| known.name == *name) {
                continue;
            }
            packages.push(Package {
                name: name.clone(),
                version: entry.version.clone(),
                marker: Marker::TRUE,
                requires_python: None,
                dependencies: Vec::new(),
                source: PackageSource::Distributions {
                    sdist: None,
                    wheels: Vec::new(),
                },
                index: None,
                attestation_identities: Vec::new(),
                tool: toml::Table::new(),
            });
        }
        Lock {
            pylock: Pylock {
                lock_version: Version::from_release(&[1, 0]),
                environments: Vec::new(),
                requires_python: None,
                extras: Vec::new(),
                dependency_groups: Vec::new(),
                default_groups: Vec::new(),
                created_by: "pipenv".to_owned(),
                packages,
                tool: toml::Table::new(),
            },
            own: None,
            is_edited: false,
        }
    }

    /// Takes out of a lock the files that have none of the hashes stated here.
    ///
    /// # Errors
    /// When of a project no file is left.
    pub fn restrict(&self, lock: &mut Lock) -> Result<(), PipfileLockError> {
        let mut stated: BTreeMap<&ProjectName, BTreeSet<&str>> = BTreeMap::new();
        for entry in self.categories.values().flatten() {
            let known = stated.entry(&entry.requirement.name).or_default();
            known.extend(entry.hashes.iter().map(String::as_str));
        }
        for package in &mut lock.pylock.packages {
            let PackageSource::Distributions { sdist, wheels } = &mut package.source else {
                continue;
            };
            // Old locks have entries without hashes.
            let Some(stated) = stated.get(&package.name).filter(|all| !all.is_empty()) else {
                continue;
            };
            let is_stated = |file: &DistributionFile| {
                let mut hashes = file.hashes.iter();
                hashes.any(|(name, digest)| stated.contains(&*format!("{name}:{digest}")))
            };
            wheels.retain(|file| is_stated(file));
            if sdist.as_ref().is_some_and(|file| !is_stated(file)) {
                *sdist = None;
            }
            if wheels.is_empty() && sdist.is_none() {
                return Err(PipfileLockError::Hashes(package.name.clone()));
            }
        }
        Ok(())
    }
}

impl Pipfile {
    /// What the default index is called.
    fn first_source(&self) -> &str {
        let first = self.sources.first();
        first
            .and_then(|source| source.name.as_deref())
            .unwrap_or(UNNAMED_SOURCE)
    }

    /// What a group is called in the lock: as the category is written.
    fn name_of(&self, group: &GroupName) -> String {
        let mut written = self.table.keys();
        let is_category = |key: &&String| {
            !["packages", "dev-packages"].contains(&key.as_str())
                && group_of(key).as_ref() == Some(group)
        };
        let found = written.find(is_category).cloned();
        found.unwrap_or_else(|| group.to_string())
    }
}

/// The same with sorted keys, whatever order maps keep.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<String, Value> = map
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(list) => list.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn written(part: &Part<'_>, category: &str, pipfile: &Pipfile) -> Value {
    let package = part.package;
    let asked = group_of(category).and_then(|group| pipfile.categories.get(&group));
    let mut asked = asked.into_iter().flatten();
    let asked = asked.find(|entry| entry.requirement.name == package.name);
    let mut pinned = pipfile.pinned_sources();
    let pinned = pinned.find(|(name, _)| *name == package.name.as_str());
    let index = pinned
        .map(|(_, index)| index)
        .or_else(|| asked.map(|_| pipfile.first_source()));
    let mut entry = match &package.source {
        PackageSource::Distributions { .. } => {
            let version = package.version.as_ref();
            json!({ "version": version.map(|version| format!("=={version}")) })
        }
        PackageSource::Directory(directory) => {
            let mut entry = json!({ "path": directory.path });
            if directory.editable == Some(true) {
                entry["editable"] = json!(true);
            }
            entry
        }
        PackageSource::Vcs(vcs) => {
            let place = vcs.url.as_ref().or(vcs.path.as_ref());
            let mut entry = json!({ "ref": vcs.commit_id });
            entry[vcs.kind.as_str()] = json!(place);
            if let Some(subdirectory) = &vcs.subdirectory {
                entry["subdirectory"] = json!(subdirectory);
            }
            entry
        }
        PackageSource::Archive(archive) => {
            json!({ "file": archive.url.as_ref().or(archive.path.as_ref()) })
        }
    };
    let hashes = hashes(&package.source);
    if !hashes.is_empty() {
        entry["hashes"] = json!(hashes);
    }
    if let Some(index) = index
        && matches!(package.source, PackageSource::Distributions { .. })
    {
        entry["index"] = json!(index);
    }
    if let Some(asked) = asked
        && !asked.requirement.extras.is_empty()
    {
        let extras = asked.requirement.extras.iter().map(ToString::to_string);
        entry["extras"] = extras.collect();
    }
    if let Some(markers) = markers(part) {
        entry["markers"] = json!(markers);
    }
    entry
}

/// Where an entry is wanted: for the Pythons that the package is for, which pipenv states too.
fn markers(part: &Part<'_>) -> Option<String> {
    let wanted = part.marker.to_string().replace('"', "'");
    let pythons = part.package.requires_python.iter().flatten();
    let mut conditions: Vec<String> = pythons.filter_map(python_condition).collect();
    conditions.sort_by_key(|condition| condition.contains('<'));
    if !part.marker.is_true() {
        let is_choice = !conditions.is_empty() && wanted.contains(" or ");
        conditions.push(if is_choice {
            format!("({wanted})")
        } else {
            wanted
        });
    }
    (!conditions.is_empty()).then(|| conditions.join(" and "))
}

/// A bound of `requires-python` as a marker; others than those say nothing that a lock for one version
/// of Python needs.
fn python_condition(specifier: &VersionSpecifier) -> Option<String> {
    let (operator, version) = (specifier.operator(), specifier.version()?);
    let is_bound = matches!(
        operator,
        Operator::GreaterEqual | Operator::Greater | Operator::LessEqual | Operator::Less
    );
    let variable = match version.release().len() {
        1 | 2 if matches!(operator, Operator::GreaterEqual | Operator::Less) => "python_version",
        _ => "python_full_version",
    };
    is_bound.then(|| format!("{variable} {} '{version}'", operator.as_str()))
}

fn entry(name: &str, value: &Value) -> Result<LockedEntry, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let markers = text("markers").map_or_else(String::new, |marker| format!(" ; {marker}"));
    // pipenv pins nothing of what is not for its own system.
    let is_open = text("version") == Some("*");
    let version = text("version").filter(|_| !is_open).unwrap_or_default();
    let written = format!("{name}{version}{markers}");
    let requirement = written
        .parse()
        .map_err(|error| format!("`{written}` is no requirement: {error}"))?;
    let hashes = value.get("hashes").and_then(Value::as_array);
    let hashes = hashes.into_iter().flatten().filter_map(Value::as_str);
    let is_placed = ["git", "hg", "svn", "bzr", "path", "file"]
        .iter()
        .any(|key| value.get(key).is_some());
    let version = match version.trim().strip_prefix("==") {
        Some(version) => Some(
            version
                .trim()
                .parse()
                .map_err(|_| format!("`{version}` is no version"))?,
        ),
        None if is_placed || is_open => None,
        None => return Err("it has neither a version nor a place".to_owned()),
    };
    let place = is_placed
        .then(|| toml::Value::try_from(value).ok())
        .flatten();
    Ok(LockedEntry {
        requirement,
        version,
        hashes: hashes.map(str::to_owned).collect(),
        place,
    })
}
