//! Selecting what to install from a lock file in one environment.
//!
//! Follows "pylock.toml Specification", section "Installation".

use super::{
    ArchiveSource, DirectorySource, DistributionFile, Package, PackageSource, Pylock, VcsSource,
};
use crate::file_name::WheelFileName;
use crate::marker::MarkerEnvironment;
use crate::name::{ExtraName, GroupName, ProjectName};
use crate::specifier::VersionSpecifiers;
use crate::tag::CompatibleTags;
use crate::version::Version;

/// What to select for.
#[derive(Clone, Copy, Debug)]
pub struct SelectOptions<'a> {
    /// The values of the markers' variables.
    pub environment: &'a MarkerEnvironment,
    /// The tags of wheels that can be installed, best first.
    pub tags: &'a CompatibleTags,
    /// The extras that are wanted.
    pub extras: &'a [ExtraName],
    /// The dependency groups that are wanted; without a list, the file's default groups.
    pub dependency_groups: Option<&'a [GroupName]>,
}

/// A package to install.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selected<'p> {
    /// The package.
    pub package: &'p Package,
    /// What of it is to be installed.
    pub source: SelectedSource<'p>,
}

/// What is to be installed of a package.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SelectedSource<'p> {
    /// A commit in a repository.
    Vcs(&'p VcsSource),
    /// A source tree.
    Directory(&'p DirectorySource),
    /// A file that is no distribution of an index.
    Archive(&'p ArchiveSource),
    /// A source distribution.
    Sdist(&'p DistributionFile),
    /// The best wheel.
    Wheel(&'p DistributionFile),
}

/// Why nothing can be selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// The whole file is for other versions of Python.
    #[error("the lock file requires Python {requires}, but the environment has {found}")]
    RequiresPython {
        /// What the file requires.
        requires: VersionSpecifiers,
        /// The version of the environment.
        found: Version,
    },
    /// The file names the environments it is for, and this is none of them.
    #[error("the environment is none of those that the lock file is for")]
    Environment,
    /// A package is for other versions of Python.
    #[error(
        "package `{name}` (packages[{index}]) requires Python {requires}, but the environment has {found}"
    )]
    PackageRequiresPython {
        /// The package.
        name: ProjectName,
        /// Its place in the file, counted from 0.
        index: usize,
        /// What it requires.
        requires: VersionSpecifiers,
        /// The version of the environment.
        found: Version,
    },
    /// Two entries of one package apply.
    #[error("two entries of package `{name}` apply: packages[{first}] and packages[{second}]")]
    Ambiguous {
        /// The package.
        name: ProjectName,
        /// The place of one in the file, counted from 0.
        first: usize,
        /// The place of the other.
        second: usize,
    },
    /// No wheel fits, and there is no sdist.
    #[error(
        "no wheel of package `{name}` (packages[{index}]) fits the environment, and there is no sdist"
    )]
    NoWheel {
        /// The package.
        name: ProjectName,
        /// Its place in the file, counted from 0.
        index: usize,
    },
}

impl Pylock {
    /// The packages to install, in the order of the file.
    ///
    /// `prefers_sdist` is asked for packages that have an sdist; where it says yes, the sdist is
    /// taken whatever wheels there are.
    ///
    /// # Errors
    /// [`SelectError`], if the file is not for the environment or says nothing definite for it.
    pub fn select(
        &self,
        options: &SelectOptions<'_>,
        prefers_sdist: &mut dyn FnMut(&ProjectName) -> bool,
    ) -> Result<Vec<Selected<'_>>, SelectError> {
        self.check_environment(options)?;
        let mut selected = Vec::new();
        for (index, package) in self.applicable(options)? {
            selected.push(Selected {
                package,
                source: source(index, package, options.tags, prefers_sdist)?,
            });
        }
        Ok(selected)
    }

    fn check_environment(&self, options: &SelectOptions<'_>) -> Result<(), SelectError> {
        let python = options.environment.python_full_version();
        if let Some(requires) = &self.requires_python
            && !requires.contains(python)
        {
            return Err(SelectError::RequiresPython {
                requires: requires.clone(),
                found: python.clone(),
            });
        }
        let mut environments = self.environments.iter();
        let is_meant = |marker: &crate::marker::Marker| marker.evaluate(options.environment, &[]);
        if !self.environments.is_empty() && !environments.any(is_meant) {
            return Err(SelectError::Environment);
        }
        Ok(())
    }

    /// The packages whose markers hold, with their places; each name once.
    fn applicable(
        &self,
        options: &SelectOptions<'_>,
    ) -> Result<Vec<(usize, &Package)>, SelectError> {
        let groups = options.dependency_groups.unwrap_or(&self.default_groups);
        let python = options.environment.python_full_version();
        let mut found: Vec<(usize, &Package)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for (index, package) in self.packages.iter().enumerate() {
            let marker = package.marker;
            if !marker.evaluate_with(options.environment, options.extras, groups) {
                continue;
            }
            if let Some(requires) = &package.requires_python
                && !requires.contains(python)
            {
                return Err(SelectError::PackageRequiresPython {
                    name: package.name.clone(),
                    index,
                    requires: requires.clone(),
                    found: python.clone(),
                });
            }
            if let Some(first) = places.insert(&package.name, index) {
                return Err(SelectError::Ambiguous {
                    name: package.name.clone(),
                    first,
                    second: index,
                });
            }
            found.push((index, package));
        }
        Ok(found)
    }
}

fn source<'p>(
    index: usize,
    package: &'p Package,
    tags: &CompatibleTags,
    prefers_sdist: &mut dyn FnMut(&ProjectName) -> bool,
) -> Result<SelectedSource<'p>, SelectError> {
    let (sdist, wheels) = match &package.source {
        PackageSource::Vcs(vcs) => return Ok(SelectedSource::Vcs(vcs)),
        PackageSource::Directory(directory) => return Ok(SelectedSource::Directory(directory)),
        PackageSource::Archive(archive) => return Ok(SelectedSource::Archive(archive)),
        PackageSource::Distributions { sdist, wheels } => (sdist, wheels),
    };
    if let Some(sdist) = sdist
        && prefers_sdist(&package.name)
    {
        return Ok(SelectedSource::Sdist(sdist));
    }
    let wheel = best_wheel(wheels, tags).map(SelectedSource::Wheel);
    let sdist = sdist.as_ref().map(SelectedSource::Sdist);
    wheel.or(sdist).ok_or_else(|| SelectError::NoWheel {
        name: package.name.clone(),
        index,
    })
}

/// The wheel with the best tag; among equals the one with the greater build tag, then the first.
/// Wheels of a variant (PEP 825) are left out: nothing here knows what machine they are for.
fn best_wheel<'p>(
    wheels: &'p [DistributionFile],
    tags: &CompatibleTags,
) -> Option<&'p DistributionFile> {
    let mut best = None;
    for wheel in wheels {
        let name = wheel.file_name();
        let name = name.and_then(|name| name.parse::<WheelFileName>().ok());
        let name = name.filter(|name| name.variant.is_none());
        let Some((rank, build)) = name.and_then(|name| {
            let rank = tags.priority(&name.tags)?;
            Some((std::cmp::Reverse(rank), name.build))
        }) else {
            continue;
        };
        let key = (rank, build);
        if best.as_ref().is_none_or(|(found, _)| key > *found) {
            best = Some((key, wheel));
        }
    }
    best.map(|(_, wheel)| wheel)
}
