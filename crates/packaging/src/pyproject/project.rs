//! `[project]`: what a project says about its releases.

use std::collections::BTreeSet;

use super::ProjectKey;
use crate::entry_points::{CONSOLE_SCRIPTS, EntryPoints, GUI_SCRIPTS, ObjectReference};
use crate::headers::is_line_boundary;
use crate::license::LicenseExpression;
use crate::metadata::{DescriptionContentType, ImportName};
use crate::name::{ExtraName, ProjectName};
use crate::path::is_confined;
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::specifier::VersionSpecifiers;
use crate::toml_reader::{Item, Table};
use crate::version::Version;

/// The longest label of a URL in core metadata, in characters.
const URL_LABEL_MAX: usize = 32;

/// `[project]`, with what follows from its absence where a key is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub(super) name: String,
    pub(super) normalized: ProjectName,
    /// The version, unless it is dynamic.
    pub version: Option<Version>,
    /// One line.
    pub description: Option<String>,
    /// The long description.
    pub readme: Option<Readme>,
    /// The versions of Python that the project supports.
    pub requires_python: Option<VersionSpecifiers>,
    /// The license.
    pub license: Option<ProjectLicense>,
    /// Patterns of license files, relative and confined.
    pub license_files: Option<Vec<String>>,
    /// Who made it.
    pub authors: Vec<Person>,
    /// Who cares for it now.
    pub maintainers: Vec<Person>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Trove classifiers.
    pub classifiers: Vec<String>,
    /// Labels and URLs.
    pub urls: Vec<(String, String)>,
    /// `scripts`, `gui-scripts` and `entry-points` together.
    pub entry_points: EntryPoints,
    /// What it needs.
    pub dependencies: Vec<Requirement>,
    /// Its extras, and what each needs.
    pub optional_dependencies: Vec<(ExtraName, Vec<Requirement>)>,
    /// What it lets one import; an empty list says nothing at all.
    pub import_names: Option<Vec<ImportName>>,
    /// The namespaces it adds to.
    pub import_namespaces: Option<Vec<ImportName>>,
    /// The keys that the build fills in.
    pub dynamic: Vec<ProjectKey>,
}

/// `readme`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readme {
    /// Where the text is.
    pub source: ReadmeSource,
    /// Its markup: as given, or by the file's ending.
    pub content_type: DescriptionContentType,
}

/// Where the text of a readme is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadmeSource {
    /// A path relative to pyproject.toml, not confined.
    File(String),
    /// The text itself.
    Text(String),
}

/// `license`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectLicense {
    /// An SPDX expression (PEP 639).
    Expression(LicenseExpression),
    /// `{ file = … }`, deprecated: a path relative to pyproject.toml, not confined.
    File(String),
    /// `{ text = … }`, deprecated.
    Text(String),
}

/// One of `authors` or `maintainers`; at least one of the two is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Project {
    /// The name as the project spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The normalised name.
    pub fn project_name(&self) -> &ProjectName {
        &self.normalized
    }

    /// Whether the build fills the key in, or adds to it.
    pub fn is_dynamic(&self, key: ProjectKey) -> bool {
        self.dynamic.contains(&key)
    }
}

/// How much has to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Everything: for who builds a release of it.
    Release,
    /// What decides what is installed; a fault in what only describes the project is told.
    Use,
}

/// Takes what describes a project and decides nothing.
struct Description<'p> {
    strictness: Strictness,
    problems: &'p mut Vec<Problem>,
}

impl Description<'_> {
    fn take<T: Default>(&mut self, read: Result<T, Problem>) -> Result<T, Problem> {
        match read {
            Err(problem) if self.strictness == Strictness::Use => {
                self.problems.push(problem);
                Ok(T::default())
            }
            read => read,
        }
    }
}

pub(super) fn read(
    table: &Table<'_>,
    problems: &mut Vec<Problem>,
    strictness: Strictness,
) -> Result<Project, Problem> {
    let known: Vec<&str> = ProjectKey::ALL.iter().map(|key| key.name()).collect();
    problems.extend(table.unknown_keys(&known));
    let name = table.required("name")?;
    // Read first: that it is no text says more than that it is dynamic besides.
    let version = table.parsed("version")?;
    let dynamic = dynamic(table)?;
    if !dynamic.contains(&ProjectKey::Version) {
        table.required("version")?;
    }
    let mut described = Description {
        strictness,
        problems,
    };
    let project = Project {
        name: name.as_str()?.to_owned(),
        normalized: name.parse()?,
        version,
        description: described.take(table.text("description"))?,
        readme: described.take(table.item("readme").map(|item| readme(&item)).transpose())?,
        requires_python: table.parsed("requires-python")?,
        license: described.take(table.item("license").map(|item| license(&item)).transpose())?,
        license_files: described.take(license_files(table))?,
        authors: described.take(people(table, "authors"))?,
        maintainers: described.take(people(table, "maintainers"))?,
        keywords: described.take(table.texts("keywords"))?.unwrap_or_default(),
        classifiers: described
            .take(table.texts("classifiers"))?
            .unwrap_or_default(),
        urls: described.take(urls(table))?,
        entry_points: entry_points(table)?,
        dependencies: table.parsed_list("dependencies")?.unwrap_or_default(),
        optional_dependencies: optional_dependencies(table)?,
        import_names: described.take(table.parsed_list("import-names"))?,
        import_namespaces: described.take(table.parsed_list("import-namespaces"))?,
        dynamic,
    };
    described.take(check(table, &project))?;
    Ok(project)
}

