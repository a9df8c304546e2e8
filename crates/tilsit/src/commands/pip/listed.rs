//! What `list`, `freeze`, `show` and `check` look at: the installed distributions with their
//! metadata, in pip's order and under the names that the projects give themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_dist::dist_info::{self, InstalledDistribution};
use tilsit_environment::{Environment, InstalledGraph};
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;

use crate::commands::pip::search_path;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::installing;

/// Which installed distributions are listed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ListingOptions {
    /// Leave out this project
    #[arg(long, value_name = "PROJECT")]
    exclude: Vec<ProjectName>,
    /// List what is in this folder, in place of the environment
    #[arg(long, value_name = "FOLDER")]
    path: Vec<PathBuf>,
    /// Only what is installed in the environment itself, not what it sees elsewhere
    #[arg(short, long)]
    local: bool,
    /// Only what is installed for the user
    #[arg(long)]
    user: bool,
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
}

/// An installed distribution and what its metadata says.
pub(crate) struct Listed {
    /// What is installed.
    pub(crate) distribution: InstalledDistribution,
    /// Its metadata.
    pub(crate) metadata: CoreMetadata,
    /// Where it comes from, if not from an index.
    pub(crate) direct_url: Option<DirectUrl>,
}

impl ListingOptions {
    /// The same, with nothing left out.
    pub(crate) fn without_exclusions(&self) -> Self {
        Self {
            exclude: Vec::new(),
            ..self.clone()
        }
    }

    /// What is listed, by normalised name. What cannot be read is told and left out.
    ///
    /// # Errors
    /// When there is no environment, or a folder cannot be listed.
    pub(crate) fn list(&self, context: &Context) -> Result<Vec<Listed>, CommandError> {
        let mut distributions = Vec::new();
        if self.path.is_empty() {
            let environment = self.environment.find(context)?;
            distributions = if self.user {
                let folder = search_path::of_user(&environment, context);
                read_folders(folder.into_iter().collect(), context)?
            } else if self.local {
                let own = environment.site_packages().into_iter();
                read_folders(own.map(Path::to_path_buf).collect(), context)?
            } else {
                present(&environment, context)?
            };
        }
        for folder in &self.path {
            let installed = dist_info::list(context.resolve(folder))?;
            for finding in &installed.findings {
                context.terminal.warn(finding);
            }
            distributions.extend(installed.distributions);
        }
        distributions.sort_by(|left, right| left.name.cmp(&right.name));
        let listed = distributions
            .into_iter()
            .filter(|distribution| !self.exclude.contains(&distribution.name));
        Ok(listed
            .filter_map(|distribution| read(distribution, context))
            .collect())
    }
}

impl Listed {
    /// The folder that a change of the code is made in, for an editable install.
    pub(crate) fn editable_folder(&self) -> Option<String> {
        if let Some(tree) = &self.distribution.source_tree {
            return Some(tree.display().to_string());
        }
        let url = self.direct_url.as_ref()?;
        let Origin::Directory {
            editable: Some(true),
        } = url.origin
        else {
            return None;
        };
        let path = url::Url::parse(&url.url).ok()?.to_file_path().ok()?;
        Some(path.display().to_string())
    }
}

/// The installed distributions; what looks like one and is none is warned of.
///
/// # Errors
/// When a folder cannot be listed.
pub(crate) fn present(
    environment: &Environment,
    context: &Context,
) -> Result<Vec<InstalledDistribution>, CommandError> {
    if tilsit_installer::journal::is_open(&environment.paths().purelib)? {
        // A change broke off, or goes on: either way its lock is waited for, and it is put right.
        installing::lock(environment, context)?;
    }
    read_folders(search_path::of(environment, context), context)
}

/// The distributions in these folders, by name; of several the first, as for an import.
fn read_folders(
    folders: Vec<PathBuf>,
    context: &Context,
) -> Result<Vec<InstalledDistribution>, CommandError> {
    let mut all: BTreeMap<ProjectName, InstalledDistribution> = BTreeMap::new();
    for folder in folders {
        let found = dist_info::list(folder)?;
        for finding in &found.findings {
            context.terminal.warn(finding);
        }
        for distribution in found.distributions {
            all.entry(distribution.name.clone()).or_insert(distribution);
        }
    }
    Ok(all.into_values().collect())
}

fn read(distribution: InstalledDistribution, context: &Context) -> Option<Listed> {
    let name = distribution.name.clone();
    let read = || Ok((distribution.metadata()?.0, distribution.direct_url()?));
    let read: Result<_, tilsit_dist::dist_info::InstalledError> = read();
    match read {
        Ok((metadata, direct_url)) => Some(Listed {
            distribution,
            metadata,
            direct_url,
        }),
        Err(error) => {
            let error = CommandError::from(error);
            let words = [&[error.message][..], &error.causes].concat().join(": ");
            context.terminal.warn(format_args!(
                "{words}; `tilsit pip install --reinstall-package {name} {name}` makes it whole"
            ));
            None
        }
    }
}

/// What is installed as a graph; what cannot be read is told and left out.
///
/// # Errors
/// When a file went away meanwhile.
pub(crate) fn graph(
    environment: &Environment,
    context: &Context,
) -> Result<InstalledGraph, CommandError> {
    let readable = present(environment, context)?
        .into_iter()
        .filter_map(|distribution| read(distribution, context))
        .map(|listed| listed.distribution);
    let readable: Vec<InstalledDistribution> = readable.collect();
    Ok(InstalledGraph::read(environment, &readable)?)
}
