//! From `[project]` to core metadata.

use super::{Person, Project, ProjectKey, ProjectLicense, ReadmeSource};
use crate::marker::Marker;
use crate::metadata::{CoreMetadata, MetadataVersion};
use crate::name::ExtraName;
use crate::requirement::Requirement;
use crate::version::Version;

/// What `[project]` only points to, read by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFiles {
    /// The version, if it is dynamic.
    pub version: Option<Version>,
    /// The text of the readme's file, if it is one.
    pub readme: Option<String>,
    /// The text of the license's file, if `license` is `{ file = … }`.
    pub license: Option<String>,
    /// The paths that `license-files` found, sorted, relative to pyproject.toml.
    pub license_files: Vec<String>,
}

/// Why there can be no core metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoreMetadataError {
    /// The version is dynamic and the build gave none.
    #[error("the project `{0}` has no version")]
    NoVersion(String),
    /// The text of a file that `[project]` names is not there.
    #[error("the text of `{path}`, which `project.{key}` names, is missing")]
    NoText {
        /// The key.
        key: ProjectKey,
        /// The file.
        path: String,
    },
}

impl Project {
    /// The core metadata of a release of this project.
    ///
    /// Its version is the lowest that has all its fields, but at least 2.2, so that the fields of
    /// an sdist count as static. `Dynamic` is left empty.
    ///
    /// # Errors
    /// [`CoreMetadataError`], if the version or the text of a file is missing.
    pub fn core_metadata(&self, files: ProjectFiles) -> Result<CoreMetadata, CoreMetadataError> {
        let version = self.version.clone().or(files.version);
        let version = version.ok_or_else(|| CoreMetadataError::NoVersion(self.name.clone()))?;
        let mut metadata =
            CoreMetadata::new(&self.name, version).expect("the name was checked when read");
        metadata.metadata_version = self.metadata_version(!files.license_files.is_empty());
        metadata.summary.clone_from(&self.description);
        if let Some(readme) = &self.readme {
            metadata.description = Some(match &readme.source {
                ReadmeSource::Text(text) => text.clone(),
                ReadmeSource::File(path) => given(ProjectKey::Readme, path, files.readme)?,
            });
            metadata.description_content_type = Some(readme.content_type.clone());
        }
        match &self.license {
            Some(ProjectLicense::Expression(expression)) => {
                metadata.license_expression = Some(expression.clone());
            }
            Some(ProjectLicense::Text(text)) => metadata.license = Some(text.clone()),
            Some(ProjectLicense::File(path)) => {
                metadata.license = Some(given(ProjectKey::License, path, files.license)?);
            }
            None => {}
        }
        metadata.license_files = files.license_files;
        metadata.requires_python.clone_from(&self.requires_python);
        metadata.author = names(&self.authors);
        metadata.author_email = addresses(&self.authors);
        metadata.maintainer = names(&self.maintainers);
        metadata.maintainer_email = addresses(&self.maintainers);
        metadata.keywords.clone_from(&self.keywords);
        metadata.classifiers.clone_from(&self.classifiers);
        metadata.project_urls.clone_from(&self.urls);
        metadata.requires_dist.clone_from(&self.dependencies);
        for (extra, requirements) in &self.optional_dependencies {
            metadata.provides_extra.push(extra.clone());
            let requirements = requirements.iter();
            metadata
                .requires_dist
                .extend(requirements.map(|requirement| of_extra(requirement, extra)));
        }
        metadata.import_names.clone_from(&self.import_names);
        metadata.import_namespaces = self.import_namespaces.clone().unwrap_or_default();
        Ok(metadata)
    }

    fn metadata_version(&self, has_license_files: bool) -> MetadataVersion {
        let minor = if self.import_names.is_some() || self.import_namespaces.is_some() {
            5
        } else if has_license_files || matches!(self.license, Some(ProjectLicense::Expression(_))) {
            4
        } else {
            2
        };
        MetadataVersion::new(2, minor)
    }
}

fn given(key: ProjectKey, path: &str, text: Option<String>) -> Result<String, CoreMetadataError> {
    text.ok_or_else(|| CoreMetadataError::NoText {
        key,
        path: path.to_owned(),
    })
}

/// The names of those who give no address.
fn names(people: &[Person]) -> Option<String> {
    let names: Vec<&str> = people
        .iter()
        .filter(|person| person.email.is_none())
        .filter_map(|person| person.name.as_deref())
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// `Name <address>`, or the address alone.
fn addresses(people: &[Person]) -> Option<String> {
    let addresses: Vec<String> = people
        .iter()
        .filter_map(|person| {
            let email = person.email.as_deref()?;
            Some(match person.name.as_deref() {
                Some(name) => format!("{} <{email}>", display_name(name)),
                None => email.to_owned(),
            })
        })
        .collect();
    (!addresses.is_empty()).then(|| addresses.join(", "))
}

/// A name in front of an address, quoted where RFC 5322 asks for it.
fn display_name(name: &str) -> String {
    if name.contains(|c| "[]\\()<>@,:;\".".contains(c)) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}

/// A requirement that holds only when the extra is asked for.
fn of_extra(requirement: &Requirement, extra: &ExtraName) -> Requirement {
    let marker: Marker = format!("extra == '{extra}'")
        .parse()
        .expect("the name of an extra has no quotes");
    Requirement {
        marker: requirement.marker.and(marker),
        ..requirement.clone()
    }
}
