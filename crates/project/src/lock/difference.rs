//! What changes from one lock to the next, in the terms of who reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource};
use tilsit_packaging::requirement::Requirement;

use super::{Lock, own};

/// What changes, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The changes.
    pub changes: Vec<Change>,
}

/// What becomes of one project.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The project.
    #[serde(serialize_with = "text")]
    pub name: ProjectName,
    /// What was locked, a version or another place each.
    pub before: Vec<String>,
    /// What is locked now.
    pub after: Vec<String>,
    /// Who requires it now, if it is new.
    pub required_by: Vec<String>,
    /// Whether the versions are the same, and something else of them changed: files, marker, index.
    pub is_detail: bool,
}

fn text<S: serde::Serializer>(name: &ProjectName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name.as_str())
}

impl Difference {
    /// From one lock to another; from none, everything is new.
    pub fn between(before: Option<&Lock>, after: &Lock) -> Self {
        let old = before.map(by_name).unwrap_or_default();
        let new = by_name(after);
        let names: BTreeSet<&ProjectName> = old.keys().chain(new.keys()).copied().collect();
        let none = Vec::new();
        let mut requirers = None;
        let changes = names.into_iter().filter_map(|name| {
            let (was, is) = (
                old.get(name).unwrap_or(&none),
                new.get(name).unwrap_or(&none),
            );
            let (before, after_words) = (words(was), words(is));
            let is_detail = before == after_words;
            if is_detail && was == is {
                return None;
            }
            Some(Change {
                name: name.clone(),
                required_by: if was.is_empty() {
                    let all = requirers.get_or_insert_with(|| required_by(after));
                    all.get(name).into_iter().flatten().cloned().collect()
                } else {
                    Vec::new()
                },
                before,
                after: after_words,
                is_detail,
            })
        });
        Self {
            changes: changes.collect(),
        }
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

fn by_name(lock: &Lock) -> BTreeMap<&ProjectName, Vec<&Package>> {
    let mut by_name: BTreeMap<&ProjectName, Vec<&Package>> = BTreeMap::new();
    for package in &lock.pylock.packages {
        by_name.entry(&package.name).or_default().push(package);
    }
    by_name
}

fn words(packages: &[&Package]) -> Vec<String> {
    let words: BTreeSet<String> = packages
        .iter()
        .map(|package| match (&package.version, &package.source) {
            (_, PackageSource::Vcs(vcs)) => {
                let commit = vcs.commit_id.get(..12).unwrap_or(&vcs.commit_id);
                let url = vcs.url.as_ref().or(vcs.path.as_ref());
                format!("{}@{commit}", url.map_or("", String::as_str))
            }
            (Some(version), _) => version.to_string(),
            (None, PackageSource::Directory(directory)) => directory.path.clone(),
            (None, _) => "?".to_owned(),
        })
        .collect();
    words.into_iter().collect()
}

/// Who requires each project: members, groups, packages.
fn required_by(lock: &Lock) -> BTreeMap<ProjectName, BTreeSet<String>> {
    let mut found: BTreeMap<ProjectName, BTreeSet<String>> = BTreeMap::new();
    let mut note = |list: &[Requirement], by: &dyn Fn() -> String| {
        for requirement in list {
            let all = found.entry(requirement.name.clone()).or_default();
            all.insert(by());
        }
    };
    if let Some(own) = &lock.own {
        for (member, locked) in &own.members {
            note(&locked.requires, &|| member.to_string());
            for (extra, (_, list)) in &locked.extras {
                note(list, &|| format!("{member}[{extra}]"));
            }
            for (group, list) in &locked.groups {
                note(list, &|| format!("the group `{group}` of {member}"));
            }
        }
        for (group, list) in &own.groups {
            note(list, &|| format!("the group `{group}`"));
        }
    }
    for package in &lock.pylock.packages {
        let requires = own::requires(package).unwrap_or_default();
        note(&requires, &|| package.name.to_string());
    }
    found
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let (before, after) = (self.before.join(", "), self.after.join(", "));
        match (self.before.is_empty(), self.after.is_empty()) {
            _ if self.is_detail => write!(formatter, "{name} {after}: files or markers changed"),
            (true, _) if self.required_by.is_empty() => write!(formatter, "{name} {after}"),
            (true, _) => {
                let by = self.required_by.join(", ");
                write!(formatter, "{name} {after} (required by {by})")
            }
            (_, true) => write!(formatter, "{name} {before}"),
            _ => write!(formatter, "{name} {before} -> {after}"),
        }
    }
}
