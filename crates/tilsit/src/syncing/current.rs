//! Whether what a lock says is there already.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;
use url::Url;

use crate::requirements::Wanted;

/// The files that say what a folder is built to; as long as they are older than what is installed, a
/// folder that is used as it stands need not be built again.
const OF_BUILDS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// Whether a pin is there. A release of an index is known by its version, what is behind a URL by what
/// was noted of it.
pub(super) fn is_there(pin: &Pin, present: &[InstalledDistribution], wanted: &Wanted) -> bool {
    let mut named = present.iter().filter(|one| one.name == pin.name);
    let (Some(installed), None) = (named.next(), named.next()) else {
        return false;
    };
    let Ok(noted) = installed.direct_url() else {
        return false;
    };
    let is_version_known = pin.version != Version::from_release(&[0]);
    if is_version_known && installed.version != pin.version {
        return false;
    }
    match (pin.url.as_deref(), noted) {
        (None, None) => true,
        (Some(url), Some(noted)) => {
            is_same(url, &noted, pin, wanted.editables.contains(url), installed)
        }
        _ => false,
    }
}

fn is_same(
    url: &str,
    noted: &DirectUrl,
    pin: &Pin,
    is_editable: bool,
    installed: &InstalledDistribution,
) -> bool {
    match &noted.origin {
        Origin::Archive { hashes } => {
            let stated = pin.file.remote.hashes.iter();
            let mut stated = stated.map(|(algorithm, digest)| (algorithm, digest.to_string()));
            stated.any(|(algorithm, digest)| hashes.get(&*algorithm) == Some(&digest))
        }
        Origin::Vcs { vcs, commit_id, .. } => {
            let end = format!("@{commit_id}");
            let plain = url.split('#').next().unwrap_or(url);
            plain == format!("{vcs}+{}{end}", noted.url)
                && noted.subdirectory.as_deref() == subdirectory(url)
        }
        Origin::Directory { editable } => {
            // What was copied out of a folder may be older than the folder at any place in it.
            is_editable
                && *editable == Some(true)
                && folder(&noted.url).is_some_and(|noted| {
                    folder(url).as_ref() == Some(&noted) && is_older(&noted, installed)
                })
        }
    }
}

fn subdirectory(url: &str) -> Option<&str> {
    let (_, fragment) = url.split_once('#')?;
    let mut parts = fragment.split('&');
    parts.find_map(|part| part.strip_prefix("subdirectory="))
}

fn folder(url: &str) -> Option<PathBuf> {
    let mut url = Url::parse(url).ok()?;
    url.set_fragment(None);
    let path = url.to_file_path().ok()?;
    Some(path.components().collect())
}

/// Whether what says how a folder is built is older than what was installed of it.
fn is_older(folder: &Path, installed: &InstalledDistribution) -> bool {
    let modified =
        |path: &Path| -> Option<SystemTime> { tilsit_files::metadata(path).ok()?.modified().ok() };
    // It is written with each installation, and by nothing else.
    let Some(since) = modified(&installed.path.join("direct_url.json")) else {
        return false;
    };
    OF_BUILDS.iter().all(|name| {
        let changed = modified(&folder.join(name));
        changed.is_none_or(|changed| changed < since)
    })
}
