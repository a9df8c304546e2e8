//! The folders that a plan makes: each once, parents first, from the paths in the manifests.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::PlannedWheel;

/// The folders to make, each once, parents first.
#[derive(Default)]
pub(super) struct Folders {
    pub(super) list: Vec<PathBuf>,
    known: FxHashSet<PathBuf>,
}

impl Folders {
    pub(super) fn add_wheel(&mut self, wheel: &PlannedWheel) {
        // Files are sorted: those of one folder follow each other.
        let mut last = None;
        let own = wheel.manifest.files.iter();
        for file in own.chain(wheel.compiled_files()) {
            let inside = file.inside();
            let folder = inside.rsplit_once('/').map_or("", |(folder, _)| folder);
            if last == Some((file.scheme, folder)) || wheel.is_in_linked_folder(file) {
                continue;
            }
            last = Some((file.scheme, folder));
            let target = wheel.targets.folder(file.scheme);
            self.add(target);
            for (end, _) in folder.match_indices('/') {
                self.add(&target.join(&folder[..end]));
            }
            if !folder.is_empty() {
                self.add(&target.join(folder));
            }
        }
        self.add(&wheel.targets.root);
        for link in wheel.folder_links() {
            self.add_all(&wheel.targets.root, link.destination.parent());
        }
    }

    /// The folders between `top` and `folder`, which lies below it.
    pub(super) fn add_all(&mut self, top: &Path, folder: Option<&Path>) {
        let Some(folder) = folder.filter(|folder| folder.starts_with(top)) else {
            return;
        };
        if folder != top && !self.known.contains(folder) {
            self.add_all(top, folder.parent());
        }
        self.add(folder);
    }

    pub(super) fn add(&mut self, folder: &Path) {
        if self.known.contains(folder) {
            return;
        }
        self.known.insert(folder.to_path_buf());
        self.list.push(folder.to_path_buf());
    }
}
