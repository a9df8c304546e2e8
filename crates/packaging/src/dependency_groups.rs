//! `[dependency-groups]`: requirements of a project's own work that no release carries.
//!
//! Follows "Dependency Groups" (PEP 735). Groups are checked when they are asked for, not before,
//! as the specification wants, so that a group in a form of tomorrow does not spoil the others.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::name::GroupName;
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::toml_reader::{Document, Item, Table};

/// The most requirements and includes that a group may come to: includes that fan out could make
/// more of them than any memory holds.
const ITEMS_MAX: usize = 100_000;

/// The longest chain of groups of which each includes the next.
const DEPTH_MAX: usize = 500;

/// The groups of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyGroups {
    groups: BTreeMap<GroupName, Group>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    items: Result<Vec<GroupItem>, Vec<Problem>>,
}

/// What a group holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupItem {
    /// A requirement.
    Requirement(Requirement),
    /// `{ include-group = "…" }`: all of another group.
    Include(GroupName),
}

/// Why groups could not be read or resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DependencyGroupsError {
    /// The text is not TOML, or `[dependency-groups]` is no table of valid, distinct names.
    #[error("{0}")]
    Table(Problem),
    /// There is no such group.
    #[error("there is no dependency group `{group}`{}", includer(.included_by.as_ref()))]
    Missing {
        /// The group.
        group: GroupName,
        /// The group that includes it, if it was not asked for by itself.
        included_by: Option<GroupName>,
    },
    /// The group is malformed.
    #[error("the dependency group `{group}` is not valid: {}", listed(.problems))]
    Invalid {
        /// The group.
        group: GroupName,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
    /// Groups include each other in a ring.
    #[error("the dependency groups {} include each other", ring(.groups))]
    Cycle {
        /// The groups, each including the next and the last the first.
        groups: Vec<GroupName>,
    },
    /// The includes multiply, or are nested, beyond what can be meant.
    #[error(
        "the dependency group `{group}` comes to more than {ITEMS_MAX} requirements or {DEPTH_MAX} nested groups"
    )]
    TooMany {
        /// The group.
        group: GroupName,
    },
}

impl DependencyGroups {
    /// Reads the `[dependency-groups]` of a pyproject.toml; absent, it is empty.
    ///
    /// # Errors
    /// [`DependencyGroupsError::Table`]: the text is not TOML, the table is none, or two names are
    /// the same once normalised.
    pub fn parse(pyproject: &str) -> Result<DependencyGroups, DependencyGroupsError> {
        let document = Document::parse(pyproject).map_err(DependencyGroupsError::Table)?;
        DependencyGroups::read(&document.root()).map_err(DependencyGroupsError::Table)
    }

    pub(crate) fn read(root: &Table<'_>) -> Result<DependencyGroups, Problem> {
        let mut groups = BTreeMap::new();
        let Some(table) = root.table("dependency-groups")? else {
            return Ok(DependencyGroups::default());
        };
        for (key, item) in table.items() {
            let name: GroupName = key.parse().map_err(|error| table.key_fault(key, error))?;
            let group = Group {
                items: group_items(&item),
            };
            if groups.insert(name.clone(), group).is_some() {
                let reason = format!("the dependency group `{name}` is defined twice");
                return Err(table.key_fault(key, reason));
            }
        }
        Ok(DependencyGroups { groups })
    }

    /// The names of the groups, sorted.
    pub fn names(&self) -> impl Iterator<Item = &GroupName> {
        self.groups.keys()
    }

    /// What a group holds, includes not followed.
    ///
    /// # Errors
    /// [`DependencyGroupsError`], if there is no such group or it is malformed.
    pub fn items(&self, group: &GroupName) -> Result<&[GroupItem], DependencyGroupsError> {
        self.lookup(group, None)
    }

    /// The requirements of a group and of all that it includes, in order, repeated where included
    /// repeatedly.
    ///
    /// # Errors
    /// [`DependencyGroupsError`], if a group is missing or malformed, or groups include each other.
    pub fn resolve(&self, group: &GroupName) -> Result<Vec<Requirement>, DependencyGroupsError> {
        let mut walk = Walk::default();
        self.collect(group, &mut walk)?;
        Ok(walk.requirements)
    }

    fn lookup(
        &self,
        name: &GroupName,
        included_by: Option<&GroupName>,
    ) -> Result<&[GroupItem], DependencyGroupsError> {
        let group = self
            .groups
            .get(name)
            .ok_or_else(|| DependencyGroupsError::Missing {
                group: name.clone(),
                included_by: included_by.cloned(),
            })?;
        match &group.items {
            Ok(items) => Ok(items),
            Err(problems) => Err(DependencyGroupsError::Invalid {
                group: name.clone(),
                problems: problems.clone(),
            }),
        }
    }

    /// Depth first.
    fn collect(&self, name: &GroupName, walk: &mut Walk) -> Result<(), DependencyGroupsError> {
        if let Some(start) = walk.path.iter().position(|group| group == name) {
            return Err(DependencyGroupsError::Cycle {
                groups: walk.path[start..].to_vec(),
            });
        }
        let items = self.lookup(name, walk.path.last())?;
        walk.path.push(name.clone());
        walk.items += items.len();
        if walk.items > ITEMS_MAX || walk.path.len() > DEPTH_MAX {
            return Err(DependencyGroupsError::TooMany {
                group: walk.path[0].clone(),
            });
        }
        for item in items {
            match item {
                GroupItem::Requirement(requirement) => walk.requirements.push(requirement.clone()),
                GroupItem::Include(group) => self.collect(group, walk)?,
            }
        }
        walk.path.pop();
        Ok(())
    }
}

/// A walk through the includes of a group.
#[derive(Default)]
struct Walk {
    /// The groups that are being included, each by the one before.
    path: Vec<GroupName>,
    requirements: Vec<Requirement>,
    items: usize,
}

fn group_items(item: &Item<'_>) -> Result<Vec<GroupItem>, Vec<Problem>> {
    let array = item.as_array().map_err(|problem| vec![problem])?;
    let mut items = Vec::with_capacity(array.len());
    let mut problems = Vec::new();
    for item in &array {
        match group_item(item) {
            Ok(item) => items.push(item),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(items)
    } else {
        Err(problems)
    }
}

fn group_item(item: &Item<'_>) -> Result<GroupItem, Problem> {
    if item.is_string() {
        return item.parse().map(GroupItem::Requirement);
    }
    if !item.is_table() {
        return Err(item.type_fault("a requirement or an `include-group` table"));
    }
    let table = item.as_table()?;
    let mut keys = table.items();
    match (keys.next(), keys.next()) {
        (Some(("include-group", name)), None) => name.parse().map(GroupItem::Include),
        _ => Err(item.fault("the table must have the key `include-group` and no other")),
    }
}

fn includer(group: Option<&GroupName>) -> String {
    group.map_or_else(String::new, |group| format!(", which `{group}` includes"))
}

fn listed(problems: &[Problem]) -> String {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    problems.join("; ")
}

fn ring(groups: &[GroupName]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| format!("`{group}`")).collect();
    groups.join(" → ")
}
