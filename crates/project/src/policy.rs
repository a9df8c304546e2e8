//! `[tool.tilsit.policy]`: what a project takes from elsewhere, and what it does not. A lock is held
//! against it when it is made, and again before anything of it is installed, wherever it came from.
//!
//! What is not known does not pass. Folders of the machine are the user's own: of the rules only
//! `forbidden` is about them.

mod read;
mod violation;

pub use violation::Violation;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SpanFieldwise, Timestamp};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::license::{License, LicenseExpression, StatedLicense};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::{NamePattern, ProjectName};
use tilsit_packaging::pylock::{
    DistributionFile, Package, PackageSource, Selected, SelectedSource,
};
use tilsit_packaging::specifier::VersionSpecifiers;

/// The rules of a project; none of them where nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// `minimum-age`
    pub minimum_age: Option<MinimumAge>,
    /// `no-sdists`: nothing is built of what comes from elsewhere, but of these projects.
    pub no_sdists: Option<BTreeSet<ProjectName>>,
    /// `indexes`: which projects come from which indexes alone, the most exact pattern first.
    pub indexes: Vec<IndexRule>,
    /// `forbidden`
    pub forbidden: Vec<Forbidden>,
    /// `licenses`
    pub licenses: Option<LicenseRule>,
}

/// How long a file must have been there.
#[derive(Clone, Debug, PartialEq)]
pub struct MinimumAge {
    /// As it is written.
    pub text: String,
    age: SpanFieldwise,
    /// The projects that it is not for.
    pub except: BTreeSet<ProjectName>,
}

/// Projects that come from these indexes alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRule {
    /// Their names.
    pub names: NamePattern,
    /// The indexes: names, URLs, or `default`.
    pub allowed: Vec<String>,
}

/// Releases that may not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forbidden {
    /// Of these projects.
    pub names: NamePattern,
    /// These versions.
    pub versions: VersionSpecifiers,
    /// Why.
    pub reason: Option<String>,
}

/// The licences that are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseRule {
    /// These.
    pub allowed: Vec<LicenseExpression>,
    /// The projects that it is not for.
    pub except: BTreeSet<ProjectName>,
}

impl MinimumAge {
    /// The moment from which on files are too new.
    pub fn cut_off(&self, now: Timestamp) -> Timestamp {
        let then = now.to_zoned(TimeZone::UTC).checked_sub(self.age.0);
        // Nothing is as old as what is older than time.
        then.map_or(Timestamp::MIN, |then| then.timestamp())
    }
}

impl Forbidden {
    /// Why a release is forbidden, as the rest of "`a` 1.0 …".
    pub fn words(&self) -> String {
        let reason = self.reason.as_ref();
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        format!("may not be taken, as the policy of the project says{reason}")
    }
}

impl LicenseRule {
    /// Whether one licence is among those that are taken.
    fn accepts(&self, license: &License) -> bool {
        self.allowed.iter().any(|allowed| {
            let licenses = allowed.licenses();
            let [one] = licenses.as_slice() else {
                return false;
            };
            // An exception allows more than the licence, and who may take a later version may take
            // this one.
            one.id == license.id && (one.exception.is_none() || one.exception == license.exception)
        })
    }
}

