//! What a lock file says about one package.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::marker::Marker;
use crate::name::ProjectName;
use crate::specifier::VersionSpecifiers;
use crate::version::Version;

/// One of `packages`.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// `name`
    pub name: ProjectName,
    /// `version`: absent where a source tree does not know it beforehand.
    pub version: Option<Version>,
    /// `marker`: always true if absent.
    pub marker: Marker,
    /// `requires-python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `dependencies`: tables that each pick out another package; information only.
    pub dependencies: Vec<toml::Table>,
    /// `vcs`, `directory`, `archive`, or `sdist` and `wheels`.
    pub source: PackageSource,
    /// `index`: the base URL of the index of `sdist` and `wheels`.
    pub index: Option<String>,
    /// `attestation-identities`
    pub attestation_identities: Vec<AttestationIdentity>,
    /// `tool`, as it is.
    pub tool: toml::Table,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum PackageSource {
    /// `vcs`
    Vcs(VcsSource),
    /// `directory`
    Directory(DirectorySource),
    /// `archive`
    Archive(ArchiveSource),
    /// `sdist` and `wheels`, at least one of them.
    Distributions {
        /// `sdist`
        sdist: Option<DistributionFile>,
        /// `wheels`
        wheels: Vec<DistributionFile>,
    },
}

/// `vcs`: a commit in a repository. At least one of `url` and `path` is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VcsSource {
    /// `type`: `git`, `hg` or another.
    pub kind: String,
    /// `url`
    pub url: Option<String>,
    /// `path`, relative to the lock file.
    pub path: Option<String>,
    /// `requested-revision`
    pub requested_revision: Option<String>,
    /// `commit-id`
    pub commit_id: String,
    /// `subdirectory`
    pub subdirectory: Option<String>,
}

/// `directory`: a source tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectorySource {
    /// `path`, relative to the lock file.
    pub path: String,
    /// `editable`
    pub editable: Option<bool>,
    /// `subdirectory`
    pub subdirectory: Option<String>,
}

/// `archive`: a file that is no distribution of an index. At least one of `url` and `path` is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSource {
    /// `url`
    pub url: Option<String>,
    /// `path`, relative to the lock file.
    pub path: Option<String>,
    /// `size` in bytes.
    pub size_bytes: Option<u64>,
    /// `upload-time`
    pub upload_time: Option<Timestamp>,
    /// `hashes`: hex digests by algorithm, at least one.
    pub hashes: BTreeMap<String, String>,
    /// `subdirectory`
    pub subdirectory: Option<String>,
}

/// `sdist`, or one of `wheels`. At least one of `url` and `path` is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionFile {
    /// `name`: the file's name, if it is not the last part of `path` or `url`.
    pub name: Option<String>,
    /// `upload-time`
    pub upload_time: Option<Timestamp>,
    /// `url`
    pub url: Option<String>,
    /// `path`, relative to the lock file.
    pub path: Option<String>,
    /// `size` in bytes.
    pub size_bytes: Option<u64>,
    /// `hashes`: hex digests by algorithm, at least one.
    pub hashes: BTreeMap<String, String>,
}

/// One of `attestation-identities`: a publisher that the file was attested by.
#[derive(Clone, Debug, PartialEq)]
pub struct AttestationIdentity {
    /// `kind`
    pub kind: String,
    /// The other keys.
    pub claims: toml::Table,
}

impl DistributionFile {
    /// The file's name: as given, or the last part of `path`, or else of `url`, percent-decoded.
    pub fn file_name(&self) -> Option<String> {
        if let Some(name) = self.name.as_ref().filter(|name| !name.is_empty()) {
            return Some(name.clone());
        }
        if let Some(path) = self.path.as_ref().filter(|path| !path.is_empty()) {
            let separator = if path.contains('/') { '/' } else { '\\' };
            let (_, last) = path.rsplit_once(separator).unwrap_or(("", path));
            return (!last.is_empty()).then(|| last.to_owned());
        }
        let url = self.url.as_deref()?;
        let url = &url[..url.find(['?', '#']).unwrap_or(url.len())];
        let path = match url.split_once("://") {
            Some((_, rest)) => &rest[rest.find('/').unwrap_or(rest.len())..],
            None => url,
        };
        let (_, last) = path.rsplit_once('/').unwrap_or(("", path));
        let name = percent_decode_str(last).decode_utf8().ok()?;
        (!name.is_empty()).then(|| name.into_owned())
    }
}
