//! Core metadata: what a release says about itself in METADATA and PKG-INFO.
//!
//! Follows "Core metadata specifications" 1.0 to 2.6 (PEP 241, 314, 345, 566, 643, 685, 639, 794,
//! 808). Reads what is there in the world: only a file that does not say which release it is is an
//! error, everything else is a [`Problem`] beside the value; a file without problems is valid by
//! the rules of its own version. Writes deterministically.
//!
//! A resolver needs a few fields only, as texts that a cache can keep: `tilsit-index-client` reads
//! them (`SlimMetadata`).

mod content_type;
mod field;
mod import_name;
mod json;
mod metadata_version;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use self::content_type::{ContentTypeError, DescriptionContentType, Markup};
pub use self::field::{Field, UnknownField};
pub use self::import_name::{ImportName, ImportNameError};
pub use self::json::to_json;
pub use self::metadata_version::{MetadataVersion, MetadataVersionError};
use crate::license::LicenseExpression;
use crate::name::{ExtraName, NameError, ProjectName};
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::specifier::VersionSpecifiers;
use crate::version::Version;

/// The metadata of a release.
///
/// Fields that may be repeated are lists, in the order of the file; an absent field is `None` or
/// an empty list. Texts are trimmed and their continued lines joined by `\n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreMetadata {
    /// `Metadata-Version`
    pub metadata_version: MetadataVersion,
    name: String,
    project_name: ProjectName,
    /// `Version`
    pub version: Version,
    /// `Dynamic`: the fields whose value a build may change (2.2), or add to (2.6).
    pub dynamic: Vec<Field>,
    /// `Platform`
    pub platforms: Vec<String>,
    /// `Supported-Platform`
    pub supported_platforms: Vec<String>,
    /// `Summary`: one line.
    pub summary: Option<String>,
    /// `Description`, or the body of the file, as it is.
    pub description: Option<String>,
    /// `Description-Content-Type`
    pub description_content_type: Option<DescriptionContentType>,
    /// `Keywords`, split at commas.
    pub keywords: Vec<String>,
    /// `Home-page`
    pub home_page: Option<String>,
    /// `Download-URL`
    pub download_url: Option<String>,
    /// `Author`
    pub author: Option<String>,
    /// `Author-email`
    pub author_email: Option<String>,
    /// `Maintainer`
    pub maintainer: Option<String>,
    /// `Maintainer-email`
    pub maintainer_email: Option<String>,
    /// `License`: free text, deprecated.
    pub license: Option<String>,
    /// `License-Expression`
    pub license_expression: Option<LicenseExpression>,
    /// `License-File`: paths below `.dist-info/licenses`, or below the root of an sdist.
    pub license_files: Vec<String>,
    /// `Classifier`
    pub classifiers: Vec<String>,
    /// `Requires-Dist`
    pub requires_dist: Vec<Requirement>,
    /// `Requires-Python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `Requires-External`
    pub requires_external: Vec<String>,
    /// `Project-URL`: labels and URLs.
    pub project_urls: Vec<(String, String)>,
    /// `Provides-Extra`
    pub provides_extra: Vec<ExtraName>,
    /// `Provides-Dist`
    pub provides_dist: Vec<String>,
    /// `Obsoletes-Dist`
    pub obsoletes_dist: Vec<String>,
    /// `Import-Name`; an empty list is written as one empty field and says that nothing can be
    /// imported.
    pub import_names: Option<Vec<ImportName>>,
    /// `Import-Namespace`
    pub import_namespaces: Vec<ImportName>,
    /// `Requires`: modules, deprecated.
    pub requires: Vec<String>,
    /// `Provides`: modules, deprecated.
    pub provides: Vec<String>,
    /// `Obsoletes`: modules, deprecated.
    pub obsoletes: Vec<String>,
}

