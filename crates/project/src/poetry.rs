//! Poetry's tables in a pyproject.toml, read: what a project requires in `[tool.poetry]`, or in
//! `[project]` and `[dependency-groups]` with what `[tool.poetry]` adds to them.
//!
//! Follows what Poetry 2.5 makes of them. Constraints become those of PEP 440, `python` and `platform`
//! of a dependency become markers.

mod constraint;
mod dependency;
mod digest;
mod groups;
mod lock;
mod locked;
mod place;
mod write;

use std::collections::BTreeMap;

use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pyproject::{Project, ProjectKey, PyProject};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use toml::{Table, Value};

use constraint::{Constraint, Of};
pub use dependency::Dependency;
pub use lock::{LockedPackage, LockedSource, PoetryLock, PoetryLockError};
pub use place::Poetry;
pub use write::Writing;

/// The lock of a project.
pub const POETRY_LOCK: &str = "poetry.lock";

/// The table's name below `[tool]`.
const TOOL: &str = "poetry";

/// The group that older tables call `dev-dependencies`.
const DEV: &str = "dev";

/// The largest pyproject.toml that is read.
const SIZE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// What the tables of a project say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// The name; a project that is no package need not have one.
    pub name: Option<ProjectName>,
    /// The version.
    pub version: Option<Version>,
    /// Whether the project is a package that is built and installed itself.
    pub is_package: bool,
    /// The Pythons in Poetry's words: `^3.9`.
    pub python: Option<String>,
    /// The Pythons in those of PEP 440.
    pub requires_python: Option<VersionSpecifiers>,
    /// What the project requires; an optional dependency that no extra names too, for Poetry installs
    /// it.
    pub dependencies: Vec<Dependency>,
    /// What its extras require besides.
    pub extras: BTreeMap<ExtraName, Vec<Dependency>>,
    /// The groups, with what they include in place.
    pub groups: BTreeMap<GroupName, Group>,
    /// The indexes, in their order.
    pub sources: Vec<IndexSource>,
    /// What cannot be said in other words than Poetry's, or has no meaning there either.
    pub problems: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Whether it is installed only when it is asked for.
    pub is_optional: bool,
    /// What it requires.
    pub dependencies: Vec<Dependency>,
}

/// One `[[tool.poetry.source]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSource {
    /// The name.
    pub name: String,
    /// The URL; none for the default index, which is there under a name of Poetry's.
    pub url: Option<String>,
    /// When it is asked.
    pub priority: Priority,
}

/// When an index is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Always; with one of these the default index is left out, unless it is named itself.
    Primary,
    /// For what no primary one has.
    Supplemental,
    /// For what names it.
    Explicit,
}

/// Why the tables cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// The file is too large to be one.
    #[error("it has {0} bytes, and {SIZE_MAX_BYTES} are the most")]
    Size(usize),
    /// It is no TOML, or breaks the specification of pyproject.toml.
    #[error("{0}")]
    PyProject(String),
    /// A key of `[tool.poetry]` has a value that it cannot have.
    #[error("`{key}` of `[tool.poetry]`: {reason}")]
    Key {
        /// The key.
        key: String,
        /// Why.
        reason: String,
    },
    /// A dependency cannot be understood.
    #[error("`{name}` in `[{table}]`: {reason}")]
    Dependency {
        /// The table that it stands in.
        table: String,
        /// The dependency.
        name: String,
        /// Why.
        reason: String,
    },
    /// A group includes one that is not there.
    #[error("the group `{group}` includes `{included}`, which is not there")]
    NoGroup {
        /// The group.
        group: GroupName,
        /// What it includes.
        included: GroupName,
    },
    /// Groups include each other.
    #[error("the group `{0}` includes itself")]
    Cycle(GroupName),
}

impl Tables {
    /// Reads the text of a pyproject.toml; none if it has no `[tool.poetry]`.
    ///
    /// # Errors
    /// When a table is not as Poetry wants it.
    pub fn read(text: &str) -> Result<Option<Self>, TablesError> {
        if text.len() > SIZE_MAX_BYTES {
            return Err(TablesError::Size(text.len()));
        }
        let wrong = |words: String| TablesError::PyProject(words);
        let whole: Table = text
            .parse()
            .map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        let Some(poetry) = whole.get("tool").and_then(|tool| tool.get(TOOL)) else {
            return Ok(None);
        };
        let poetry = poetry
            .as_table()
            .ok_or_else(|| wrong("`tool.poetry` is no table".to_owned()))?;
        let (pyproject, _) = PyProject::parse(text).map_err(|error| wrong(error.to_string()))?;
        let project = pyproject.project.as_ref();
        let mut tables = Self {
            is_package: truth(poetry, "package-mode")?.unwrap_or(true),
            sources: sources(poetry)?,
            ..Self::default()
        };
        tables.read_identity(poetry, project)?;
        tables.read_python(poetry, project)?;
        tables.read_dependencies(poetry, project)?;
        tables.groups = groups::read(text, poetry)?;
        tables.note_problems();
        Ok(Some(tables))
    }

