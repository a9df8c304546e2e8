//! Groups: `[dependency-groups]` (PEP 735), what `[tool.poetry.group]` adds to them or has besides, and
//! the older `dev-dependencies`.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::dependency_groups::{DependencyGroups, GroupItem};
use tilsit_packaging::name::GroupName;
use toml::{Table, Value};

use super::{DEV, Dependency, Group, TablesError, dependencies, enriched, in_table, table, truth};

/// A group before its includes are followed.
#[derive(Default)]
struct Written {
    is_optional: bool,
    plain: Vec<Dependency>,
    poetry: Vec<Dependency>,
    includes: Vec<GroupName>,
}

impl Written {
    fn dependencies(&self) -> Vec<Dependency> {
        if self.plain.is_empty() {
            return self.poetry.clone();
        }
        enriched(self.plain.clone(), &self.poetry)
    }
}

/// The groups, with what they include in place.
pub(super) fn read(text: &str, poetry: &Table) -> Result<BTreeMap<GroupName, Group>, TablesError> {
    let mut written: BTreeMap<GroupName, Written> = BTreeMap::new();
    let wrong = |error: &dyn std::fmt::Display| TablesError::PyProject(error.to_string());
    let standard = DependencyGroups::parse(text).map_err(|error| wrong(&error))?;
    for name in standard.names() {
        let group = written.entry(name.clone()).or_default();
        for item in standard.items(name).map_err(|error| wrong(&error))? {
            match item {
                GroupItem::Requirement(requirement) => {
                    group.plain.push(Dependency::plain(requirement.clone()));
                }
                GroupItem::Include(included) => group.includes.push(included.clone()),
            }
        }
    }
    for (name, value) in table(poetry, "group")?.into_iter().flatten() {
        let place = format!("tool.poetry.group.{name}.dependencies");
        let value = value
            .as_table()
            .ok_or_else(|| in_table("tool.poetry.group", name, "it is no table".to_owned()))?;
        let group = written.entry(group_name(name)?).or_default();
        group.is_optional = truth(value, "optional")?.unwrap_or(false);
        if let Some(stated) = table(value, "dependencies")? {
            group.poetry.extend(dependencies(stated, &place)?);
        }
        let includes = value.get("include-groups").and_then(Value::as_array);
        for included in includes.into_iter().flatten() {
            let included = group_name(included.as_str().unwrap_or_default())?;
            group.includes.push(included);
        }
    }
    if let Some(stated) = table(poetry, "dev-dependencies")? {
        let group = written.entry(group_name(DEV)?).or_default();
        let stated = dependencies(stated, "tool.poetry.dev-dependencies")?;
        group.poetry.extend(stated);
    }
    let mut groups = BTreeMap::new();
    for (name, group) in &written {
        let mut all = group.dependencies();
        for other in included(name, &written)? {
            all.extend(written[&other].dependencies());
        }
        let group = Group {
            is_optional: group.is_optional,
            dependencies: all,
        };
        groups.insert(name.clone(), group);
    }
    Ok(groups)
}

fn group_name(name: &str) -> Result<GroupName, TablesError> {
    let parsed = name.parse();
    parsed.map_err(|error| in_table("tool.poetry.group", name, format!("{error}")))
}

/// The groups that a group includes, over others too; each once.
fn included(
    name: &GroupName,
    written: &BTreeMap<GroupName, Written>,
) -> Result<BTreeSet<GroupName>, TablesError> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![name];
    while let Some(group) = waiting.pop() {
        for next in written.get(group).into_iter().flat_map(|one| &one.includes) {
            if next == name {
                return Err(TablesError::Cycle(name.clone()));
            }
            if !written.contains_key(next) {
                return Err(TablesError::NoGroup {
                    group: group.clone(),
                    included: next.clone(),
                });
            }
            if found.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    Ok(found)
}
