//! Files of two wheels at one path.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use tilsit_dist::wheel::Scheme;

use super::{Conflict, PlannedWheel};
use crate::manifest::ManifestFile;

/// Paths that two wheels put different files at.
pub(super) fn find(installs: &[PlannedWheel]) -> Vec<Conflict> {
    let mut search = Search::default();
    let files = installs.iter().map(|wheel| wheel.links.len()).sum();
    search.files.reserve(files);
    for wheel in installs {
        search.look_at(wheel);
    }
    search.conflicts
}

/// The wheel that has a path, and what it puts there; none for what others do not look at.
type Owner<'a> = (&'a PlannedWheel, Option<&'a [u8]>);

#[derive(Default)]
struct Search<'a> {
    /// Linked files, by their folder of the environment and the path inside: no path is built.
    files: FxHashMap<(&'a OsStr, &'a str), (&'a PlannedWheel, &'a ManifestFile)>,
    /// Programs of either kind, and other files that are made.
    made: FxHashMap<PathBuf, Owner<'a>>,
    conflicts: Vec<Conflict>,
}

impl<'a> Search<'a> {
    fn look_at(&mut self, wheel: &'a PlannedWheel) {
        for file in wheel.linked_files() {
            let target = wheel.targets.folder(file.scheme);
            let key = (target.as_os_str(), file.inside());
            if let Some((first, other)) = self.files.insert(key, (wheel, file)) {
                let differs = other.hash != file.hash;
                self.note(first, wheel, differs, || target.join(file.inside()));
            } else if file.scheme == Scheme::Scripts {
                self.claim(&target.join(file.inside()), (wheel, None));
            }
        }
        for write in &wheel.writes {
            let owner = (wheel, Some(write.contents.as_slice()));
            self.claim(&write.destination, owner);
        }
    }

    fn claim(&mut self, path: &Path, owner: Owner<'a>) {
        if let Some((first, contents)) = self.made.insert(path.to_path_buf(), owner) {
            let differs = contents.is_none() || contents != owner.1;
            self.note(first, owner.0, differs, || path.to_path_buf());
        }
    }

    fn note(
        &mut self,
        first: &PlannedWheel,
        second: &PlannedWheel,
        differs: bool,
        path: impl FnOnce() -> PathBuf,
    ) {
        if differs {
            self.conflicts.push(Conflict {
                path: path(),
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
    }
}
