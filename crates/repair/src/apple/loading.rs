//! Where the loader of macOS finds the libraries of a wheel's files.
//!
//! Follows dyld's manual ("Dynamic library loading"), within the wheel: `@loader_path` is the folder of
//! the file that needs a library, `@rpath` each of its run paths in turn, and after them those of the
//! files that load it. `@executable_path` is where the Python lies that runs, which is in no wheel.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_binaries::Machine;
use tilsit_dist::platform::apple::{AppleFile, ApplePart};

use crate::contents::{Need, Place};
use crate::search::below;

/// What starts the paths of libraries that are part of the system.
const SYSTEM: [&str; 2] = ["/usr/lib/", "/System/"];

/// How many places are looked at for all files of a wheel together. Real wheels take some thousand; one
/// whose files all need each other and have many run paths would take endless time.
const LOOKS_MAX: usize = 2_000_000;

/// A part that can be loaded, and where its file is below the folder of modules.
struct Image<'a> {
    path: &'a str,
    part: &'a ApplePart,
}

/// A folder that a run path names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Folder {
    Wheel(String),
    System,
}

/// What each loadable part needs, in order; `installed` says where each file is. Nothing when there is
/// too much to look at.
pub(super) fn needs(files: &[AppleFile], installed: &[String]) -> Option<Vec<Vec<Need>>> {
    let images = files.iter().zip(installed).flat_map(|(file, path)| {
        let parts = file.parts.iter().filter(|part| part.is_loadable);
        parts.map(move |part| Image { path, part })
    });
    let images: Vec<Image<'_>> = images.collect();
    let places = images.iter().enumerate();
    let mut loader = Loader {
        by_place: places
            .map(|(index, image)| ((image.part.machine, image.path), index))
            .collect(),
        folders: images.iter().map(run_path_folders).collect(),
        users: vec![BTreeSet::new(); images.len()],
        left: LOOKS_MAX,
        images,
    };
    let mut needs = loader.first_pass()?;
    // Each library that is found may bring the run paths of its users to others.
    while loader.next_pass(&mut needs)? {}
    Some(needs)
}

struct Loader<'a> {
    images: Vec<Image<'a>>,
    by_place: BTreeMap<(Machine, &'a str), usize>,
    /// The folders of each image's own run paths.
    folders: Vec<Vec<Folder>>,
    /// Which images load each image.
    users: Vec<BTreeSet<usize>>,
    left: usize,
}

impl Loader<'_> {
    fn count(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    /// What can be said of each image by itself.
    fn first_pass(&mut self) -> Option<Vec<Vec<Need>>> {
        let mut all = Vec::new();
        for index in 0..self.images.len() {
            let mut needs = Vec::new();
            for (library, is_weak) in &self.images[index].part.libraries {
                self.count()?;
                let path = match library.strip_prefix("@loader_path/") {
                    Some(rest) => below(folder_of(self.images[index].path), rest),
                    None => None,
                };
                let found = path.and_then(|path| self.find(index, &path));
                let place = if SYSTEM.iter().any(|start| library.starts_with(start)) {
                    Place::System
                } else {
                    Place::Outside
                };
                let mut need = Need {
                    library: library.clone(),
                    place,
                    path: None,
                    optional: *is_weak,
                };
                self.set(index, &mut need, found);
                needs.push(need);
            }
            all.push(needs);
        }
        Some(all)
    }

    /// Looks for what is still not found by the run paths of each image and its users; tells whether
    /// something was found.
    fn next_pass(&mut self, all: &mut [Vec<Need>]) -> Option<bool> {
        let mut is_changed = false;
        for (index, needs) in all.iter_mut().enumerate() {
            let is_open = |need: &&mut Need| {
                need.place == Place::Outside && need.library.starts_with("@rpath/")
            };
            let open: Vec<&mut Need> = needs.iter_mut().filter(is_open).collect();
            if open.is_empty() {
                continue;
            }
            let folders = self.folders_for(index)?;
            for need in open {
                let rest = need
                    .library
                    .strip_prefix("@rpath/")
                    .unwrap_or_default()
                    .to_owned();
                let mut found = None;
                for folder in &folders {
                    self.count()?;
                    if let Folder::Wheel(folder) = folder
                        && let Some(path) = below(folder, &rest)
                    {
                        found = found.or_else(|| self.find(index, &path));
                    }
                }
                if found.is_none() && folders.contains(&Folder::System) {
                    need.place = Place::System;
                }
                self.set(index, need, found);
                is_changed |= need.place != Place::Outside;
            }
        }
        Some(is_changed)
    }

    fn set(&mut self, index: usize, need: &mut Need, found: Option<usize>) {
        if let Some(found) = found {
            need.place = Place::Wheel;
            need.path = Some(self.images[found].path.to_owned());
            self.users[found].insert(index);
        }
    }

    /// The image at a path that one can load.
    fn find(&self, user: usize, path: &str) -> Option<usize> {
        let machine = self.images[user].part.machine;
        self.by_place.get(&(machine, path)).copied()
    }

    /// The folders of an image's run paths, and of those that load it, the nearest first.
    fn folders_for(&mut self, index: usize) -> Option<Vec<Folder>> {
        let (mut seen, mut queue) = (BTreeSet::from([index]), vec![index]);
        let (mut known, mut folders) = (BTreeSet::new(), Vec::new());
        let mut at = 0;
        while let Some(&image) = queue.get(at) {
            at += 1;
            let own = &self.folders[image];
            let users = &self.users[image];
            self.left = self.left.checked_sub(1 + own.len() + users.len())?;
            folders.extend(own.iter().filter(|folder| known.insert(*folder)).cloned());
            queue.extend(users.iter().filter(|user| seen.insert(**user)));
        }
        Some(folders)
    }
}

/// The folders that an image's run paths name which are in the wheel, or of the system.
fn run_path_folders(image: &Image<'_>) -> Vec<Folder> {
    let folders = image.part.run_paths.iter().filter_map(|path| {
        let with_end = format!("{path}/");
        if SYSTEM.iter().any(|start| with_end.starts_with(start)) {
            return Some(Folder::System);
        }
        let rest = with_end.strip_prefix("@loader_path/")?;
        below(folder_of(image.path), rest).map(Folder::Wheel)
    });
    folders.collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_wheel() {
        for (folder, rest, path) in [
            ("own", "libx.dylib", Some("own/libx.dylib")),
            (
                "own/sub",
                "../.dylibs//./libx.dylib",
                Some("own/.dylibs/libx.dylib"),
            ),
            ("", "libx.dylib", Some("libx.dylib")),
            ("own", "../../libx.dylib", None),
        ] {
            assert_eq!(below(folder, rest).as_deref(), path, "{folder} {rest}");
        }
    }
}