/// What concerns several keys, or one line of text.
fn check(table: &Table<'_>, project: &Project) -> Result<(), Problem> {
    let description = project.description.as_deref().unwrap_or_default();
    if description.contains(is_line_boundary) {
        return Err(table.key_fault("description", "the text has more than one line"));
    }
    let is_expression = matches!(project.license, Some(ProjectLicense::Expression(_)));
    let mut classifiers = project.classifiers.iter();
    if is_expression && classifiers.any(|classifier| classifier.starts_with("License ::")) {
        let reason = "license classifiers may not stand beside a license expression";
        return Err(table.key_fault("classifiers", reason));
    }
    if project.license_files.is_some() && project.license.is_some() && !is_expression {
        let reason = "a table may not stand beside `license-files`";
        return Err(table.key_fault("license", reason));
    }
    check_import_names(table, project)
}

/// PEP 794: no name is both, and the parents of a dotted name are named too.
fn check_import_names(table: &Table<'_>, project: &Project) -> Result<(), Problem> {
    let names = project.import_names.iter().flatten();
    let names: BTreeSet<&str> = names.map(ImportName::as_str).collect();
    let namespaces = project.import_namespaces.iter().flatten();
    let namespaces: BTreeSet<&str> = namespaces.map(ImportName::as_str).collect();
    if let Some(both) = names.intersection(&namespaces).next() {
        let reason = format!("`{both}` is in `import-namespaces` too");
        return Err(table.key_fault("import-names", reason));
    }
    for name in names.union(&namespaces) {
        for (end, _) in name.match_indices('.') {
            let parent = &name[..end];
            if !names.contains(parent) && !namespaces.contains(parent) {
                let key = if names.contains(name) {
                    "import-names"
                } else {
                    "import-namespaces"
                };
                let reason = format!("`{name}` is there without its parent `{parent}`");
                return Err(table.key_fault(key, reason));
            }
        }
    }
    Ok(())
}