impl Policy {
    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Holds what is selected of a lock against all rules but that of licences. `comes_from_allowed` is
    /// asked whether an index is among those that a rule names.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(
        &self,
        selected: &Selected<'_>,
        now: Timestamp,
        comes_from_allowed: &dyn Fn(&IndexRule, &str) -> bool,
    ) -> Result<(), Violation> {
        let package = selected.package;
        self.check_name(package)?;
        if matches!(selected.source, SelectedSource::Directory(_)) {
            return Ok(());
        }
        self.check_source(package, &selected.source)?;
        self.check_index(package, comes_from_allowed)?;
        let (uploaded, file) = match selected.source {
            SelectedSource::Wheel(file) | SelectedSource::Sdist(file) => {
                (file.upload_time, file.file_name().unwrap_or_default())
            }
            SelectedSource::Archive(archive) => {
                let place = archive.url.as_ref().or(archive.path.as_ref());
                (archive.upload_time, place.cloned().unwrap_or_default())
            }
            SelectedSource::Vcs(_) | SelectedSource::Directory(_) => {
                (None, "its commit".to_owned())
            }
        };
        self.check_age(package, uploaded, &file, now)
    }

    /// Holds every file of a package against the rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_all(
        &self,
        package: &Package,
        now: Timestamp,
        comes_from_allowed: &dyn Fn(&IndexRule, &str) -> bool,
    ) -> Result<(), Violation> {
        for source in sources(package) {
            let selected = Selected { package, source };
            self.check(&selected, now, comes_from_allowed)?;
        }
        Ok(())
    }

    /// Holds the licence that metadata states against the rule.
    ///
    /// # Errors
    /// When it is none of those that are taken, or not known.
    pub fn check_license(&self, metadata: &CoreMetadata) -> Result<(), Violation> {
        let stated = StatedLicense::of(metadata);
        self.check_stated(
            metadata.project_name(),
            &metadata.version.to_string(),
            &stated,
        )
    }

    /// The same for a licence that was read before.
    ///
    /// # Errors
    /// When it is none of those that are taken, or not known.
    pub fn check_stated(
        &self,
        name: &ProjectName,
        version: &str,
        stated: &StatedLicense,
    ) -> Result<(), Violation> {
        let Some(rule) = &self.licenses else {
            return Ok(());
        };
        let is_whole = match stated {
            StatedLicense::Expression(expression) => rule.allowed.contains(expression),
            _ => false,
        };
        if is_whole
            || rule.except.contains(name)
            || stated.is_satisfied_by(&mut |license| rule.accepts(license))
        {
            return Ok(());
        }
        let (name, version) = (name.clone(), version.to_owned());
        Err(match stated {
            StatedLicense::Nothing => Violation::NoLicense { name, version },
            StatedLicense::Unclear(words) => Violation::UnclearLicense {
                name,
                version,
                words: words.clone(),
            },
            stated => Violation::License {
                name,
                version,
                license: stated.words(),
            },
        })
    }

    /// The rule about the indexes of a project, if there is one.
    pub fn index_rule(&self, name: &ProjectName) -> Option<&IndexRule> {
        self.indexes.iter().find(|rule| rule.names.matches(name))
    }

    /// What it leaves out of a resolution, in words.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(age) = &self.minimum_age {
            words.push(format!("`minimum-age` ({})", age.text));
        }
        let rules = [
            (self.no_sdists.is_some(), "no-sdists"),
            (!self.indexes.is_empty(), "indexes"),
            (!self.forbidden.is_empty(), "forbidden"),
        ];
        let rules = rules.iter().filter(|(is_there, _)| *is_there);
        words.extend(rules.map(|(_, key)| format!("`{key}`")));
        words
    }

    fn check_name(&self, package: &Package) -> Result<(), Violation> {
        let is_meant = |one: &&Forbidden| {
            let version = package.version.as_ref();
            // Of what nobody knows the version, it may be one of them.
            let includes = |version| one.versions.contains(version);
            one.names.matches(&package.name) && version.is_none_or(includes)
        };
        match self.forbidden.iter().find(is_meant) {
            None => Ok(()),
            Some(one) => Err(Violation::Forbidden {
                name: package.name.clone(),
                version: version_of(package),
                reason: one.reason.clone(),
            }),
        }
    }

    fn check_source(
        &self,
        package: &Package,
        source: &SelectedSource<'_>,
    ) -> Result<(), Violation> {
        let Some(except) = &self.no_sdists else {
            return Ok(());
        };
        let what = match source {
            SelectedSource::Wheel(_) | SelectedSource::Directory(_) => return Ok(()),
            SelectedSource::Sdist(file) => file.file_name().unwrap_or_default(),
            SelectedSource::Vcs(_) => "a repository".to_owned(),
            SelectedSource::Archive(archive) => {
                let place = archive.url.as_ref().or(archive.path.as_ref());
                let place = place.cloned().unwrap_or_default();
                let name = place.split(['?', '#']).next().unwrap_or_default();
                let name = name.rsplit('/').next().unwrap_or_default();
                if name.parse::<WheelFileName>().is_ok() {
                    return Ok(());
                }
                place
            }
        };
        if except.contains(&package.name) {
            return Ok(());
        }
        Err(Violation::Sdist {
            name: package.name.clone(),
            version: version_of(package),
            what,
        })
    }

    fn check_index(
        &self,
        package: &Package,
        comes_from_allowed: &dyn Fn(&IndexRule, &str) -> bool,
    ) -> Result<(), Violation> {
        let Some(rule) = self.index_rule(&package.name) else {
            return Ok(());
        };
        let is_of_index = matches!(package.source, PackageSource::Distributions { .. });
        let index = package.index.as_deref().filter(|_| is_of_index);
        if index.is_some_and(|index| comes_from_allowed(rule, index)) {
            return Ok(());
        }
        Err(Violation::Index {
            name: package.name.clone(),
            version: version_of(package),
            found: index.map_or_else(|| "no index".to_owned(), |index| format!("`{index}`")),
            pattern: rule.names.clone(),
            allowed: rule.allowed.join("`, `"),
        })
    }

    fn check_age(
        &self,
        package: &Package,
        uploaded: Option<Timestamp>,
        file: &str,
        now: Timestamp,
    ) -> Result<(), Violation> {
        let Some(rule) = &self.minimum_age else {
            return Ok(());
        };
        if rule.except.contains(&package.name) {
            return Ok(());
        }
        let (name, version, file) = (package.name.clone(), version_of(package), file.to_owned());
        match uploaded {
            Some(uploaded) if uploaded < rule.cut_off(now) => Ok(()),
            Some(uploaded) => Err(Violation::TooNew {
                name,
                version,
                file,
                uploaded,
                age: rule.text.clone(),
            }),
            None => Err(Violation::NoUploadTime {
                name,
                version,
                file,
            }),
        }
    }
}

/// The version, with a space in front; nothing where it is not known.
fn version_of(package: &Package) -> String {
    let version = package.version.as_ref();
    version.map_or_else(String::new, |version| format!(" {version}"))
}

/// Everything that a package may be installed from.
fn sources(package: &Package) -> Vec<SelectedSource<'_>> {
    match &package.source {
        PackageSource::Vcs(vcs) => vec![SelectedSource::Vcs(vcs)],
        PackageSource::Directory(directory) => vec![SelectedSource::Directory(directory)],
        PackageSource::Archive(archive) => vec![SelectedSource::Archive(archive)],
        PackageSource::Distributions { sdist, wheels } => {
            let sdist = sdist.iter().map(SelectedSource::Sdist);
            let wheels: Vec<&DistributionFile> = wheels.iter().collect();
            sdist
                .chain(wheels.into_iter().map(SelectedSource::Wheel))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests;
