//! Where libraries are looked for: in the wheel itself, and on the system.
//!
//! Follows ld.so(8) and musl's loader: run paths, the folders of `LD_LIBRARY_PATH`, those of
//! `/etc/ld.so.conf` (or `/etc/ld-musl-*.path`), and the usual ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use tilsit_elf::Platform;

use crate::facts::{Facts, is_compatible};
use crate::policy::Libc;

/// How deep configuration files of the loader include others.
const INCLUDE_DEPTH_MAX: usize = 8;
/// The largest file of the system that is taken for a library.
const LIBRARY_MAX_BYTES: u64 = 8 << 30;

/// Where to look for libraries besides the wheel and run paths.
#[derive(Clone, Debug, Default)]
pub struct LibrarySearch {
    /// Folders before the system's own (`LD_LIBRARY_PATH`).
    pub first: Vec<PathBuf>,
    /// Folders in the place of the system's own.
    pub instead: Option<Vec<PathBuf>>,
}

/// How many libraries are looked at for all files of a wheel together. Real ones take some thousand; a
/// wheel whose files all need each other would take endless time.
const LOOKS_MAX: usize = 250_000;

/// A folder to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    /// In the wheel.
    Wheel(String),
    /// On the system.
    System(PathBuf),
}

/// Where a library was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// In the wheel, at this path.
    Wheel(String),
    /// On the system: the file that all links lead to.
    System(PathBuf),
}

/// The files of a wheel and of the system, each read once.
pub(crate) struct Searcher<'a> {
    /// The ELF files of the wheel, by path.
    pub(crate) wheel: &'a BTreeMap<String, Facts>,
    wheel_folders: &'a BTreeSet<String>,
    search: &'a LibrarySearch,
    /// What was read of the system; none is a file that is no library.
    system: BTreeMap<PathBuf, Option<Facts>>,
    configured: BTreeMap<Libc, Vec<PathBuf>>,
    /// How many libraries may still be looked at.
    left: usize,
}

impl<'a> Searcher<'a> {
    pub(crate) fn of(
        wheel: &'a BTreeMap<String, Facts>,
        wheel_folders: &'a BTreeSet<String>,
        search: &'a LibrarySearch,
    ) -> Self {
        Self {
            wheel,
            wheel_folders,
            search,
            system: BTreeMap::new(),
            configured: BTreeMap::new(),
            left: LOOKS_MAX,
        }
    }

    /// Counts a library that is looked at; false when there were too many.
    pub(crate) fn count(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    /// The file at a place that was found.
    pub(crate) fn facts(&self, place: &Found) -> Option<&Facts> {
        match place {
            Found::Wheel(path) => self.wheel.get(path),
            Found::System(path) => self.system.get(path)?.as_ref(),
        }
    }

    /// The folders that a run path names which are there. `place` is the file whose path it is.
    pub(crate) fn run_path(&self, path: &str, place: &Found) -> Vec<Folder> {
        let entries = path.split(':').filter(|entry| !entry.is_empty());
        let mut folders = Vec::new();
        for entry in entries {
            let folder = match place {
                _ if !entry.contains("$ORIGIN") && !entry.contains("${ORIGIN}") => {
                    Some(Folder::System(normal(&Path::new("/").join(entry))))
                }
                Found::Wheel(file) => in_wheel(entry, file).map(Folder::Wheel),
                Found::System(file) => {
                    let origin = file.parent().unwrap_or(Path::new("/"));
                    let entry = expand(entry, &origin.to_string_lossy());
                    Some(Folder::System(normal(Path::new(&entry))))
                }
            };
            let is_there = |folder: &Folder| match folder {
                Folder::Wheel(path) => self.wheel_folders.contains(path),
                Folder::System(path) => path.is_dir(),
            };
            folders.extend(folder.filter(|folder| is_there(folder) && !folders.contains(folder)));
        }
        folders
    }

    /// The folders of the environment.
    pub(crate) fn first(&self) -> Vec<Folder> {
        let folders = self.search.first.iter().filter(|path| path.is_dir());
        folders.map(|path| Folder::System(normal(path))).collect()
    }

    /// The folders of the system's configuration.
    pub(crate) fn configured(&mut self, libc: Option<Libc>) -> Vec<Folder> {
        let folders = match &self.search.instead {
            Some(folders) => folders,
            None => self
                .configured
                .entry(libc.unwrap_or(Libc::Glibc))
                .or_insert_with_key(|libc| match libc {
                    Libc::Musl => musl_folders(Path::new("/etc")),
                    Libc::Glibc => glibc_folders(Path::new("/etc/ld.so.conf")),
                }),
        };
        folders.iter().cloned().map(Folder::System).collect()
    }

    /// Looks for a library that `user` can load.
    pub(crate) fn find(&mut self, user: Platform, name: &str, folders: &[Folder]) -> Option<Found> {
        for folder in folders {
            let found = match folder {
                Folder::Wheel(folder) if folder.is_empty() => Found::Wheel(name.to_owned()),
                Folder::Wheel(folder) => Found::Wheel(format!("{folder}/{name}")),
                Folder::System(folder) => {
                    let path = follow(&folder.join(name));
                    self.read(&path);
                    Found::System(path)
                }
            };
            let facts = self.facts(&found);
            if facts.is_some_and(|facts| is_compatible(user, facts.platform)) {
                return Some(found);
            }
        }
        None
    }

    /// Reads a library of the system, once. What cannot be read is no library that could be used.
    fn read(&mut self, path: &Path) {
        if self.system.contains_key(path) {
            return;
        }
        let is_file = |size: &u64| *size <= LIBRARY_MAX_BYTES;
        let size = path.metadata().ok().filter(std::fs::Metadata::is_file);
        let size = size.map(|metadata| metadata.len()).filter(is_file);
        let file = size.and_then(|_| tilsit_files::read(path).ok());
        let facts = file.and_then(|file| Facts::read("", &file, &BTreeSet::new()).ok());
        self.system.insert(path.to_path_buf(), facts);
    }
}

fn expand(entry: &str, origin: &str) -> String {
    entry
        .replace("$ORIGIN", origin)
        .replace("${ORIGIN}", origin)
}

/// The folder of the wheel that a run path leads to, where it stays inside.
pub(crate) fn in_wheel(entry: &str, file: &str) -> Option<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    // An origin that is not at the start leads nowhere.
    let rest = entry
        .strip_prefix("$ORIGIN")
        .or_else(|| entry.strip_prefix("${ORIGIN}"))?;
    below(folder, rest)
}

