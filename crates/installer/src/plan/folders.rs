//! The folders that a plan makes: each once, parents first, from the paths in the manifests.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::Targets;
use crate::manifest::Manifest;

/// The folders to make, each once, parents first.
#[derive(Default)]
pub(super) struct Folders {
    pub(super) list: Vec<PathBuf>,
    known: FxHashSet<PathBuf>,
}

impl Folders {
    pub(super) fn add_wheel(&mut self, manifest: &Manifest, targets: &Targets) {
        // Files are sorted: those of one folder follow each other.
        let mut last = None;
        for file in &manifest.files {
            let inside = file.inside();
            let folder = inside.rsplit_once('/').map_or("", |(folder, _)| folder);
            if last == Some((file.scheme, folder)) {
                continue;
            }
            last = Some((file.scheme, folder));
            let target = targets.folder(file.scheme);
            self.add(target);
            for (end, _) in folder.match_indices('/') {
                self.add(&target.join(&folder[..end]));
            }
            if !folder.is_empty() {
                self.add(&target.join(folder));
            }
        }
        self.add(&targets.root);
    }

    pub(super) fn add(&mut self, folder: &Path) {
        if self.known.contains(folder) {
            return;
        }
        self.known.insert(folder.to_path_buf());
        self.list.push(folder.to_path_buf());
    }
}