    /// Whether a pyproject.toml says in Poetry's words what it requires, and not only how it is built.
    pub fn is_stated(text: &str) -> bool {
        let table: Table = text.parse().unwrap_or_default();
        let poetry = table.get("tool").and_then(|tool| tool.get(TOOL));
        let Some(poetry) = poetry.and_then(Value::as_table) else {
            return false;
        };
        let requires = [
            "dependencies",
            "dev-dependencies",
            "group",
            "extras",
            "source",
            "requires-poetry",
            "package-mode",
        ];
        table.get("project").is_none() || requires.iter().any(|key| poetry.contains_key(*key))
    }

    /// All dependencies, each with the group that it is in; none for the project itself and its extras.
    pub fn all(&self) -> impl Iterator<Item = (Option<&GroupName>, &Dependency)> {
        let of_extras = self.extras.values().flatten();
        let main = self.dependencies.iter().chain(of_extras);
        let groups = self.groups.iter().flat_map(|(name, group)| {
            let dependencies = group.dependencies.iter();
            dependencies.map(move |dependency| (Some(name), dependency))
        });
        main.map(|dependency| (None, dependency)).chain(groups)
    }

    fn read_identity(
        &mut self,
        poetry: &Table,
        project: Option<&Project>,
    ) -> Result<(), TablesError> {
        let wrong = |key: &str, error: &dyn std::fmt::Display| TablesError::Key {
            key: key.to_owned(),
            reason: error.to_string(),
        };
        self.name = match project {
            Some(project) => Some(project.project_name().clone()),
            None => text(poetry, "name")?
                .map(str::parse)
                .transpose()
                .map_err(|error| wrong("name", &error))?,
        };
        self.version = match project.and_then(|project| project.version.clone()) {
            Some(version) => Some(version),
            None => text(poetry, "version")?
                .map(str::parse)
                .transpose()
                .map_err(|error| wrong("version", &error))?,
        };
        Ok(())
    }

    fn read_python(
        &mut self,
        poetry: &Table,
        project: Option<&Project>,
    ) -> Result<(), TablesError> {
        let dependencies = table(poetry, "dependencies")?;
        let named = dependencies.and_then(|dependencies| {
            let mut entries = dependencies.iter();
            let python = entries.find(|(name, _)| name.eq_ignore_ascii_case("python"));
            python.and_then(|(_, value)| value.as_str())
        });
        if let Some(python) = named {
            let read = Constraint::read(python, Of::Python);
            let (specifiers, is_narrowed) = read
                .map_err(|error| in_table("tool.poetry.dependencies", "python", error.to_string()))?
                .specifiers();
            if is_narrowed {
                self.problems
                    .push(narrowed("python", &specifiers.to_string()));
            }
            self.python = Some(python.to_owned());
            self.requires_python = Some(specifiers);
        } else if let Some(stated) = project.and_then(|project| project.requires_python.as_ref()) {
            self.python = Some(stated.to_string());
            self.requires_python = Some(stated.clone());
        }
        Ok(())
    }

    fn read_dependencies(
        &mut self,
        poetry: &Table,
        project: Option<&Project>,
    ) -> Result<(), TablesError> {
        let stated = match table(poetry, "dependencies")? {
            Some(stated) => dependencies(stated, "tool.poetry.dependencies")?,
            None => Vec::new(),
        };
        let is_in_project = project.is_some_and(|project| {
            !project.dependencies.is_empty() || !project.optional_dependencies.is_empty()
        });
        match project.filter(|_| is_in_project) {
            Some(project) => self.enrich(project, &stated),
            None => self.divide(poetry, stated)?,
        }
        Ok(())
    }

    /// What `[project]` requires, with what Poetry's table adds to it.
    fn enrich(&mut self, project: &Project, by: &[Dependency]) {
        let plain = |requirements: &[tilsit_packaging::requirement::Requirement]| {
            let plain = requirements.iter().cloned().map(Dependency::plain);
            enriched(plain.collect(), by)
        };
        self.dependencies = plain(&project.dependencies);
        for (extra, requirements) in &project.optional_dependencies {
            self.extras.insert(extra.clone(), plain(requirements));
        }
        // What is dynamic in `[project]` stands in Poetry's table.
        let is_dynamic = [ProjectKey::Dependencies, ProjectKey::OptionalDependencies]
            .iter()
            .any(|key| project.is_dynamic(*key));
        if is_dynamic && project.dependencies.is_empty() {
            let required = by.iter().filter(|dependency| !dependency.is_optional);
            self.dependencies.extend(required.cloned());
        }
    }

