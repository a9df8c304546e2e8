//! One requirement of a Pipfile: a version, or a table with the place that it comes from.

use tilsit_packaging::marker::{Marker, MarkerVariable};
use tilsit_packaging::name::GroupName;
use tilsit_packaging::requirement::Requirement;

use crate::edit::GitReference;
use crate::settings::{Source, SourcePlace};

/// The version control systems that an entry may name.
const REPOSITORIES: [&str; 4] = ["git", "hg", "svn", "bzr"];

/// One requirement.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What is required, without the place.
    pub(super) requirement: Requirement,
    /// The source that it comes from.
    pub(super) index: Option<String>,
    /// The place that it comes from.
    pub(super) place: Option<SourcePlace>,
}

impl Entry {
    pub(super) fn read(name: &str, value: &toml::Value) -> Result<Self, String> {
        let table = match value {
            toml::Value::String(version) => {
                return Ok(Self {
                    requirement: requirement(name, &[], version, &[])?,
                    index: None,
                    place: None,
                });
            }
            toml::Value::Table(table) => table,
            other => return Err(format!("{} is no requirement", other.type_str())),
        };
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
        let extras = table.get("extras").and_then(toml::Value::as_array);
        let extras = extras.into_iter().flatten().filter_map(toml::Value::as_str);
        let extras: Vec<&str> = extras.collect();
        let mut markers: Vec<String> = text("markers").map(str::to_owned).into_iter().collect();
        for variable in MarkerVariable::ALL {
            // Any variable of markers may stand as a key: `sys_platform = "== 'win32'"`.
            if let Some(comparison) = text(variable.as_str()) {
                markers.push(format!(
                    "{variable} {comparison}",
                    variable = variable.as_str()
                ));
            }
        }
        Ok(Self {
            requirement: requirement(name, &extras, text("version").unwrap_or("*"), &markers)?,
            index: text("index").map(str::to_owned),
            place: place(table)?,
        })
    }

    /// Where it comes from, for the category that it stands in.
    pub(super) fn source(&self, group: &GroupName) -> Option<Source> {
        Some(Source {
            place: self.place.clone()?,
            marker: Marker::TRUE,
            extra: None,
            group: Some(group.clone()),
        })
    }
}

fn requirement(
    name: &str,
    extras: &[&str],
    version: &str,
    markers: &[String],
) -> Result<Requirement, String> {
    let version = match version.trim() {
        "*" => "",
        // A bare version is one that is pinned.
        bare if bare.starts_with(|first: char| first.is_ascii_digit()) => &format!("=={bare}"),
        version => version,
    };
    let mut text = name.to_owned();
    if !extras.is_empty() {
        text = format!("{text}[{}]", extras.join(","));
    }
    text.push_str(version);
    if !markers.is_empty() {
        let markers: Vec<String> = markers.iter().map(|marker| format!("({marker})")).collect();
        text = format!("{text} ; {}", markers.join(" and "));
    }
    text.parse()
        .map_err(|error| format!("`{text}` is no requirement: {error}"))
}

fn place(table: &toml::Table) -> Result<Option<SourcePlace>, String> {
    let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
    let subdirectory = text("subdirectory").map(str::to_owned);
    let editable = table.get("editable").and_then(toml::Value::as_bool);
    let kind = REPOSITORIES.iter().find(|kind| table.contains_key(**kind));
    if let Some(kind) = kind {
        if *kind != "git" {
            return Err(format!("repositories of {kind} are not supported"));
        }
        return Ok(Some(SourcePlace::Git {
            url: text(kind).unwrap_or_default().to_owned(),
            reference: text("ref").map(|name| GitReference::Revision(name.to_owned())),
            subdirectory,
        }));
    }
    if let Some(path) = text("path") {
        return Ok(Some(SourcePlace::Path {
            path: path.to_owned(),
            editable: Some(editable == Some(true)),
        }));
    }
    Ok(match text("file") {
        Some(url) if url.contains("://") => Some(SourcePlace::Url {
            url: url.to_owned(),
            subdirectory,
        }),
        Some(path) => Some(SourcePlace::Path {
            path: path.to_owned(),
            editable: Some(false),
        }),
        None => None,
    })
}
