//! `[tool.uv]` in `pyproject.toml`, for what ours does not say: indexes, sources that are indexes, how
//! versions are chosen and what limits them, and how what is needed is built and installed. What is
//! about the project itself is read with it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::NotFollowed;
use super::settings::{
    NamedIndex, OF_BUILDS, OF_PROJECTS, OneOrMany, ProjectSources, Settings, Source, invalid,
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
    exclude_newer_package: Option<BTreeMap<String, Limit>>,
    prerelease_package: Option<BTreeMap<String, String>>,
    no_build: Option<bool>,
    no_build_package: Option<Vec<String>>,
    no_binary: Option<bool>,
    no_binary_package: Option<Vec<String>>,
    config_settings: Option<BTreeMap<String, OneOrMany>>,
    no_build_isolation: Option<bool>,
    no_build_isolation_package: Option<Vec<String>>,
    allow_insecure_host: Option<Vec<String>>,
    keyring_provider: Option<String>,
    link_mode: Option<String>,
    compile_bytecode: Option<bool>,
    offline: Option<bool>,
    sources: BTreeMap<String, toml::Value>,
    #[serde(flatten)]
    others: BTreeMap<String, toml::Value>,
}

/// A moment or date, or `false` for no limit.
#[derive(Deserialize)]
#[serde(untagged)]
enum Limit {
    Said(String),
    None(bool),
}

/// The link mode that has no counterpart.
const SYMLINK: &str = "symlink";

/// Keys that are about uv itself, or about what uv alone does.
const OF_UV: [&str; 25] = [
    "add-bounds",
    "audit",
    "build-backend",
    "cache-dir",
    "check-url",
    "concurrent-builds",
    "concurrent-downloads",
    "concurrent-installs",
    "format",
    "http-proxy",
    "https-proxy",
    "native-tls",
    "no-cache",
    "no-proxy",
    "pip",
    "preview",
    "preview-features",
    "publish-url",
    "pypy-install-mirror",
    "python-downloads",
    "python-downloads-json-url",
    "python-install-mirror",
    "required-version",
    "system-certs",
    "trusted-publishing",
];

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
    let not_followed = uv.not_followed(path, text);
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
        exclude_newer_package: silent(
            own.exclude_newer_package.as_ref(),
            uv.exclude_newer_package.map(limits),
        ),
        prerelease_package: silent(own.prerelease_package.as_ref(), uv.prerelease_package),
        no_build: uv.no_build,
        no_build_package: silent(own.no_build_package.as_ref(), uv.no_build_package),
        no_binary: silent(
            own.no_binary.as_ref(),
            no_binary(uv.no_binary, uv.no_binary_package),
        ),
        told_to_backends: silent(own.told_to_backends.as_ref(), uv.config_settings),
        no_build_isolation: uv.no_build_isolation,
        no_build_isolation_package: silent(
            own.no_build_isolation_package.as_ref(),
            uv.no_build_isolation_package,
        ),
        trusted_host: silent(own.trusted_host.as_ref(), uv.allow_insecure_host),
        keyring_provider: uv.keyring_provider,
        link_mode: uv.link_mode.filter(|mode| mode != SYMLINK),
        compile_bytecode: uv.compile_bytecode,
        offline: uv.offline,
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
    Ok((settings.relative_to(path), not_followed))
}

impl Uv {
    /// What is said and means nothing here.
    fn not_followed(&self, path: &Path, text: &str) -> Vec<NotFollowed> {
        let is_read = |key: &str| key == OF_BUILDS || OF_PROJECTS.contains(&key);
        // What is said to be as it is anyway needs no word.
        let is_usual = |key: &str, value: &toml::Value| {
            key == "managed" && value.as_bool() == Some(true)
                || key == "no-sources" && value.as_bool() == Some(false)
                || key == "fork-strategy" && value.as_str() == Some("requires-python")
        };
        let others = self.others.iter();
        let others = others.filter(|(key, value)| !is_read(key) && !is_usual(key, value));
        let mut keys: Vec<String> = others.map(|(key, _)| key.clone()).collect();
        for (name, sources) in &self.sources {
            let sources = sources
                .as_array()
                .map_or(std::slice::from_ref(sources), |all| all);
            let said = |key: &str, value: bool| {
                let mut sources = sources.iter();
                sources.any(|one| one.get(key).and_then(toml::Value::as_bool) == Some(value))
            };
            let unmet = [("package", false), ("lfs", true)];
            let unmet = unmet.iter().filter(|(key, value)| said(key, *value));
            keys.extend(unmet.map(|(key, _)| format!("sources.{name}.{key}")));
        }
        keys.extend(unmet_of_indexes(text));
        let links = self.link_mode.iter().filter(|mode| *mode == SYMLINK);
        keys.extend(links.map(|_| "link-mode".to_owned()));
        let from = format!("{} [tool.uv]", path.display());
        let keys = keys.into_iter().map(|key| NotFollowed {
            is_of_projects: !OF_UV.contains(&key.as_str()),
            from: from.clone(),
            key,
        });
        keys.collect()
    }
}

/// What is said of indexes and not followed.
fn unmet_of_indexes(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let uv = table.get("tool").and_then(|tool| tool.get("uv"));
    let indexes = uv.and_then(|uv| uv.get("index")?.as_array());
    let has = |key: &str| {
        let mut indexes = indexes.into_iter().flatten();
        let is_usual = |value: &toml::Value| key == "format" && value.as_str() == Some("simple");
        indexes.any(|index| index.get(key).is_some_and(|value| !is_usual(value)))
    };
    let keys = [
        "format",
        "authenticate",
        "ignore-error-codes",
        "cache-control",
    ];
    let keys = keys.iter().filter(|key| has(key));
    keys.map(|key| format!("index.{key}")).collect()
}

fn limits(said: BTreeMap<String, Limit>) -> BTreeMap<String, String> {
    let said = said.into_iter().map(|(name, limit)| match limit {
        Limit::Said(text) => (name, text),
        Limit::None(said) => (name, said.to_string()),
    });
    said.collect()
}

/// Projects of which no wheels are taken, in our words.
fn no_binary(all: Option<bool>, names: Option<Vec<String>>) -> Option<Vec<String>> {
    let all = (all == Some(true)).then(|| ":all:".to_owned());
    let words: Vec<String> = all.into_iter().chain(names.into_iter().flatten()).collect();
    (!words.is_empty()).then_some(words)
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