fn dynamic(table: &Table<'_>) -> Result<Vec<ProjectKey>, Problem> {
    let mut keys = Vec::new();
    for item in table.array("dynamic")?.unwrap_or_default() {
        let key: ProjectKey = item.parse()?;
        if matches!(key, ProjectKey::Name | ProjectKey::Dynamic) {
            return Err(item.fault(format!("`{key}` can not be dynamic")));
        }
        if !key.may_be_static_and_dynamic() && table.item(key.name()).is_some() {
            return Err(item.fault(format!("`{key}` has a value, so it can not be dynamic")));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn readme(item: &Item<'_>) -> Result<Readme, Problem> {
    if item.is_string() {
        let path = item.as_str()?;
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let content_type = match ending.to_ascii_lowercase().as_str() {
            "md" => "text/markdown",
            "rst" => "text/x-rst",
            "txt" => "text/plain",
            _ => {
                let reason = format!("`{path}` ends in none of `.md`, `.rst` and `.txt`");
                return Err(item.fault(reason));
            }
        };
        return Ok(Readme {
            source: ReadmeSource::File(path.to_owned()),
            content_type: content_type.parse().expect("the types are known"),
        });
    }
    let table = item
        .as_table()
        .map_err(|_| item.type_fault("a path or a table"))?;
    refuse_unknown(&table, &["file", "text", "content-type"])?;
    let source = match (table.text("file")?, table.text("text")?) {
        (Some(file), None) => ReadmeSource::File(file),
        (None, Some(text)) => ReadmeSource::Text(text),
        _ => return Err(item.fault("the table must have one of `file` and `text`")),
    };
    Ok(Readme {
        source,
        content_type: table.required("content-type")?.parse()?,
    })
}

fn license(item: &Item<'_>) -> Result<ProjectLicense, Problem> {
    if item.is_string() {
        return item.parse().map(ProjectLicense::Expression);
    }
    let table = item
        .as_table()
        .map_err(|_| item.type_fault("a license expression or a table"))?;
    refuse_unknown(&table, &["file", "text"])?;
    match (table.text("file")?, table.text("text")?) {
        (Some(file), None) => Ok(ProjectLicense::File(file)),
        (None, Some(text)) => Ok(ProjectLicense::Text(text)),
        _ => Err(item.fault("the table must have one of `file` and `text`")),
    }
}

/// In tables of fixed shape a key too many is an error: it is always a mistake.
fn refuse_unknown(table: &Table<'_>, known: &[&str]) -> Result<(), Problem> {
    table
        .unknown_keys(known)
        .into_iter()
        .next()
        .map_or(Ok(()), Err)
}

fn license_files(table: &Table<'_>) -> Result<Option<Vec<String>>, Problem> {
    for item in table.array("license-files")?.unwrap_or_default() {
        let pattern = item.as_str()?;
        if !is_confined(pattern) {
            let reason =
                format!("`{pattern}` is not a relative pattern with `/` between its parts");
            return Err(item.fault(reason));
        }
    }
    table.texts("license-files")
}

fn people(table: &Table<'_>, key: &str) -> Result<Vec<Person>, Problem> {
    let mut people = Vec::new();
    for item in table.tables(key)?.unwrap_or_default() {
        refuse_unknown(&item, &["name", "email"])?;
        let person = Person {
            name: item.text("name")?,
            email: item.text("email")?,
        };
        if person.name.is_none() && person.email.is_none() {
            return Err(item.fault("the table must have `name`, `email` or both"));
        }
        people.push(person);
    }
    Ok(people)
}

fn urls(table: &Table<'_>) -> Result<Vec<(String, String)>, Problem> {
    let mut urls = Vec::new();
    let Some(table) = table.table("urls")? else {
        return Ok(urls);
    };
    for (label, item) in table.items() {
        if label.chars().count() > URL_LABEL_MAX {
            let reason = format!("the label has more than {URL_LABEL_MAX} characters");
            return Err(table.key_fault(label, reason));
        }
        if label.contains(',') {
            return Err(table.key_fault(label, "the label has a comma in it"));
        }
        urls.push((label.to_owned(), item.as_str()?.to_owned()));
    }
    Ok(urls)
}

fn entry_points(table: &Table<'_>) -> Result<EntryPoints, Problem> {
    let mut entry_points = EntryPoints::default();
    for (key, group) in [("scripts", CONSOLE_SCRIPTS), ("gui-scripts", GUI_SCRIPTS)] {
        if let Some(scripts) = table.table(key)? {
            add_group(&mut entry_points, group, &scripts)?;
        }
    }
    let Some(groups) = table.table("entry-points")? else {
        return Ok(entry_points);
    };
    for (group, item) in groups.items() {
        let own_key = match group {
            CONSOLE_SCRIPTS => "scripts",
            GUI_SCRIPTS => "gui-scripts",
            _ => "",
        };
        if !own_key.is_empty() {
            let reason = format!("this group has a key of its own, `project.{own_key}`");
            return Err(groups.key_fault(group, reason));
        }
        let is_word = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        };
        if !group.split('.').all(is_word) {
            let reason = format!("`{group}` is not words with dots between them");
            return Err(groups.key_fault(group, reason));
        }
        add_group(&mut entry_points, group, &item.as_table()?)?;
    }
    Ok(entry_points)
}

fn add_group(
    entry_points: &mut EntryPoints,
    group: &str,
    table: &Table<'_>,
) -> Result<(), Problem> {
    for (name, item) in table.items() {
        let reference: ObjectReference = item.parse()?;
        if matches!(group, CONSOLE_SCRIPTS | GUI_SCRIPTS) && reference.object().is_none() {
            return Err(item.fault(format!("`{reference}` names a module but no object in it")));
        }
        entry_points
            .insert(group, name, reference)
            .map_err(|reason| table.key_fault(name, format!("the name {reason}")))?;
    }
    Ok(())
}

fn optional_dependencies(table: &Table<'_>) -> Result<Vec<(ExtraName, Vec<Requirement>)>, Problem> {
    let mut extras: Vec<(ExtraName, Vec<Requirement>)> = Vec::new();
    let Some(table) = table.table("optional-dependencies")? else {
        return Ok(extras);
    };
    for (key, _) in table.items() {
        let extra: ExtraName = key.parse().map_err(|error| table.key_fault(key, error))?;
        if extras.iter().any(|(found, _)| *found == extra) {
            let reason = format!("the extra `{extra}` is defined twice");
            return Err(table.key_fault(key, reason));
        }
        extras.push((extra, table.parsed_list(key)?.unwrap_or_default()));
    }
    Ok(extras)
}