/// Why a file does not say which release it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// A field that every release must have is not there.
    #[error("the metadata has no `{field}`")]
    Missing {
        /// The field.
        field: Field,
    },
    /// A field that says which release it is stands several times.
    #[error("the metadata has `{field}` twice, on lines {first} and {second}")]
    Repeated {
        /// The field.
        field: Field,
        /// Counted from 1.
        first: usize,
        /// Counted from 1.
        second: usize,
    },
    /// A field that says which release it is has no valid value.
    #[error("metadata line {line}: `{field}` is not valid: {reason}")]
    Invalid {
        /// The field.
        field: Field,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The metadata has a major version that is not known here, so nothing in it can be trusted to
    /// mean what it did.
    #[error("metadata line {line}: version {version} is not supported (the newest is {newest})")]
    Unsupported {
        /// Counted from 1.
        line: usize,
        /// The version found.
        version: MetadataVersion,
        /// The newest version known here.
        newest: MetadataVersion,
    },
}

impl CoreMetadata {
    /// Metadata of the newest version with nothing but a name and a version.
    ///
    /// # Errors
    /// When `name` is not a valid project name.
    pub fn new(name: &str, version: Version) -> Result<CoreMetadata, NameError> {
        let project_name = ProjectName::new(name)?;
        Ok(CoreMetadata::of(
            MetadataVersion::NEWEST,
            name.to_owned(),
            project_name,
            version,
        ))
    }

    /// Reads METADATA or PKG-INFO.
    ///
    /// A field with an invalid value is left out (of a list only the invalid entry), one that is
    /// too new for the file's version is kept; both are told.
    ///
    /// # Errors
    /// [`MetadataError`], if the version of the metadata, the name or the version of the release is
    /// missing, repeated or invalid.
    ///
    /// ```
    /// use tilsit_packaging::metadata::CoreMetadata;
    /// let file = b"Metadata-Version: 2.1\nName: Flask\nVersion: 3.1.0\nRequires-Dist: click>=8.1\n";
    /// let (metadata, problems) = CoreMetadata::parse(file)?;
    /// assert_eq!(metadata.project_name().as_str(), "flask");
    /// assert_eq!(metadata.requires_dist.len(), 1);
    /// assert!(problems.is_empty());
    /// # Ok::<(), tilsit_packaging::metadata::MetadataError>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<(CoreMetadata, Vec<Problem>), MetadataError> {
        read::read(bytes)
    }

    /// The file's bytes: fields in a fixed order, UTF-8, `\n` line ends, the description as body.
    pub fn to_bytes(&self) -> Vec<u8> {
        write::write(self).into_bytes()
    }

    /// The name as the project spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The normalised name.
    pub fn project_name(&self) -> &ProjectName {
        &self.project_name
    }

    /// Whether a build may change the field, or add to it: always so before 2.2 in an sdist.
    pub fn is_dynamic(&self, field: Field) -> bool {
        self.dynamic.contains(&field)
    }

    fn of(
        metadata_version: MetadataVersion,
        name: String,
        project_name: ProjectName,
        version: Version,
    ) -> CoreMetadata {
        CoreMetadata {
            metadata_version,
            name,
            project_name,
            version,
            dynamic: Vec::new(),
            platforms: Vec::new(),
            supported_platforms: Vec::new(),
            summary: None,
            description: None,
            description_content_type: None,
            keywords: Vec::new(),
            home_page: None,
            download_url: None,
            author: None,
            author_email: None,
            maintainer: None,
            maintainer_email: None,
            license: None,
            license_expression: None,
            license_files: Vec::new(),
            classifiers: Vec::new(),
            requires_dist: Vec::new(),
            requires_python: None,
            requires_external: Vec::new(),
            project_urls: Vec::new(),
            provides_extra: Vec::new(),
            provides_dist: Vec::new(),
            obsoletes_dist: Vec::new(),
            import_names: None,
            import_namespaces: Vec::new(),
            requires: Vec::new(),
            provides: Vec::new(),
            obsoletes: Vec::new(),
        }
    }
}
