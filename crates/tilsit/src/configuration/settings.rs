//! One layer of settings, as a TOML table has it: `[tool.tilsit]` in `pyproject.toml`, or all of
//! `tilsit.toml`. The keys are the long options of the commands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::CommandError;
use crate::explain::Code;

/// An index with a name.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct NamedIndex {
    /// What the index is called in messages.
    pub(crate) name: Option<String>,
    /// Its Simple API.
    pub(crate) url: String,
    /// Whether it takes the place of the default index.
    #[serde(default)]
    pub(crate) default: bool,
    /// Whether it is asked for the projects only whose source it is.
    #[serde(default)]
    pub(crate) explicit: bool,
}

impl NamedIndex {
    /// An index as it is typed: `NAME=URL`, or the URL alone.
    ///
    /// # Errors
    /// When it is neither.
    pub(crate) fn typed(typed: &str) -> Result<Self, CommandError> {
        let parts = typed
            .split_once('=')
            .filter(|(name, _)| !name.contains(['/', ':']));
        match parts {
            Some((name, url)) => Ok(Self {
                name: Some(name.to_owned()),
                url: url.to_owned(),
                default: false,
                explicit: false,
            }),
            None if typed.contains("://") => Ok(Self {
                name: None,
                url: typed.to_owned(),
                default: false,
                explicit: false,
            }),
            None => Err(CommandError::new(
                Code::Usage,
                format!("the index `{typed}` is neither NAME=URL nor a URL"),
            )),
        }
    }
}

/// Where a project comes from: `torch = { index = "pytorch" }`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Source {
    /// The name of the only index that is asked for it.
    pub(crate) index: String,
    /// Where that holds; everywhere, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) marker: Option<String>,
}

/// The sources of a project: of those whose markers hold, the first.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(try_from = "Written", into = "Written")]
pub(crate) struct ProjectSources(pub(crate) Vec<Source>);

/// As they are written: a list, or one, which anything else is.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Written {
    Many(Vec<toml::Value>),
    One(toml::Value),
}

impl TryFrom<Written> for ProjectSources {
    type Error = toml::de::Error;

    /// Sources that are folders, repositories or files belong to the project that is locked, and those
    /// of an extra or a group to its conflicts: they are read there.
    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let written = match written {
            Written::One(source) => vec![source],
            Written::Many(sources) => sources,
        };
        let is_index = |source: &toml::Value| {
            let has = |key: &str| source.get(key).is_some();
            let is_other = ["path", "git", "url", "workspace"]
                .iter()
                .any(|key| has(key));
            !is_other && !has("extra") && !has("group")
        };
        let indexes = written.into_iter().filter(is_index);
        let read = indexes.map(toml::Value::try_into::<Source>);
        read.collect::<Result<_, _>>().map(Self)
    }
}

impl From<ProjectSources> for Written {
    fn from(sources: ProjectSources) -> Self {
        let written = sources.0.into_iter();
        // What was read from TOML is TOML.
        let written = written.filter_map(|source| toml::Value::try_from(source).ok());
        let written: Vec<toml::Value> = written.collect();
        match <[toml::Value; 1]>::try_from(written) {
            Ok([source]) => Self::One(source),
            Err(sources) => Self::Many(sources),
        }
    }
}

/// What a build backend is told: a word or a truth, or several.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    /// A word.
    Word(String),
    /// Yes or no.
    Truth(bool),
    /// Several words.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The words.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::Word(word) => vec![word.clone()],
            Self::Truth(truth) => vec![truth.to_string()],
            Self::Many(words) => words.clone(),
        }
    }
}

