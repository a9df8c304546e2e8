//! `[tool.uv]` in `pyproject.toml`, for what ours does not say: indexes, sources that are indexes,
//! the cut-off date, constraints and overrides.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::NotFollowed;
use super::settings::{
    NamedIndex, OF_BUILDS, OF_PROJECTS, ProjectSources, Settings, Source, invalid,
};
use crate::error::CommandError;

#[derive(Deserialize)]
struct PyProject {
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    uv: Uv,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Uv {
    index: Option<Vec<NamedIndex>>,
    index_url: Option<String>,
    extra_index_url: Option<Vec<String>>,
    no_index: Option<bool>,
    find_links: Option<Vec<String>>,
    index_strategy: Option<String>,
    exclude_newer: Option<String>,
    resolution: Option<String>,
    prerelease: Option<String>,
    constraint_dependencies: Option<Vec<String>>,
    override_dependencies: Option<Vec<String>>,
    exclude_dependencies: Option<Vec<String>>,
    build_constraint_dependencies: Option<Vec<String>>,
    sources: BTreeMap<String, toml::Value>,
    #[serde(flatten)]
    others: BTreeMap<String, toml::Value>,
}

/// The settings where `own` is silent, and the keys that are not followed here.
///
/// # Errors
/// When the table is not what uv would take.
pub(super) fn of_pyproject(
    path: &Path,
    text: &str,
    own: &Settings,
) -> Result<(Settings, Vec<NotFollowed>), CommandError> {
    let project: PyProject = toml::from_str(text).map_err(|error| invalid(path, &error))?;
    let uv = project.tool.uv;
    let from = format!("{} [tool.uv]", path.display());
    let is_other = |key: &String| key != OF_BUILDS && !OF_PROJECTS.contains(&key.as_str());
    let others = uv.others.into_keys().filter(is_other);
    let not_followed = others.map(|key| NotFollowed {
        key,
        from: from.clone(),
    });
    let settings = Settings {
        index: silent(own.index.as_ref(), uv.index),
        index_url: uv.index_url,
        extra_index_url: silent(own.extra_index_url.as_ref(), uv.extra_index_url),
        no_index: uv.no_index,
        find_links: silent(own.find_links.as_ref(), uv.find_links),
        index_strategy: uv.index_strategy,
        exclude_newer: uv.exclude_newer,
        resolution: uv.resolution,
        prerelease: uv.prerelease,
        constraint_dependencies: silent(
            own.constraint_dependencies.as_ref(),
            uv.constraint_dependencies,
        ),
        override_dependencies: silent(own.override_dependencies.as_ref(), uv.override_dependencies),
        exclude_dependencies: silent(own.exclude_dependencies.as_ref(), uv.exclude_dependencies),
        build_constraint_dependencies: silent(
            own.build_constraint_dependencies.as_ref(),
            uv.build_constraint_dependencies,
        ),
        sources: silent(own.sources.as_ref(), of_indexes(&uv.sources)),
        ..Settings::default()
    };
    Ok((settings.relative_to(path), not_followed.collect()))
}

/// Lists and tables of all layers are joined, so that one of ours has to keep uv's out here.
fn silent<T>(own: Option<&T>, theirs: Option<T>) -> Option<T> {
    theirs.filter(|_| own.is_none())
}

/// The sources that name an index; those of other kinds are not about where a release is from, and
/// those of an extra or a group are about conflicts.
fn of_indexes(sources: &BTreeMap<String, toml::Value>) -> Option<BTreeMap<String, ProjectSources>> {
    let read = |source: &toml::Value| {
        let text = |key: &str| source.get(key).and_then(toml::Value::as_str);
        let is_everyones = text("extra").is_none() && text("group").is_none();
        let index = text("index").filter(|_| is_everyones)?.to_owned();
        let marker = text("marker").map(str::to_owned);
        Some(Source { index, marker })
    };
    let named = |(name, written): (&String, &toml::Value)| {
        let written = written
            .as_array()
            .map_or(std::slice::from_ref(written), Vec::as_slice);
        let sources: Vec<Source> = written.iter().filter_map(read).collect();
        (!sources.is_empty()).then(|| (name.clone(), ProjectSources(sources)))
    };
    let named: BTreeMap<String, ProjectSources> = sources.iter().filter_map(named).collect();
    (!named.is_empty()).then_some(named)
}
