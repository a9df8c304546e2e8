//! `[tool.uv.sources]` of a script: where single dependencies come from, in place of the indexes.
//! A URL, a path or a repository becomes part of the requirement, the name of an index a setting.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use toml::Value;
use url::Url;

use crate::configuration::Source;

/// The sources, by project.
#[derive(Debug, Default)]
pub(super) struct Sources {
    urls: BTreeMap<ProjectName, String>,
    indexes: BTreeMap<String, Source>,
}

impl Sources {
    /// The projects that come from one index alone.
    pub(super) fn indexes(&self) -> Option<BTreeMap<String, Source>> {
        (!self.indexes.is_empty()).then(|| self.indexes.clone())
    }

    /// The requirement with its source in the place of its versions.
    pub(super) fn applied_to(&self, requirement: Requirement) -> Requirement {
        match self.urls.get(&requirement.name) {
            Some(url) => Requirement {
                source: RequirementSource::Url(url.clone()),
                ..requirement
            },
            None => requirement,
        }
    }
}

/// Reads the table; relative paths start from `folder`.
///
/// # Errors
/// The reason in words, when an entry is not one that a script can have.
pub(super) fn read(table: &BTreeMap<String, Value>, folder: &Path) -> Result<Sources, String> {
    let mut sources = Sources::default();
    for (name, value) in table {
        let project: ProjectName = name
            .parse()
            .map_err(|error| format!("`tool.uv.sources` has `{name}`: {error}"))?;
        let wrong = |reason: &str| format!("`tool.uv.sources.{name}` {reason}");
        let entry = value
            .as_table()
            .ok_or_else(|| wrong("is not a table; several sources are not supported"))?;
        if entry.contains_key("marker") {
            return Err(wrong("has a `marker`, which is not supported in a script"));
        }
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        if let Some(index) = text("index") {
            let index = index.to_owned();
            sources.indexes.insert(name.clone(), Source { index });
            continue;
        }
        let url = match (text("url"), text("path"), text("git")) {
            (Some(url), ..) => with_subdirectory(url, text("subdirectory")),
            (_, Some(path), _) => {
                of_path(path, folder).ok_or_else(|| wrong("has no usable path"))?
            }
            (.., Some(repository)) => {
                let revision = ["rev", "tag", "branch"].into_iter().find_map(text);
                let revision = revision.map_or_else(String::new, |revision| format!("@{revision}"));
                let url = format!("git+{repository}{revision}");
                with_subdirectory(&url, text("subdirectory"))
            }
            _ => return Err(wrong("has none of `index`, `url`, `path` and `git`")),
        };
        sources.urls.insert(project, url);
    }
    Ok(sources)
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
