//! Files of two wheels at one path.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::{Conflict, PlannedWheel};
use crate::manifest::ManifestFile;

/// Paths that two wheels put different files at.
pub(super) fn find(installs: &[PlannedWheel]) -> Vec<Conflict> {
    let mut owners: FxHashMap<(&Path, &str), (&PlannedWheel, &ManifestFile)> = FxHashMap::default();
    owners.reserve(installs.iter().map(|wheel| wheel.links.len()).sum());
    let mut conflicts = Vec::new();
    for (number, wheel) in installs.iter().enumerate() {
        for file in wheel.linked_files() {
            let target = wheel.targets.folder(file.scheme);
            let other = owners.insert((target, file.inside()), (wheel, file));
            let other = other.filter(|(_, other)| other.hash != file.hash);
            conflicts.extend(other.map(|(first, _)| Conflict {
                path: target.join(file.inside()),
                first: first.name.clone(),
                second: wheel.name.clone(),
            }));
        }
        for write in &wheel.writes {
            let rivals = installs[..number].iter().flat_map(|other| {
                let same = other
                    .writes
                    .iter()
                    .filter(|theirs| theirs.destination == write.destination)
                    .filter(|theirs| theirs.contents != write.contents);
                same.map(|_| other.name.clone())
            });
            conflicts.extend(rivals.map(|first| Conflict {
                path: write.destination.clone(),
                first,
                second: wheel.name.clone(),
            }));
        }
    }
    conflicts
}