    /// Divides what Poetry's own table requires by the extras that name it.
    fn divide(&mut self, poetry: &Table, stated: Vec<Dependency>) -> Result<(), TablesError> {
        let mut named = Vec::new();
        for (extra, listed) in table(poetry, "extras")?.into_iter().flatten() {
            let wrong = |reason: String| in_table("tool.poetry.extras", extra, reason);
            let name: ExtraName = extra.parse().map_err(|error| wrong(format!("{error}")))?;
            let listed = listed
                .as_array()
                .ok_or_else(|| wrong("it is no list of dependencies".to_owned()))?;
            let dependencies = self.extras.entry(name).or_default();
            for one in listed {
                let text = one.as_str().unwrap_or_default();
                let bare = text.split(['[', '(', ' ', '<', '>', '=']).next();
                let wanted: ProjectName = bare
                    .unwrap_or_default()
                    .parse()
                    .map_err(|error| wrong(format!("{error}")))?;
                let found = stated.iter();
                let found = found.filter(|known| known.requirement.name == wanted);
                dependencies.extend(found.cloned());
                named.push(wanted);
            }
        }
        for dependency in stated {
            let name = &dependency.requirement.name;
            if !dependency.is_optional || !named.contains(name) {
                if dependency.is_optional {
                    self.problems.push(format!(
                        "`{name}` is optional, and no extra names it: it is always required"
                    ));
                }
                self.dependencies.push(dependency);
            }
        }
        Ok(())
    }

    fn note_problems(&mut self) {
        let all = self.all();
        let narrow = all.filter(|(_, dependency)| dependency.is_narrowed);
        let noted: Vec<String> = narrow
            .map(|(_, dependency)| {
                let requirement = &dependency.requirement;
                let specifiers = requirement.specifiers().map(ToString::to_string);
                narrowed(requirement.name.as_str(), &specifiers.unwrap_or_default())
            })
            .collect();
        self.problems.extend(noted);
    }
}

fn narrowed(name: &str, specifiers: &str) -> String {
    format!("the alternatives of `{name}` have no form in PEP 440: of them `{specifiers}` is left")
}

/// Requirements with what Poetry's tables add to those with the same name.
fn enriched(plain: Vec<Dependency>, by: &[Dependency]) -> Vec<Dependency> {
    let mut all = Vec::with_capacity(plain.len());
    for dependency in plain {
        let name = &dependency.requirement.name;
        let same = by.iter().filter(|other| other.requirement.name == *name);
        let mut found: Vec<Dependency> = same
            .filter_map(|other| dependency.enriched(other))
            .collect();
        if found.is_empty() {
            found.push(dependency);
        }
        all.append(&mut found);
    }
    all
}

/// The dependencies of a table; the Python of the main one is none.
fn dependencies(table: &Table, place: &str) -> Result<Vec<Dependency>, TablesError> {
    let mut all = Vec::new();
    for (name, value) in table {
        if name.eq_ignore_ascii_case("python") {
            continue;
        }
        let read = Dependency::read_all(name, value);
        all.extend(read.map_err(|reason| in_table(place, name, reason))?);
    }
    Ok(all)
}

fn in_table(table: &str, name: &str, reason: String) -> TablesError {
    TablesError::Dependency {
        table: table.to_owned(),
        name: name.to_owned(),
        reason,
    }
}

fn key_error(key: &str, value: &Value, wanted: &str) -> TablesError {
    TablesError::Key {
        key: key.to_owned(),
        reason: format!("it is {}, not {wanted}", value.type_str()),
    }
}

fn table<'a>(table: &'a Table, key: &str) -> Result<Option<&'a Table>, TablesError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::Table(found)) => Ok(Some(found)),
        Some(other) => Err(key_error(key, other, "a table")),
    }
}

fn text<'a>(table: &'a Table, key: &str) -> Result<Option<&'a str>, TablesError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::String(found)) => Ok(Some(found)),
        Some(other) => Err(key_error(key, other, "a string")),
    }
}

fn truth(table: &Table, key: &str) -> Result<Option<bool>, TablesError> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::Boolean(found)) => Ok(Some(*found)),
        Some(other) => Err(key_error(key, other, "true or false")),
    }
}

/// The indexes, with what older versions called them.
fn sources(poetry: &Table) -> Result<Vec<IndexSource>, TablesError> {
    let listed = match poetry.get("source") {
        None => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed,
        Some(other) => return Err(key_error("source", other, "a list of tables")),
    };
    let read = listed.iter().map(|source| {
        let source = source
            .as_table()
            .ok_or_else(|| key_error("source", source, "a table"))?;
        let wrong = |reason: &str| TablesError::Key {
            key: "source".to_owned(),
            reason: reason.to_owned(),
        };
        let is_secondary = truth(source, "secondary")?.unwrap_or(false);
        let priority = match text(source, "priority")? {
            None if is_secondary => Priority::Supplemental,
            None => Priority::Primary,
            Some(word) => match word.to_ascii_lowercase().as_str() {
                "primary" | "default" => Priority::Primary,
                "supplemental" | "secondary" => Priority::Supplemental,
                "explicit" => Priority::Explicit,
                other => return Err(wrong(&format!("`{other}` is no priority"))),
            },
        };
        let name = text(source, "name")?.ok_or_else(|| wrong("one has no `name`"))?;
        Ok(IndexSource {
            name: name.to_owned(),
            url: text(source, "url")?.map(str::to_owned),
            priority,
        })
    });
    read.collect()
}

#[cfg(test)]
mod tests;
