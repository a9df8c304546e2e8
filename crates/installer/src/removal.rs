//! What goes when a distribution goes: the files of its RECORD, and what Python made of them.
//!
//! RECORD is foreign text. A path in it may be absolute or climb, because scripts lie outside of
//! `site-packages`; so each is resolved and must lie inside the environment, with every symbolic
//! link on the way followed. What does not is left alone and reported. Nothing is removed here:
//! the result is a value that [`crate::apply()`] carries out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use tilsit_files::FileError;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::Record;
use tilsit_packaging::version::Version;

mod legacy;
#[cfg(test)]
mod tests;

pub use legacy::{LegacyError, plan_legacy_removal};

/// A distribution to take out of an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The project.
    pub name: ProjectName,
    /// The installed version.
    pub version: Version,
    /// The files that go, each a full path.
    pub files: Vec<PathBuf>,
    /// Folders that go if they are empty then, the deepest first.
    pub folders: Vec<PathBuf>,
    /// Paths of RECORD that lie outside of the environment, and folders: left alone.
    pub left_alone: Vec<String>,
    /// Lines that go from files with search paths.
    pub lines: Vec<PathLine>,
}

/// A line of a `.pth` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathLine {
    /// The file.
    pub file: PathBuf,
    /// The line, without its end.
    pub line: String,
}

/// The folders that an environment consists of; nothing outside of them is ever removed.
#[derive(Clone, Debug)]
pub struct Territory {
    /// The folders, as they are named.
    named: Vec<PathBuf>,
    /// The folders, with links resolved.
    real: Vec<PathBuf>,
}

impl Territory {
    /// The territory of the folders that exist.
    pub fn of<'a>(folders: impl IntoIterator<Item = &'a Path>) -> Self {
        let named: Vec<PathBuf> = folders.into_iter().map(Path::to_path_buf).collect();
        let real = named
            .iter()
            .filter_map(|folder| tilsit_files::canonicalize(folder).ok())
            .collect();
        Self { named, real }
    }

    /// Whether the path is below one of the folders, and not one of them.
    fn holds(&self, path: &Path) -> bool {
        let is_below = self.named.iter().any(|folder| path.starts_with(folder));
        is_below && !self.named.iter().any(|folder| path == folder)
    }

    fn holds_really(&self, folder: &Path) -> bool {
        tilsit_files::canonicalize(folder)
            .is_ok_and(|real| self.real.iter().any(|root| real.starts_with(root)))
    }
}

/// Plans the removal of the distribution whose RECORD is relative to `site_packages`.
///
/// # Errors
/// When a folder that holds its files cannot be listed.
pub fn plan_removal(
    (name, version): (&ProjectName, &Version),
    site_packages: &Path,
    record: &Record,
    territory: &Territory,
) -> Result<Removal, FileError> {
    let mut search = Search::of(territory);
    let mut left_alone = Vec::new();
    for entry in &record.entries {
        let path = resolve(&site_packages.join(&entry.path));
        if !search.take(&path) {
            left_alone.push(entry.path.clone());
        }
    }
    search.take_compiled()?;
    let folders = search.folders();
    Ok(Removal {
        name: name.clone(),
        version: version.clone(),
        files: search.files.into_iter().collect(),
        folders,
        left_alone,
        lines: Vec::new(),
    })
}

/// The path without `.` and `..`, by its text alone.
fn resolve(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            _ => resolved.push(part),
        }
    }
    resolved
}

struct Search<'a> {
    territory: &'a Territory,
    /// Whether a folder really lies in the territory.
    folders_inside: HashMap<PathBuf, bool>,
    files: BTreeSet<PathBuf>,
    /// Folders that go although no file of theirs does.
    empty_folders: BTreeSet<PathBuf>,
}

impl<'a> Search<'a> {
    fn of(territory: &'a Territory) -> Self {
        Self {
            territory,
            folders_inside: HashMap::new(),
            files: BTreeSet::new(),
            empty_folders: BTreeSet::new(),
        }
    }

    /// Takes a file, or a folder with all it holds; says whether it lies inside.
    fn take_all(&mut self, path: &Path) -> Result<bool, FileError> {
        let is_folder = tilsit_files::symlink_metadata(path).is_ok_and(|found| found.is_dir());
        if !is_folder {
            return Ok(self.take(path));
        }
        if !self.territory.holds(path) || !self.is_inside(path) {
            return Ok(false);
        }
        self.empty_folders.insert(path.to_path_buf());
        for entry in tilsit_files::walk(path)? {
            if entry.kind == tilsit_files::FileKind::Folder {
                self.empty_folders.insert(entry.path);
            } else {
                self.files.insert(entry.path);
            }
        }
        Ok(true)
    }

    /// Takes a file that lies inside; says whether it does. One that is not there is no matter.
    fn take(&mut self, path: &Path) -> bool {
        let Some(folder) = path.parent().filter(|_| self.territory.holds(path)) else {
            return false;
        };
        match tilsit_files::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => return false,
            Ok(_) => {}
            Err(error) => return error.is_not_found(),
        }
        if !self.is_inside(folder) {
            return false;
        }
        self.files.insert(path.to_path_buf());
        true
    }

    fn is_inside(&mut self, folder: &Path) -> bool {
        if let Some(inside) = self.folders_inside.get(folder) {
            return *inside;
        }
        let inside = self.territory.holds_really(folder);
        self.folders_inside.insert(folder.to_path_buf(), inside);
        inside
    }

    /// Adds the compiled files of the modules: `__pycache__/name.*.pyc`.
    fn take_compiled(&mut self) -> Result<(), FileError> {
        let mut stems: HashMap<PathBuf, HashSet<String>> = HashMap::new();
        for file in &self.files {
            let is_module = file.extension().is_some_and(|suffix| suffix == "py");
            let stem = file.file_stem().and_then(|stem| stem.to_str());
            if let (true, Some(folder), Some(stem)) = (is_module, file.parent(), stem) {
                let cache = folder.join("__pycache__");
                stems.entry(cache).or_default().insert(stem.to_owned());
            }
        }
        for (cache, stems) in stems {
            let entries = match tilsit_files::read_dir(&cache) {
                Ok(entries) => entries,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let name = entry.name.to_str().unwrap_or_default();
                let stem = name
                    .strip_suffix(".pyc")
                    .and_then(|name| name.split_once('.'))
                    .map(|(stem, _)| stem);
                if stem.is_some_and(|stem| stems.contains(stem)) {
                    self.take(&entry.path);
                }
            }
        }
        Ok(())
    }

    /// The folders that hold the files, the deepest first.
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: BTreeSet<&Path> = BTreeSet::new();
        folders.extend(self.empty_folders.iter().map(PathBuf::as_path));
        let taken = self.files.iter().chain(&self.empty_folders);
        for path in taken {
            for folder in path.ancestors().skip(1) {
                if !self.territory.holds(folder) {
                    break;
                }
                folders.insert(folder);
            }
        }
        // A folder sorts before what it holds.
        folders.into_iter().rev().map(Path::to_path_buf).collect()
    }
}
