//! From what is selected of a lock to pins, which are built and installed as those of a resolution.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use tilsit_index_client::{IndexUrl, RemoteFile};
use tilsit_packaging::file_name::{SdistFileName, WheelFileName};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{
    ArchiveSource, DistributionFile, Selected, SelectedSource, VcsSource,
};
use tilsit_packaging::version::Version;
use tilsit_provider::{Pin, PinnedFile};
use tilsit_simple_api::{CoreMetadataFile, Hashes};
use url::Url;

use crate::sources::plain;
use crate::workspace::folder_url;

/// Why a package of a lock cannot be installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` of the lock cannot be installed: {reason}")]
pub struct PinError {
    /// The package.
    pub name: ProjectName,
    /// Why.
    pub reason: String,
}

/// The pins of what is selected; `folder` is that of the lock, from which its paths start. A version
/// that the lock does not say is `0`: who installs it finds it out.
///
/// # Errors
/// When a URL, path or hash of the lock cannot be used.
pub fn pins(selected: &[Selected<'_>], folder: &Path) -> Result<Vec<Pin>, PinError> {
    let pins = selected.iter().map(|one| pin(one, folder));
    pins.collect()
}

fn pin(selected: &Selected<'_>, folder: &Path) -> Result<Pin, PinError> {
    let package = selected.package;
    let wrong = |reason: String| PinError {
        name: package.name.clone(),
        reason,
    };
    let (url, file) = match selected.source {
        SelectedSource::Wheel(file) => (None, distribution(file, true, folder).map_err(wrong)?),
        SelectedSource::Sdist(file) => (None, distribution(file, false, folder).map_err(wrong)?),
        SelectedSource::Directory(directory) => {
            let path = plain(&folder.join(&directory.path));
            let url = with_subdirectory(folder_url(&path), directory.subdirectory.as_deref());
            let file = source_at(&package.name, &url).map_err(wrong)?;
            (Some(url), file)
        }
        SelectedSource::Vcs(vcs) => {
            let url = repository(vcs, folder).map_err(wrong)?;
            let file = source_at(&package.name, &url).map_err(wrong)?;
            (Some(url), file)
        }
        SelectedSource::Archive(archive) => {
            let url = archive_url(archive, folder).map_err(wrong)?;
            let parsed = Url::parse(&url).map_err(|error| wrong(error.to_string()))?;
            let (mut remote, _) =
                RemoteFile::of_url(parsed).map_err(|error| wrong(error.to_string()))?;
            remote.hashes = hashes(&archive.hashes).map_err(wrong)?;
            remote.size_bytes = archive.size_bytes;
            let is_wheel = remote.name.parse::<WheelFileName>().is_ok();
            (Some(url), pinned(remote, is_wheel))
        }
    };
    let version = match &package.version {
        Some(version) => version.clone(),
        None => version_of(&file.remote.name).unwrap_or_else(|| Version::from_release(&[0])),
    };
    let index = package.index.as_deref();
    let index: Option<Result<IndexUrl, _>> = index.map(str::parse);
    let index = index.transpose();
    let index = index.map_err(|error| wrong(format!("its index: {error}")))?;
    let stated = file.remote.hashes.iter();
    Ok(Pin {
        name: package.name.clone(),
        version,
        url: url.map(Arc::from),
        marker: Marker::TRUE,
        extras: BTreeSet::new(),
        required_by: Vec::new(),
        requires: Vec::new(),
        dependencies: Vec::new(),
        hashes: stated
            .map(|(algorithm, digest)| format!("{algorithm}:{digest}"))
            .collect(),
        file,
        files: Vec::new(),
        index,
    })
}

fn distribution(
    file: &DistributionFile,
    is_wheel: bool,
    folder: &Path,
) -> Result<PinnedFile, String> {
    let name = file.file_name().ok_or("a file of it has no name")?;
    let url = match (&file.url, &file.path) {
        (Some(url), _) => Url::parse(url).map_err(|error| format!("the URL `{url}`: {error}"))?,
        (None, Some(path)) => local(folder, path)?,
        (None, None) => return Err("a file of it has neither `url` nor `path`".to_owned()),
    };
    let is_plain = !name.contains(['/', '\\']) && !name.starts_with('.');
    if !is_plain {
        return Err(format!("`{name}` is no name of a file"));
    }
    Ok(pinned(
        RemoteFile {
            name: name.into(),
            url,
            hashes: hashes(&file.hashes)?,
            size_bytes: file.size_bytes,
            core_metadata: CoreMetadataFile::No,
            upload_time: file.upload_time,
        },
        is_wheel,
    ))
}

fn pinned(remote: RemoteFile, is_wheel: bool) -> PinnedFile {
    PinnedFile {
        remote,
        is_wheel,
        requires_python: None,
    }
}

/// What has to be built, and is no file that can be fetched.
fn source_at(name: &ProjectName, url: &str) -> Result<PinnedFile, String> {
    let mut url = Url::parse(url).map_err(|error| format!("the URL `{url}`: {error}"))?;
    url.set_fragment(None);
    Ok(pinned(
        RemoteFile {
            name: name.as_str().into(),
            url,
            hashes: Hashes::default(),
            size_bytes: None,
            core_metadata: CoreMetadataFile::No,
            upload_time: None,
        },
        false,
    ))
}

fn hashes(stated: &BTreeMap<String, String>) -> Result<Hashes, String> {
    let mut hashes = Hashes::default();
    for (algorithm, digest) in stated {
        let added = hashes.add(algorithm, digest);
        added.map_err(|error| format!("a hash of it: {error}"))?;
    }
    // Weaker ones let somebody make another file with the same hash.
    let is_strong = |algorithm: &str| {
        [
            "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b",
        ]
        .contains(&algorithm)
    };
    if stated.keys().any(|algorithm| is_strong(algorithm)) {
        Ok(hashes)
    } else {
        Err("none of its hashes is strong enough to trust a file by".to_owned())
    }
}

fn local(folder: &Path, path: &str) -> Result<Url, String> {
    let path = plain(&folder.join(path));
    Url::from_file_path(&path).map_err(|()| format!("`{}` is no path", path.display()))
}

pub(crate) fn archive_url(archive: &ArchiveSource, folder: &Path) -> Result<String, String> {
    let plain = match (&archive.url, &archive.path) {
        (Some(url), _) => url.clone(),
        (None, Some(path)) => local(folder, path)?.to_string(),
        (None, None) => return Err("it has neither `url` nor `path`".to_owned()),
    };
    let plain = plain.split('#').next().unwrap_or_default();
    let strong = ["sha256", "sha512", "sha384"];
    let mut strong = strong
        .iter()
        .filter_map(|name| Some((name, archive.hashes.get(*name)?)));
    let mut url = plain.to_owned();
    if let Some((algorithm, digest)) = strong.next() {
        url = format!("{url}#{algorithm}={digest}");
    }
    Ok(with_subdirectory(url, archive.subdirectory.as_deref()))
}

pub(crate) fn repository(vcs: &VcsSource, folder: &Path) -> Result<String, String> {
    if !["git", "hg", "svn", "bzr"].contains(&vcs.kind.as_str()) {
        return Err(format!(
            "`{}` is no kind of repository that is known",
            vcs.kind
        ));
    }
    let is_commit = vcs
        .commit_id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric());
    if !is_commit || vcs.commit_id.is_empty() {
        return Err(format!("`{}` is no commit", vcs.commit_id));
    }
    let place = match (&vcs.url, &vcs.path) {
        (Some(url), _) => url.clone(),
        (None, Some(path)) => local(folder, path)?.to_string(),
        (None, None) => return Err("its repository has neither `url` nor `path`".to_owned()),
    };
    let place = place.trim_start_matches("git+");
    let url = format!("{}+{place}@{}", vcs.kind, vcs.commit_id);
    Ok(with_subdirectory(url, vcs.subdirectory.as_deref()))
}

fn with_subdirectory(url: String, subdirectory: Option<&str>) -> String {
    match subdirectory {
        None => url,
        Some(folder) if url.contains('#') => format!("{url}&subdirectory={folder}"),
        Some(folder) => format!("{url}#subdirectory={folder}"),
    }
}

fn version_of(file: &str) -> Option<Version> {
    let wheel = file.parse::<WheelFileName>().map(|name| name.version);
    let sdist = || file.parse::<SdistFileName>().map(|name| name.version);
    wheel.ok().or_else(|| sdist().ok())
}