/// One layer of settings. What is absent is asked of the next layer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Settings {
    /// The default index.
    pub(crate) index_url: Option<String>,
    /// More indexes, asked before the default one.
    pub(crate) extra_index_url: Option<Vec<String>>,
    /// Indexes with names.
    pub(crate) index: Option<Vec<NamedIndex>>,
    /// Use no index at all, only `find-links`.
    pub(crate) no_index: Option<bool>,
    /// Folders and pages with distributions.
    pub(crate) find_links: Option<Vec<String>>,
    /// Hosts that are used without checking certificates.
    pub(crate) trusted_host: Option<Vec<String>>,
    /// A file of certificates in place of the system's.
    pub(crate) cert: Option<PathBuf>,
    /// A client's certificate and key.
    pub(crate) client_cert: Option<PathBuf>,
    /// The proxy for all requests.
    pub(crate) proxy: Option<String>,
    /// How long one request may take, in seconds.
    pub(crate) timeout: Option<u64>,
    /// How often a failed request is tried again.
    pub(crate) retries: Option<u32>,
    /// Use the cache only.
    pub(crate) offline: Option<bool>,
    /// Install nothing that has no hash in the requirements.
    pub(crate) require_hashes: Option<bool>,
    /// Refuse to install outside a virtual environment.
    pub(crate) require_virtualenv: Option<bool>,
    /// Constraint files that always apply.
    pub(crate) constraint: Option<Vec<PathBuf>>,
    /// Requirements that limit versions and always apply.
    pub(crate) constraint_dependencies: Option<Vec<String>>,
    /// Requirements that replace those of releases, and always apply.
    pub(crate) override_dependencies: Option<Vec<String>>,
    /// Projects that are not installed, whoever requires them.
    pub(crate) exclude_dependencies: Option<Vec<String>>,
    /// Requirements that limit versions where something is built.
    pub(crate) build_constraint_dependencies: Option<Vec<String>>,
    /// `disabled`, `keyring` (or `subprocess`), `secret-service` or `auto`.
    pub(crate) keyring_provider: Option<String>,
    /// Ignore files uploaded later than this moment or date.
    pub(crate) exclude_newer: Option<String>,
    /// `highest`, `lowest` or `lowest-direct`.
    pub(crate) resolution: Option<String>,
    /// The same for single projects; `false` is no limit.
    pub(crate) exclude_newer_package: Option<BTreeMap<String, String>>,
    /// Take pre-releases.
    pub(crate) pre: Option<bool>,
    /// `allow`, `disallow`, `if-necessary` or `explicit`.
    pub(crate) prerelease: Option<String>,
    /// The same for single projects.
    pub(crate) prerelease_package: Option<BTreeMap<String, String>>,
    /// Projects of which all releases are taken, pre-releases too; `:all:`, `:none:`.
    pub(crate) all_releases: Option<Vec<String>>,
    /// Projects of which no pre-releases are taken; `:all:`, `:none:`.
    pub(crate) only_final: Option<Vec<String>>,
    /// Take releases with a wheel before newer ones without.
    pub(crate) prefer_binary: Option<bool>,
    /// What is tried although it may change: `wheel-variants`.
    pub(crate) preview_features: Option<Vec<String>>,
    /// The variants of wheels that may be taken, the best first.
    pub(crate) variant: Option<Vec<String>>,
    /// `first-index`, `unsafe-first-match` or `unsafe-best-match`.
    pub(crate) index_strategy: Option<String>,
    /// The indexes that single projects come from.
    pub(crate) sources: Option<BTreeMap<String, ProjectSources>>,
    /// Build nothing.
    pub(crate) no_build: Option<bool>,
    /// Projects of which nothing is built.
    pub(crate) no_build_package: Option<Vec<String>>,
    /// Projects of which no wheels are taken; `:all:`, `:none:`.
    pub(crate) no_binary: Option<Vec<String>>,
    /// Projects of which only wheels are taken; `:all:`, `:none:`.
    pub(crate) only_binary: Option<Vec<String>>,
    /// What build backends are told.
    #[serde(rename = "config-settings")]
    pub(crate) told_to_backends: Option<BTreeMap<String, OneOrMany>>,
    /// Build with the packages of the environment.
    pub(crate) no_build_isolation: Option<bool>,
    /// Projects that are built with the packages of the environment.
    pub(crate) no_build_isolation_package: Option<Vec<String>>,
    /// Take what says that it is for other versions of Python.
    pub(crate) ignore_requires_python: Option<bool>,
    /// The Python to use: a version or a path.
    pub(crate) python: Option<String>,
    /// `clone`, `hardlink`, `copy` or `tree`.
    pub(crate) link_mode: Option<String>,
    /// Compile modules when they are installed.
    pub(crate) compile_bytecode: Option<bool>,
    /// The cache folder.
    pub(crate) cache_dir: Option<PathBuf>,
    /// Keep no cache.
    pub(crate) no_cache: Option<bool>,
    /// Where `publish` uploads to.
    pub(crate) publish_url: Option<String>,
    /// Keys that nobody knows.
    #[serde(flatten, skip_serializing)]
    pub(crate) unknown: BTreeMap<String, toml::Value>,
}

/// A key that is about the project itself, and read where it is built.
pub(super) const OF_BUILDS: &str = "cache-keys";

/// Tables that others read themselves: our own backend, and `run`.
const OF_OTHERS: [&str; 2] = ["build", "tasks"];

/// Keys of a project that is locked, which [`tilsit_project::settings`] reads.
pub(super) const OF_PROJECTS: &[&str] = &tilsit_project::settings::KEYS;

#[derive(Deserialize)]
struct PyProject {
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    tilsit: Settings,
}

/// The settings in `[tool.tilsit]` of a `pyproject.toml`.
pub(super) fn of_pyproject(path: &Path, text: &str) -> Result<Settings, CommandError> {
    let project: PyProject = toml::from_str(text).map_err(|error| invalid(path, &error))?;
    let mut settings = project.tool.tilsit;
    settings.unknown.remove(OF_BUILDS);
    let is_others = |key: &str| OF_OTHERS.contains(&key) || OF_PROJECTS.contains(&key);
    settings.unknown.retain(|key, _| !is_others(key));
    Ok(settings.relative_to(path))
}

/// The settings in a `tilsit.toml`.
pub(super) fn of_file(path: &Path, text: &str) -> Result<Settings, CommandError> {
    let settings: Settings = toml::from_str(text).map_err(|error| invalid(path, &error))?;
    Ok(settings.relative_to(path))
}

impl Settings {
    /// Relative paths in a file start from the file's folder.
    pub(crate) fn relative_to(mut self, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        for path in [&mut self.cert, &mut self.client_cert, &mut self.cache_dir]
            .into_iter()
            .flatten()
        {
            *path = folder.join(&*path);
        }
        // An index without a scheme is a folder.
        for index in self.index.iter_mut().flatten() {
            if !index.url.contains("://")
                && let Ok(url) = url::Url::from_file_path(folder.join(&index.url))
            {
                index.url = url.to_string();
            }
        }
        for path in self.constraint.iter_mut().flatten() {
            *path = folder.join(&*path);
        }
        for link in self.find_links.iter_mut().flatten() {
            if !link.contains("://") {
                *link = folder.join(&*link).to_string_lossy().into_owned();
            }
        }
        self
    }
}

pub(super) fn invalid(path: &Path, error: &toml::de::Error) -> CommandError {
    let shown = path.display();
    CommandError::new(
        Code::ConfigurationInvalid,
        format!("the settings in `{shown}` are not valid"),
    )
    .caused_by(error.to_string().trim_end())
}
