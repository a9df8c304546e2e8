//! Files of two wheels at one path.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_dist::wheel::Scheme;

use super::{Conflict, PlannedWheel};
use crate::manifest::ManifestFile;

/// Paths that two wheels put different files at. Marks the wheels that share a path with another.
pub(super) fn find(installs: &mut [PlannedWheel]) -> Vec<Conflict> {
    let (conflicts, shared) = {
        let mut search = Search::default();
        let files = installs.iter().map(|wheel| wheel.links.len()).sum();
        search.files.reserve(files);
        for (number, wheel) in installs.iter().enumerate() {
            search.look_at(number, wheel);
        }
        (search.conflicts, search.shared)
    };
    let name = |number: usize| installs[number].name.clone();
    let conflicts = conflicts
        .into_iter()
        .map(|(path, first, second)| Conflict {
            path,
            first: name(first),
            second: name(second),
        })
        .collect();
    for number in shared {
        installs[number].shares_paths = true;
    }
    conflicts
}

/// The number of the wheel that has a path, and what it puts there; none for what others do not
/// look at.
type Owner<'a> = (usize, Option<&'a [u8]>);

#[derive(Default)]
struct Search<'a> {
    /// Linked files, by their folder of the environment and the path inside: no path is built.
    files: FxHashMap<(&'a OsStr, &'a str), (usize, &'a ManifestFile)>,
    /// Programs of either kind, and other files that are made.
    made: FxHashMap<PathBuf, Owner<'a>>,
    /// The path, and the two wheels.
    conflicts: Vec<(PathBuf, usize, usize)>,
    /// The wheels of which another has a path too, be it the same file.
    shared: FxHashSet<usize>,
}

impl<'a> Search<'a> {
    fn look_at(&mut self, number: usize, wheel: &'a PlannedWheel) {
        for file in wheel.linked_files() {
            let target = wheel.targets.folder(file.scheme);
            let key = (target.as_os_str(), file.inside());
            if let Some((first, other)) = self.files.insert(key, (number, file)) {
                let differs = other.hash != file.hash;
                self.note(first, number, differs, || target.join(file.inside()));
            } else if file.scheme == Scheme::Scripts {
                self.claim(&target.join(file.inside()), (number, None));
            } else if file.scheme == Scheme::Data && wheel.targets.is_of_others(file.inside()) {
                self.shared.insert(number);
            }
        }
        for write in &wheel.writes {
            let owner = (number, Some(write.contents.as_slice()));
            self.claim(&write.destination, owner);
        }
    }

    fn claim(&mut self, path: &Path, owner: Owner<'a>) {
        if let Some((first, contents)) = self.made.insert(path.to_path_buf(), owner) {
            let differs = contents.is_none() || contents != owner.1;
            self.note(first, owner.0, differs, || path.to_path_buf());
        }
    }

    fn note(&mut self, first: usize, second: usize, differs: bool, path: impl FnOnce() -> PathBuf) {
        if first != second {
            self.shared.extend([first, second]);
        }
        if differs {
            self.conflicts.push((path(), first, second));
        }
    }
}
