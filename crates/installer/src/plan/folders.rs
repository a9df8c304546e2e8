//! The folders that a plan makes: each once, parents first, from the paths in the manifests.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::PlannedWheel;

/// The folders to make, each once, parents first.
#[derive(Default)]
pub(super) struct Folders {
    pub(super) list: Vec<PathBuf>,
    known: FxHashSet<OsString>,
}

impl Folders {
    pub(super) fn add_wheel(&mut self, wheel: &PlannedWheel) {
        // Files are sorted: those of one folder follow each other.
        let mut last = None;
        let own = wheel.manifest.files.iter();
        for file in own.chain(wheel.compiled_files()) {
            let folder = file.folder();
            if last == Some((file.scheme, folder)) || wheel.is_in_linked_folder(file) {
                continue;
            }
            let target = wheel.targets.folder(file.scheme);
            // What the folder before lies in is there already.
            let known = match last {
                Some((scheme, before)) if scheme == file.scheme => common(before, folder),
                _ => {
                    self.add(target);
                    0
                }
            };
            last = Some((file.scheme, folder));
            let ends = folder.match_indices('/').map(|(end, _)| end);
            for end in ends.chain([folder.len()]).filter(|end| *end > known) {
                self.add(&target.join(&folder[..end]));
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
        if folder != top && !self.known.contains(folder.as_os_str()) {
            self.add_all(top, folder.parent());
        }
        self.add(folder);
    }

    pub(super) fn add(&mut self, folder: &Path) {
        if self.known.contains(folder.as_os_str()) {
            return;
        }
        self.known.insert(folder.as_os_str().to_owned());
        self.list.push(folder.to_path_buf());
    }
}

/// How long the path is that both paths have in common, in whole parts.
fn common(first: &str, second: &str) -> usize {
    let ends = second.match_indices('/').map(|(end, _)| end);
    let all = ends.chain([second.len()]);
    let is_common = |end: &usize| {
        first
            .strip_prefix(&second[..*end])
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    all.take_while(is_common).last().unwrap_or(0)
}
