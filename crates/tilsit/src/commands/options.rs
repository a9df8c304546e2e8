//! Options that several commands share, and the settings that they are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use tilsit_build_frontend::Renewal;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;

use crate::commands::controls::Controls;
use crate::configuration::Configuration;
use crate::configuration::{NamedIndex, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// Where distributions come from.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Index options")]
pub(crate) struct IndexOptions {
    /// Use this index in place of the default one [env: `TILSIT_INDEX_URL`]
    #[arg(short, long, value_name = "URL", visible_alias = "default-index")]
    index_url: Option<String>,
    /// Ask this index too, before the default one [env: `TILSIT_EXTRA_INDEX_URL`]
    #[arg(long, value_name = "URL")]
    extra_index_url: Vec<String>,
    /// Ask this index too, with a name for it
    #[arg(long, value_name = "NAME=URL")]
    index: Vec<String>,
    /// Use no index, only `--find-links`
    #[arg(long)]
    no_index: bool,
    /// Look for distributions in this folder or page too
    #[arg(short, long, value_name = "PATH|URL")]
    find_links: Vec<String>,
    #[command(flatten)]
    network: NetworkOptions,
}

/// How servers are reached.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Network options")]
pub(crate) struct NetworkOptions {
    /// Do not check this host's certificate
    #[arg(long, value_name = "HOST")]
    trusted_host: Vec<String>,
    /// Take certificates from this file in place of the system's
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Show this certificate and key to the index
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// Send requests through this proxy
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Give up on a request after this time
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Try a failed request again as often
    #[arg(long, value_name = "COUNT")]
    retries: Option<u32>,
    /// Ask this for passwords of users in index URLs, and have `login` keep secrets there [env:
    /// `TILSIT_KEYRING_PROVIDER`]
    #[arg(long, value_name = "PROVIDER", value_parser = crate::network::KEYRING_PROVIDERS)]
    keyring_provider: Option<String>,
    /// Use the cache only, never the network [env: `TILSIT_OFFLINE`]
    #[arg(long)]
    offline: bool,
}

/// What may still change, and has to be asked for.
const PREVIEWS: [&str; 1] = [WHEEL_VARIANTS];

/// Wheels of variants are looked at (PEP 825).
pub(crate) const WHEEL_VARIANTS: &str = "wheel-variants";

/// What may be chosen.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Resolver options")]
pub(crate) struct ResolverOptions {
    /// Take pre-releases
    #[arg(long, conflicts_with_all = ["prerelease", "all-releases", "only-final"])]
    pre: bool,
    /// When to take pre-releases
    #[arg(long, value_name = "MODE", value_parser = ["if-necessary", "allow", "disallow", "explicit"])]
    prerelease: Option<String>,
    /// When to take pre-releases of one project
    #[arg(long, value_name = "PROJECT=MODE", value_parser = pair)]
    prerelease_package: Vec<(String, String)>,
    /// Take releases that have a wheel before newer ones that must be built
    #[arg(long)]
    prefer_binary: bool,
    /// Try what may still change: `wheel-variants` (PEP 825)
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = PREVIEWS)]
    preview_features: Vec<String>,
    /// Take wheels of this variant, with `--preview-features wheel-variants`; the first is the best
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    variant: Vec<String>,
    /// Which of the possible versions to take
    #[arg(long, value_name = "STRATEGY", value_parser = ["highest", "lowest", "lowest-direct"])]
    resolution: Option<String>,
    /// Ignore files uploaded after this date or moment, as 2026-06-30
    #[arg(long, value_name = "DATE", visible_alias = "uploaded-prior-to")]
    exclude_newer: Option<String>,
    /// The same for one project; `false` takes all its files
    #[arg(long, value_name = "PROJECT=DATE", value_parser = pair)]
    exclude_newer_package: Vec<(String, String)>,
    /// Whether one index speaks for a project or all do
    #[arg(long, value_name = "STRATEGY", value_parser = ["first-index", "unsafe-first-match", "unsafe-best-match"])]
    index_strategy: Option<String>,
    /// Take what says that it is for other versions of Python
    #[arg(long)]
    ignore_requires_python: bool,
    /// Build nothing from source
    #[arg(long)]
    no_build: bool,
    /// Build nothing of this project from source
    #[arg(long, value_name = "PROJECT")]
    no_build_package: Vec<String>,
    #[command(flatten)]
    controls: Controls,
}

