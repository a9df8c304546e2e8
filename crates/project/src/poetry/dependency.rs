//! One dependency in Poetry's tables: a constraint, or a table with the place that it comes from.

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use toml::{Table, Value};

use super::constraint::{Constraint, Of};
use crate::edit::GitReference;
use crate::settings::SourcePlace;

/// One dependency.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// What is required and where, without the place that it comes from.
    pub requirement: Requirement,
    /// The place; none for an index.
    pub place: Option<SourcePlace>,
    /// The name of the index that it comes from; none for any.
    pub index: Option<String>,
    /// Whether pre-releases will do.
    pub allows_prereleases: bool,
    /// Whether it is wanted only with an extra that names it.
    pub is_optional: bool,
    /// Whether its constraint has alternatives that PEP 440 cannot say, and the newest is what is left.
    pub is_narrowed: bool,
}

impl Dependency {
    /// Reads what stands behind a name: one dependency, or several with markers that exclude each other.
    pub(super) fn read_all(name: &str, value: &Value) -> Result<Vec<Self>, String> {
        let name: ProjectName = name.parse().map_err(|error| format!("{error}"))?;
        match value {
            Value::Array(several) => several.iter().map(|one| Self::read(&name, one)).collect(),
            one => Ok(vec![Self::read(&name, one)?]),
        }
    }

    fn read(name: &ProjectName, value: &Value) -> Result<Self, String> {
        let empty = Table::new();
        let (version, table) = match value {
            Value::String(version) => (version.as_str(), &empty),
            Value::Table(table) => (text(table, "version")?.unwrap_or("*"), table),
            other => return Err(format!("{} is no dependency", other.type_str())),
        };
        let constraint = Constraint::read(version, Of::Project);
        let (specifiers, is_narrowed) = constraint.map_err(|error| error.to_string())?.specifiers();
        let place = place(table)?;
        Ok(Self {
            requirement: Requirement {
                name: name.clone(),
                extras: extras(table)?,
                source: RequirementSource::Specifiers(match &place {
                    None => specifiers,
                    Some(_) => VersionSpecifiers::any(),
                }),
                marker: marker(table)?,
            },
            place,
            index: text(table, "source")?.map(str::to_owned),
            allows_prereleases: truth(table, "allow-prereleases")?,
            is_optional: truth(table, "optional")?,
            is_narrowed,
        })
    }

    /// A requirement in the words of PEP 508.
    pub(super) fn plain(requirement: Requirement) -> Self {
        Self {
            requirement,
            place: None,
            index: None,
            allows_prereleases: false,
            is_optional: false,
            is_narrowed: false,
        }
    }

    /// The same with what a table of Poetry's adds; none where both are never wanted together.
    pub(super) fn enriched(&self, by: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.requirement.marker = self.requirement.marker.and(by.requirement.marker);
        if both.requirement.marker.is_false() {
            return None;
        }
        if let (RequirementSource::Specifiers(known), RequirementSource::Specifiers(more)) =
            (&self.requirement.source, &by.requirement.source)
        {
            both.requirement.source = RequirementSource::Specifiers(known.and(more));
            both.place.clone_from(&by.place);
        }
        both.index.clone_from(&by.index);
        both.allows_prereleases = by.allows_prereleases;
        both.is_narrowed = by.is_narrowed;
        Some(both)
    }
}

fn text<'a>(table: &'a Table, key: &str) -> Result<Option<&'a str>, String> {
    match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{key}` is {}, not a string", other.type_str())),
    }
}

fn truth(table: &Table, key: &str) -> Result<bool, String> {
    match table.get(key) {
        None => Ok(false),
        Some(Value::Boolean(truth)) => Ok(*truth),
        Some(other) => Err(format!(
            "`{key}` is {}, not true or false",
            other.type_str()
        )),
    }
}

fn extras(table: &Table) -> Result<Vec<ExtraName>, String> {
    let listed = match table.get("extras") {
        None => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed,
        Some(other) => return Err(format!("`extras` is {}, not a list", other.type_str())),
    };
    let names = listed.iter().map(|name| {
        let name = name.as_str().ok_or("a name in `extras` is no string")?;
        name.parse().map_err(|error| format!("`extras`: {error}"))
    });
    let mut names = names.collect::<Result<Vec<ExtraName>, String>>()?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Where it is wanted: `markers`, and `python` and `platform`, which are markers in other words.
fn marker(table: &Table) -> Result<Marker, String> {
    let mut marker = match text(table, "markers")? {
        None | Some("") => Marker::TRUE,
        Some(written) => written
            .parse()
            .map_err(|error| format!("`markers`: {error}"))?,
    };
    if let Some(python) = text(table, "python")? {
        let python = Constraint::read(python, Of::Python);
        marker = marker.and(python.map_err(|error| error.to_string())?.python_marker());
    }
    if let Some(platform) = text(table, "platform")? {
        marker = marker.and(platforms(platform)?);
    }
    Ok(marker)
}

/// `linux || darwin`, `!=win32`: values of `sys_platform`.
fn platforms(written: &str) -> Result<Marker, String> {
    let mut any = Marker::FALSE;
    for alternative in written.split('|').filter(|part| !part.trim().is_empty()) {
        let mut all = Marker::TRUE;
        for part in alternative.split(',') {
            let part = part.trim();
            let (operator, value) = match part.strip_prefix("!=") {
                Some(value) => ("!=", value),
                None => ("==", part.trim_start_matches('=')),
            };
            let comparison = format!("sys_platform {operator} '{}'", value.trim());
            let comparison = comparison.parse::<Marker>();
            all = all.and(comparison.map_err(|error| format!("`platform`: {error}"))?);
        }
        any = any.or(all);
    }
    Ok(any)
}

fn place(table: &Table) -> Result<Option<SourcePlace>, String> {
    let subdirectory = text(table, "subdirectory")?.map(str::to_owned);
    let below = |path: &str| match &subdirectory {
        Some(folder) => format!("{}/{folder}", path.trim_end_matches('/')),
        None => path.to_owned(),
    };
    if let Some(url) = text(table, "git")? {
        let named = |key: &str| Ok::<_, String>(text(table, key)?.map(str::to_owned));
        let branch = named("branch")?.map(GitReference::Branch);
        let tag = named("tag")?.map(GitReference::Tag);
        let revision = named("rev")?.map(GitReference::Revision);
        let reference = branch.or(tag).or(revision);
        return Ok(Some(SourcePlace::Git {
            url: git_url(url),
            reference,
            subdirectory,
        }));
    }
    if let Some(path) = text(table, "file")? {
        return Ok(Some(SourcePlace::Path {
            path: path.to_owned(),
            editable: Some(false),
        }));
    }
    if let Some(path) = text(table, "path")? {
        return Ok(Some(SourcePlace::Path {
            path: below(path),
            editable: Some(truth(table, "develop")?),
        }));
    }
    let url = text(table, "url")?;
    Ok(url.map(|url| SourcePlace::Url {
        url: url.to_owned(),
        subdirectory,
    }))
}

/// `git@host:owner/name` is a URL in another spelling.
fn git_url(written: &str) -> String {
    match written.split_once(':') {
        Some((host, path)) if host.contains('@') && !path.starts_with("//") => {
            format!("ssh://{host}/{}", path.trim_start_matches('/'))
        }
        _ => written.to_owned(),
    }
}
