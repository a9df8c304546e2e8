//! Where a package of a lock is: files, folders, repositories, with paths from the lock's folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::pylock::{
    ArchiveSource, DirectorySource, DistributionFile, PackageSource, VcsSource,
};
use tilsit_provider::{Pin, PinnedFile};
use url::Url;

use super::{Assembly, AssemblyError};

impl Assembly<'_> {
    pub(super) fn directory(&self, url: &str, folder: &Path) -> PackageSource {
        PackageSource::Directory(DirectorySource {
            path: self.relative(folder),
            editable: self.editables.contains(url).then_some(true),
            subdirectory: None,
        })
    }

    /// What stands at the URL of a requirement.
    pub(super) fn at_url(
        &self,
        pin: &Pin,
        url: &str,
        origin: &DirectUrl,
    ) -> Result<PackageSource, AssemblyError> {
        Ok(match &origin.origin {
            Origin::Directory { .. } => {
                let folder = local(&origin.url).unwrap_or_default();
                match self.directory(url, &folder) {
                    PackageSource::Directory(directory) => {
                        PackageSource::Directory(DirectorySource {
                            subdirectory: origin.subdirectory.clone(),
                            ..directory
                        })
                    }
                    other => other,
                }
            }
            Origin::Vcs {
                vcs,
                commit_id,
                requested_revision,
            } => {
                let path = local(&origin.url).map(|path| self.relative(&path));
                PackageSource::Vcs(VcsSource {
                    kind: vcs.clone(),
                    url: path.is_none().then(|| origin.url.clone()),
                    path,
                    requested_revision: requested_revision.clone(),
                    commit_id: commit_id.clone(),
                    subdirectory: origin.subdirectory.clone(),
                })
            }
            Origin::Archive { hashes } => {
                if hashes.is_empty() {
                    return Err(AssemblyError::NoHash {
                        name: pin.name.clone(),
                        file: pin.file.remote.name.to_string(),
                    });
                }
                let path = local(&origin.url).map(|path| self.relative(&path));
                PackageSource::Archive(ArchiveSource {
                    url: path.is_none().then(|| origin.url.clone()),
                    path,
                    size_bytes: pin.file.remote.size_bytes,
                    upload_time: None,
                    hashes: hashes.clone(),
                    subdirectory: origin.subdirectory.clone(),
                })
            }
        })
    }

    /// A file of an index, or of `find-links`.
    pub(super) fn file(
        &self,
        pin: &Pin,
        file: &PinnedFile,
    ) -> Result<DistributionFile, AssemblyError> {
        let remote = &file.remote;
        let hashes: BTreeMap<String, String> = match remote.hashes.sha256 {
            Some(sha256) => BTreeMap::from([("sha256".to_owned(), sha256.to_string())]),
            None => remote
                .hashes
                .iter()
                .map(|(algorithm, digest)| (algorithm.to_owned(), digest))
                .collect(),
        };
        if hashes.is_empty() {
            return Err(AssemblyError::NoHash {
                name: pin.name.clone(),
                file: remote.name.to_string(),
            });
        }
        let path = path_of(&remote.url).map(|path| self.relative(&path));
        let mut locked = DistributionFile {
            name: None,
            upload_time: file.remote.upload_time,
            url: path.is_none().then(|| remote.url.to_string()),
            path,
            size_bytes: remote.size_bytes,
            hashes,
        };
        if locked.file_name().as_deref() != Some(&*remote.name) {
            locked.name = Some(remote.name.to_string());
        }
        Ok(locked)
    }
}

fn local(url: &str) -> Option<PathBuf> {
    path_of(&Url::parse(url).ok()?)
}

/// The path of a `file:` URL.
fn path_of(url: &Url) -> Option<PathBuf> {
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// A path from a folder, with `/` and `..`; `.` for the folder itself, and the whole path where there
/// is no way from one to the other.
pub(crate) fn relative(path: &Path, from: &Path) -> String {
    let shared = path
        .components()
        .zip(from.components())
        .take_while(|(one, other)| one == other)
        .count();
    let is_root = |part: &Component<'_>| matches!(part, Component::RootDir | Component::Prefix(_));
    let rest: Vec<Component<'_>> = path.components().skip(shared).collect();
    if shared == 0 || rest.iter().any(is_root) {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = rest
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() {
        return ".".to_owned();
    }
    parts.join("/")
}