/// What is typed as `NAME=VALUE`.
fn pair(typed: &str) -> Result<(String, String), String> {
    let parts = typed.split_once('=');
    let parts = parts.filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = parts.ok_or("it is not PROJECT=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A project, or none for `:all:`.
fn project_or_all(typed: &str) -> Result<Option<ProjectName>, String> {
    if typed == ":all:" {
        return Ok(None);
    }
    typed.parse().map(Some).map_err(|error| format!("{error}"))
}

/// What may change although something that fits is there already.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct UpgradeOptions {
    /// Take the newest versions that fit, whatever is there
    #[arg(short = 'U', long)]
    pub(crate) upgrade: bool,
    /// Take the newest version that fits of this project
    #[arg(short = 'P', long, value_name = "PROJECT")]
    pub(crate) upgrade_package: Vec<String>,
    /// Ask the indexes again, whatever the cache holds
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Ask the indexes again for this project; `:all:` for every project
    #[arg(long, value_name = "PROJECT", value_parser = project_or_all)]
    pub(crate) refresh_package: Vec<Option<ProjectName>>,
}

impl UpgradeOptions {
    /// Whether a lock that fits is to be made anew all the same.
    pub(crate) fn is_asked(&self) -> bool {
        self.upgrade
            || !self.upgrade_package.is_empty()
            || self.refresh
            || !self.refresh_package.is_empty()
    }

    /// Which pages are asked for again.
    pub(crate) fn refresh(&self) -> Refresh {
        match self.refreshed() {
            None => Refresh::All,
            Some(projects) if projects.is_empty() => Refresh::No,
            Some(projects) => Refresh::Projects(projects),
        }
    }

    /// Of which projects is built anew what the cache holds.
    pub(crate) fn renewal(&self) -> Renewal {
        renewal(self.refreshed())
    }

    /// The projects that are asked for again; none for every project.
    fn refreshed(&self) -> Option<BTreeSet<ProjectName>> {
        if self.refresh {
            return None;
        }
        self.refresh_package.iter().cloned().collect()
    }

    /// The projects of which what is there is to be left behind.
    ///
    /// # Errors
    /// When `--upgrade-package` is not the name of a project.
    pub(crate) fn projects(&self) -> Result<Vec<ProjectName>, CommandError> {
        let names = self.upgrade_package.iter().map(|name| name.parse());
        names
            .collect::<Result<_, _>>()
            .map_err(|error| CommandError::from_error(Code::Usage, &error))
    }
}

/// What is installed although it is there.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReinstallOptions {
    /// Install again what is there in the same version, and build again what is built
    #[arg(long, visible_alias = "force-reinstall")]
    reinstall: bool,
    /// The same for one project
    #[arg(long, value_name = "PROJECT")]
    reinstall_package: Vec<ProjectName>,
}

impl ReinstallOptions {
    /// Of which projects.
    pub(crate) fn renewal(&self) -> Renewal {
        let names = self.reinstall_package.iter().cloned();
        renewal((!self.reinstall).then(|| names.collect()))
    }
}

/// Of the projects; of every one where there are none.
fn renewal(projects: Option<BTreeSet<ProjectName>>) -> Renewal {
    match projects {
        None => Renewal::All,
        Some(projects) if projects.is_empty() => Renewal::None,
        Some(projects) => Renewal::Only(projects),
    }
}