/// The path that one below a folder of the wheel leads to, where it stays inside.
pub(crate) fn below(folder: &str, rest: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// Where the links of a file lead to; those of its folders stay.
fn follow(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf();
    // The system gives up after as many.
    for _ in 0..40 {
        let Ok(target) = path.read_link() else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    normal(&path)
}

fn glibc_folders(file: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    read_configuration(file, 0, &mut folders);
    folders.retain(|path: &PathBuf| path.is_dir());
    folders.extend(["/lib", "/lib64", "/usr/lib", "/usr/lib64"].map(PathBuf::from));
    folders
}

fn read_configuration(file: &Path, depth: usize, folders: &mut Vec<PathBuf>) {
    let Ok(text) = tilsit_files::read(file) else {
        return;
    };
    for line in String::from_utf8_lossy(&text).lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(pattern) = line.strip_prefix("include ") {
            if depth < INCLUDE_DEPTH_MAX {
                let folder = file.parent().unwrap_or(Path::new("/"));
                for path in matching(&folder.join(pattern.trim())) {
                    read_configuration(&path, depth + 1, folders);
                }
            }
        } else if !line.is_empty() {
            let folder = normal(&Path::new("/").join(line));
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }
}

/// The files of a folder that match a pattern in its last part, in order.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (pattern.parent(), pattern.file_name()) else {
        return Vec::new();
    };
    let name = globset::Glob::new(&name.to_string_lossy()).map(|glob| glob.compile_matcher());
    let (Ok(name), Ok(entries)) = (name, tilsit_files::read_dir(folder)) else {
        return Vec::new();
    };
    let paths = entries.into_iter().map(|entry| entry.path);
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.file_name().is_some_and(|file| name.is_match(file)))
        .collect();
    paths.sort();
    paths
}

fn musl_folders(configuration: &Path) -> Vec<PathBuf> {
    let files = matching(&configuration.join("ld-musl-*.path"));
    let text = files.first().and_then(|path| tilsit_files::read(path).ok());
    let Some(text) = text else {
        return ["/lib", "/usr/local/lib", "/usr/lib"]
            .map(PathBuf::from)
            .to_vec();
    };
    let text = String::from_utf8_lossy(&text);
    let folders = text.split([':', '\n']).map(str::trim);
    let folders = folders.filter(|folder| !folder.is_empty());
    folders
        .map(|folder| normal(&Path::new("/").join(folder)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_paths_stay_inside() {
        for (entry, file, folder) in [
            ("$ORIGIN", "own/a.so", Some("own")),
            ("${ORIGIN}/../own.libs", "own/a.so", Some("own.libs")),
            ("$ORIGIN/../../own.libs", "own/sub/a.so", Some("own.libs")),
            ("$ORIGIN/.", "a.so", Some("")),
            ("$ORIGIN/../lib", "a.so", None),
            ("/x/$ORIGIN", "a.so", None),
        ] {
            assert_eq!(
                in_wheel(entry, file).as_deref(),
                folder,
                "{entry} of {file}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn configuration_and_links() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (one, two) = (folder.join("one"), folder.join("two"));
        for path in [&one, &two, &folder.join("ld.so.conf.d")] {
            std::fs::create_dir(path).unwrap();
        }
        let text = format!(
            "# nothing\ninclude ld.so.conf.d/*.conf\n{}/../two # there\n/nowhere/at/all\n",
            one.display()
        );
        std::fs::write(folder.join("ld.so.conf"), text).unwrap();
        let own = format!("{}\ninclude *.conf\n", one.display());
        std::fs::write(folder.join("ld.so.conf.d/a.conf"), own).unwrap();
        let found = glibc_folders(&folder.join("ld.so.conf"));
        assert_eq!(found[..2], [one.clone(), two.clone()]);
        assert_eq!(found[2], Path::new("/lib"));
        std::fs::write(folder.join("ld-musl-x86_64.path"), "/a\n/b:/c\n").unwrap();
        assert_eq!(musl_folders(folder), ["/a", "/b", "/c"].map(PathBuf::from));
        assert_eq!(musl_folders(&one).len(), 3);
        let target = one.join("libown.so.1.2");
        std::fs::write(&target, "").unwrap();
        std::os::unix::fs::symlink("../one/libown.so.1.2", one.join("libown.so.1")).unwrap();
        assert_eq!(follow(&one.join("libown.so.1")), target);
    }
}
