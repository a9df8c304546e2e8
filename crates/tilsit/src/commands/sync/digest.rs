//! A digest of an environment: equal wherever the same lock was installed, on one platform.

use std::collections::BTreeMap;

use tilsit_environment::Environment;
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource};
use tilsit_project::digest::{DigestError, Installed, Source, digest};
use tilsit_project::lock::Lock;

use crate::error::CommandError;

/// The digest of what is installed, in hexadecimal digits with `sha256:` in front.
///
/// # Errors
/// When a file of the environment cannot be read.
pub(super) fn of(environment: &Environment, lock: &Lock) -> Result<String, CommandError> {
    let installed = environment.installed()?;
    let packages = lock.pylock.packages.iter();
    let sources: BTreeMap<&ProjectName, Source> = packages
        .map(|package| (&package.name, source(package, environment)))
        .collect();
    let distributions = installed.distributions.iter();
    let distributions: Vec<Installed<'_>> = distributions
        .map(|one| Installed {
            distribution: one,
            source: sources.get(&one.name).cloned().unwrap_or(Source::Wheel),
        })
        .collect();
    let digest = digest(
        &distributions,
        &environment.site_packages(),
        environment.root(),
    )?;
    Ok(format!("sha256:{digest}"))
}

/// Where a package was installed from here.
fn source(package: &Package, environment: &Environment) -> Source {
    let hashes = |hashes: &BTreeMap<String, String>| {
        let hashes = hashes.iter();
        let words: Vec<String> = hashes
            .map(|(algorithm, digest)| format!("{algorithm}:{digest}"))
            .collect();
        words.join(" ")
    };
    let is_wheel = |name: Option<String>| {
        let name = name.and_then(|name| name.parse::<WheelFileName>().ok());
        let tags = environment.interpreter().tags();
        name.is_some_and(|name| tags.priority(&name.tags).is_some())
    };
    match &package.source {
        PackageSource::Distributions { sdist, wheels } => match sdist {
            Some(sdist) if !wheels.iter().any(|wheel| is_wheel(wheel.file_name())) => {
                Source::Built(hashes(&sdist.hashes))
            }
            _ => Source::Wheel,
        },
        PackageSource::Archive(archive) => {
            let place = archive.url.as_ref().or(archive.path.as_ref());
            let name = place.and_then(|place| place.rsplit('/').next());
            if is_wheel(name.map(str::to_owned)) {
                Source::Wheel
            } else {
                Source::Built(hashes(&archive.hashes))
            }
        }
        PackageSource::Vcs(vcs) => Source::Built(vcs.commit_id.clone()),
        PackageSource::Directory(_) => Source::Built("directory".to_owned()),
    }
}

impl From<DigestError> for CommandError {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::File(error) => error.into(),
            DigestError::Installed(error) => error.into(),
            error => Self::from_error(crate::explain::Code::FileAccess, &error),
        }
    }
}