impl IndexOptions {
    /// The options as a layer of settings.
    ///
    /// # Errors
    /// When `--index` is not `NAME=URL`.
    pub(crate) fn settings(&self, context: &Context) -> Result<Settings, CommandError> {
        Ok(Settings {
            index_url: self.index_url.clone(),
            extra_index_url: some(&self.extra_index_url),
            index: some(
                &self
                    .index
                    .iter()
                    .map(|typed| NamedIndex::typed(typed))
                    .collect::<Result<Vec<_>, _>>()?,
            ),
            no_index: self.no_index.then_some(true),
            find_links: some(&self.find_links),
            ..self.network.settings(context)
        })
    }

    /// What `--index` says last.
    pub(crate) fn last_typed(&self) -> Option<&str> {
        self.index.last().map(String::as_str)
    }

    /// The same without what `--index` says.
    pub(crate) fn without_named(&self) -> Self {
        Self {
            index: Vec::new(),
            ..self.clone()
        }
    }

    /// The index that `--index` names last.
    ///
    /// # Errors
    /// When it is neither `NAME=URL` nor a URL.
    pub(crate) fn last_named(&self) -> Result<Option<NamedIndex>, CommandError> {
        self.index
            .last()
            .map(|typed| NamedIndex::typed(typed))
            .transpose()
    }

    /// The configuration with these options in front.
    ///
    /// # Errors
    /// When `--index` is not `NAME=URL`.
    pub(crate) fn over(&self, context: &Context) -> Result<Configuration, CommandError> {
        Ok(context.configuration.with_options(self.settings(context)?))
    }
}

impl NetworkOptions {
    fn settings(&self, context: &Context) -> Settings {
        let path = |path: &PathBuf| context.resolve(path);
        Settings {
            trusted_host: some(&self.trusted_host),
            cert: self.cert.as_ref().map(path),
            client_cert: self.client_cert.as_ref().map(path),
            proxy: self.proxy.clone(),
            timeout: self.timeout,
            retries: self.retries,
            keyring_provider: self.keyring_provider.clone(),
            offline: self.offline.then_some(true),
            ..Settings::default()
        }
    }

    /// The configuration with these options in front.
    pub(crate) fn over(&self, context: &Context) -> Configuration {
        context.configuration.with_options(self.settings(context))
    }
}

impl ResolverOptions {
    /// Whether no sdist of any project may be taken.
    pub(crate) fn only_wheels(&self) -> bool {
        let (no_binary, only_binary) = self.controls.formats.words();
        let is_all = |names: Option<Vec<String>>| {
            names.is_some_and(|names| names.iter().any(|name| name == ":all:"))
        };
        no_binary.is_none() && (self.no_build || is_all(only_binary))
    }

    /// The configuration with these options in front.
    pub(crate) fn over(&self, configuration: &Configuration) -> Configuration {
        configuration.with_options(self.settings())
    }

    /// The options as a layer of settings.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings {
            pre: self.pre.then_some(true),
            resolution: self.resolution.clone(),
            exclude_newer: self.exclude_newer.clone(),
            exclude_newer_package: table(&self.exclude_newer_package),
            prerelease: self.prerelease.clone(),
            prerelease_package: table(&self.prerelease_package),
            index_strategy: self.index_strategy.clone(),
            preview_features: some(&self.preview_features),
            variant: some(&self.variant),
            prefer_binary: self.prefer_binary.then_some(true),
            ignore_requires_python: self.ignore_requires_python.then_some(true),
            no_build: self.no_build.then_some(true),
            no_build_package: some(&self.no_build_package),
            ..Settings::default()
        };
        self.controls.put_into(&mut settings);
        settings
    }
}

fn some<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    (!values.is_empty()).then(|| values.to_vec())
}

fn table(pairs: &[(String, String)]) -> Option<BTreeMap<String, String>> {
    (!pairs.is_empty()).then(|| pairs.iter().cloned().collect())
}
