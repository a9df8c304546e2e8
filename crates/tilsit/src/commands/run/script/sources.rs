//! `[tool.tilsit.sources]`, or `[tool.uv.sources]`, of a script: where single dependencies come from, in place of the indexes.
//! A URL, a path or a repository becomes part of the requirement, the name of an index a setting.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use toml::Value;
use url::Url;

use crate::configuration::{ProjectSources, Source};

/// The sources, by project.
#[derive(Debug, Default)]
pub(super) struct Sources {
    urls: BTreeMap<ProjectName, Vec<(String, Marker)>>,
    indexes: BTreeMap<String, ProjectSources>,
}

impl Sources {
    /// The projects that come from one index alone.
    pub(super) fn indexes(&self) -> Option<BTreeMap<String, ProjectSources>> {
        (!self.indexes.is_empty()).then(|| self.indexes.clone())
    }

    /// The requirement with its sources in the place of its versions; as it is where no source holds.
    pub(super) fn applied_to(&self, requirement: Requirement) -> Vec<Requirement> {
        let sources = self
            .urls
            .get(&requirement.name)
            .map_or(&[][..], Vec::as_slice);
        let mut rest = requirement.marker;
        let mut applied = Vec::new();
        for (url, marker) in sources {
            applied.push(Requirement {
                source: RequirementSource::Url(url.clone()),
                marker: rest.and(*marker),
                ..requirement.clone()
            });
            rest = rest.and(marker.not());
        }
        if !rest.is_false() {
            applied.push(Requirement {
                marker: rest,
                ..requirement
            });
        }
        applied
    }
}

/// Reads the table, which is `called` so in errors; relative paths start from `folder`.
///
/// # Errors
/// The reason in words, when an entry is not one that a script can have.
pub(super) fn read(
    called: &str,
    table: &BTreeMap<String, Value>,
    folder: &Path,
) -> Result<Sources, String> {
    let mut sources = Sources::default();
    for (name, value) in table {
        let project: ProjectName = name
            .parse()
            .map_err(|error| format!("`{called}` has `{name}`: {error}"))?;
        let entries = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for entry in entries {
            let wrong = |reason: &str| format!("`{called}.{name}` {reason}");
            let entry = entry.as_table().ok_or_else(|| wrong("is not a table"))?;
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            if let Some(index) = text("index") {
                let index = index.to_owned();
                let marker = text("marker").map(str::to_owned);
                let known = sources.indexes.entry(name.clone());
                let known = known.or_insert_with(|| ProjectSources(Vec::new()));
                known.0.push(Source { index, marker });
                continue;
            }
            let marker = match text("marker") {
                None => Marker::TRUE,
                Some(marker) => marker
                    .parse()
                    .map_err(|error| wrong(&format!("has the marker `{marker}`: {error}")))?,
            };
            let url = url(entry, folder).map_err(wrong)?;
            sources
                .urls
                .entry(project.clone())
                .or_default()
                .push((url, marker));
        }
    }
    Ok(sources)
}

/// The URL of an entry that names no index.
fn url(entry: &toml::Table, folder: &Path) -> Result<String, &'static str> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    match (text("url"), text("path"), text("git")) {
        (Some(url), ..) => Ok(with_subdirectory(url, text("subdirectory"))),
        (_, Some(path), _) => of_path(path, folder).ok_or("has no usable path"),
        (.., Some(repository)) => {
            let revision = ["rev", "tag", "branch"].into_iter().find_map(text);
            let revision = revision.map_or_else(String::new, |revision| format!("@{revision}"));
            let url = format!("git+{repository}{revision}");
            Ok(with_subdirectory(&url, text("subdirectory")))
        }
        _ => Err("has none of `index`, `url`, `path` and `git`"),
    }
}

fn with_subdirectory(url: &str, subdirectory: Option<&str>) -> String {
    match subdirectory {
        Some(folder) => format!("{url}#subdirectory={folder}"),
        None => url.to_owned(),
    }
}

fn of_path(path: &str, folder: &Path) -> Option<String> {
    let full = folder.join(path);
    let url = if full.is_dir() {
        Url::from_directory_path(&full)
    } else {
        Url::from_file_path(&full)
    };
    // Reading it again takes the `..` out.
    Url::parse(url.ok()?.as_str()).ok().map(String::from)
}
