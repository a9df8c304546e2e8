//! A lock, or a part of it, in the forms of other tools. All of it is made of the parts that
//! [`Lock::graph`](crate::Lock::graph) gives: packages, each with the marker of where it is wanted.

mod conda;
mod cyclonedx;
mod lines;
mod pylock;

use std::path::{Path, PathBuf};

use tilsit_packaging::pylock::{
    ArchiveSource, DirectorySource, DistributionFile, PackageSource, VcsSource,
};

pub use conda::environment_yml;
pub use cyclonedx::{Component, cyclonedx};
pub use lines::{LineOptions, constraints, requirements};
pub use pylock::pylock;

use crate::lock::relative;
use crate::sources::plain;

/// What of a lock cannot be said in another form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` of the lock cannot be exported: {reason}")]
pub struct ExportError {
    /// The package.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Where paths start: those in the lock, and those in what is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The folder of the lock.
    pub lock: &'a Path,
    /// The folder that the paths in the output start from.
    pub output: &'a Path,
}

impl Folders<'_> {
    /// A path of the lock, as the output names it: with `/`, and `.` for its own folder.
    fn path(&self, path: &str) -> String {
        relative(&plain(&self.lock.join(path)), self.output)
    }

    /// The same with `./` in front where nothing else tells it from a name.
    fn dotted(&self, path: &str) -> String {
        let path = self.path(path);
        if path.starts_with(['.', '/']) || PathBuf::from(&path).is_absolute() {
            path
        } else {
            format!("./{path}")
        }
    }

    /// The same source for a lock in the folder of the output.
    fn source(&self, source: &PackageSource) -> PackageSource {
        let moved = |path: &Option<String>| path.as_ref().map(|path| self.path(path));
        let file = |file: &DistributionFile| DistributionFile {
            path: moved(&file.path),
            ..file.clone()
        };
        match source {
            PackageSource::Directory(directory) => PackageSource::Directory(DirectorySource {
                path: self.path(&directory.path),
                ..directory.clone()
            }),
            PackageSource::Vcs(vcs) => PackageSource::Vcs(VcsSource {
                path: moved(&vcs.path),
                ..vcs.clone()
            }),
            PackageSource::Archive(archive) => PackageSource::Archive(ArchiveSource {
                path: moved(&archive.path),
                ..archive.clone()
            }),
            PackageSource::Distributions { sdist, wheels } => PackageSource::Distributions {
                sdist: sdist.as_ref().map(file),
                wheels: wheels.iter().map(file).collect(),
            },
        }
    }
}

/// `algorithm:digest` of each file of a source, sorted; none for folders and repositories.
pub(crate) fn hashes(source: &PackageSource) -> Vec<String> {
    let of = |hashes: &std::collections::BTreeMap<String, String>| -> Vec<String> {
        let hashes = hashes.iter();
        hashes
            .map(|(algorithm, digest)| format!("{algorithm}:{digest}"))
            .collect()
    };
    let mut all: Vec<String> = match source {
        PackageSource::Archive(archive) => of(&archive.hashes),
        PackageSource::Distributions { sdist, wheels } => {
            let files = sdist.iter().chain(wheels);
            files.flat_map(|file| of(&file.hashes)).collect()
        }
        PackageSource::Vcs(_) | PackageSource::Directory(_) => Vec::new(),
    };
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests;
