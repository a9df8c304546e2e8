//! The files of a source tree that belong to a distribution.
//!
//! Everything below the project's folder, save what its own `.gitignore` and `.ignore` files name
//! and what no project means to publish ([`never_taken`]). Ignore files outside of the project, or
//! of the user, have no say: the same tree gives the same list everywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::error::BuildError;
use crate::settings::BuildSettings;

/// A file of the source tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path below the project's folder, with `/`.
    pub path: String,
    /// Where it is on disk.
    pub place: PathBuf,
    /// Whether it may be executed.
    pub is_executable: bool,
    /// Whether no wheel has it.
    pub is_source_only: bool,
    /// What it holds, where the build writes it.
    generated: Option<Vec<u8>>,
}

impl SourceFile {
    /// A file that is named by its path below `folder`.
    ///
    /// # Errors
    /// When the path leaves the folder, or no file is there.
    pub(crate) fn named(folder: &Path, path: &str) -> Result<Self, BuildError> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let place =
            tilsit_files::join_confined(folder, path).map_err(|error| BuildError::Path {
                path: folder.join(path),
                reason: error.to_string(),
            })?;
        Self::at(place, path.to_owned())
    }

    /// A file that the build writes.
    pub(crate) fn generated(path: &str, place: PathBuf, contents: Vec<u8>) -> Self {
        Self {
            path: path.strip_prefix("./").unwrap_or(path).to_owned(),
            place,
            is_executable: false,
            is_source_only: false,
            generated: Some(contents),
        }
    }

    /// What the build writes, if the file is of the build.
    pub(crate) fn generated_contents(&self) -> Option<&[u8]> {
        self.generated.as_deref()
    }

    fn at(place: PathBuf, path: String) -> Result<Self, BuildError> {
        let metadata = tilsit_files::metadata(&place)?;
        if !metadata.is_file() {
            return Err(BuildError::Path {
                path: place,
                reason: "it is not a file".to_owned(),
            });
        }
        Ok(Self {
            is_executable: tilsit_files::is_executable(&place, &metadata),
            path,
            place,
            is_source_only: false,
            generated: None,
        })
    }

    /// The contents.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, tilsit_files::FileError> {
        match &self.generated {
            Some(contents) => Ok(contents.clone()),
            None => tilsit_files::read(&self.place),
        }
    }
}

/// The files of a source tree, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct SourceFiles {
    files: BTreeMap<String, SourceFile>,
}

impl SourceFiles {
    /// Lists the files below `folder`, with what the settings add and take away.
    ///
    /// # Errors
    /// When a folder cannot be listed, a name is not UTF-8, or a link leads out of the project.
    pub fn list(folder: &Path, settings: &BuildSettings) -> Result<Self, BuildError> {
        let root = tilsit_files::canonicalize(folder)?;
        let mut list = Self::default();
        let walk = Walk {
            root: &root,
            settings,
        };
        walk.add_to(&mut list, true, |_| true)?;
        if let Some(include) = &settings.include {
            walk.add_to(&mut list, false, |path| include.is_match(path))?;
        }
        if settings.takes_by_name() {
            walk.add_to(&mut list, false, |path| settings.names(path))?;
        }
        if let Some(include) = &settings.source_include {
            let mut found = Self::default();
            walk.add_to(&mut found, false, |path| include.is_match(path))?;
            for (path, mut file) in found.files {
                file.is_source_only = true;
                list.files.entry(path).or_insert(file);
            }
        }
        list.files.retain(|path, _| !settings.is_compiled(path));
        // The project is nothing without it, whatever an ignore file says.
        list.add(SourceFile::named(&root, "pyproject.toml")?);
        Ok(list)
    }

    /// The files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path)
    }

    pub(crate) fn add(&mut self, file: SourceFile) {
        self.files.insert(file.path.clone(), file);
    }
}

/// A walk through a project.
struct Walk<'a> {
    root: &'a Path,
    settings: &'a BuildSettings,
}

impl Walk<'_> {
    /// Adds the files whose path is wanted. Links to folders are followed; what is excluded is never
    /// looked at.
    fn add_to(
        &self,
        list: &mut SourceFiles,
        with_ignore_files: bool,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(), BuildError> {
        let root = self.root.to_path_buf();
        let exclude = self.settings.exclude.clone();
        let walk = WalkBuilder::new(self.root)
            // Hidden files may belong to a package; what git ignores does not, with or without git.
            .hidden(false)
            .git_ignore(with_ignore_files)
            .ignore(with_ignore_files)
            .require_git(false)
            .parents(false)
            .git_global(false)
            .git_exclude(false)
            .follow_links(true)
            .filter_entry(move |entry| {
                let is_left_out = || {
                    let path = relative_path(&root, entry.path());
                    path.is_ok_and(|path| exclude.is_match(&path))
                };
                !never_taken(&entry.file_name().to_string_lossy(), entry.depth() == 1)
                    && !is_left_out()
            })
            .build();
        let mut real = RealPaths::default();
        for entry in walk {
            let entry = entry.map_err(|error| walk_fault(self.root, &error))?;
            let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
            if !is_file {
                continue;
            }
            let path = relative_path(self.root, entry.path())?;
            if is_wanted(&path) {
                let place = real.of(&entry)?;
                if !place.starts_with(self.root) {
                    let reason = "it is a link that leads out of the project";
                    return Err(fault(entry.path(), reason));
                }
                list.add(SourceFile::at(place, path)?);
            }
        }
        Ok(())
    }
}

/// Where entries really are. A walk gives one folder's files together: links on the way to them are
/// followed once.
#[derive(Default)]
struct RealPaths {
    /// The last folder, and where it is.
    folder: Option<(PathBuf, PathBuf)>,
}

impl RealPaths {
    fn of(&mut self, entry: &ignore::DirEntry) -> Result<PathBuf, BuildError> {
        let place = entry.path();
        let Some(parent) = place.parent().filter(|_| !entry.path_is_symlink()) else {
            return Ok(tilsit_files::canonicalize(place)?);
        };
        let real = match &self.folder {
            Some((last, real)) if last == parent => real.join(entry.file_name()),
            _ => {
                let real = tilsit_files::canonicalize(parent)?;
                let place = real.join(entry.file_name());
                self.folder = Some((parent.to_path_buf(), real));
                place
            }
        };
        Ok(real)
    }
}

/// Why a folder could not be listed.
fn walk_fault(root: &Path, error: &ignore::Error) -> BuildError {
    match error {
        ignore::Error::WithPath { path, err } => walk_fault(path, err),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            walk_fault(root, err)
        }
        ignore::Error::Loop { child, ancestor } => {
            let reason = format!(
                "it is a link to `{}`, which it is in; `exclude` leaves it out",
                ancestor.display()
            );
            fault(child, &reason)
        }
        error => fault(root, &error.to_string()),
    }
}

/// The path below the project's folder, with `/`.
fn relative_path(root: &Path, place: &Path) -> Result<String, BuildError> {
    let relative = place.strip_prefix(root).unwrap_or(place);
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    let path = parts.ok_or_else(|| fault(place, "its name is not UTF-8"))?;
    Ok(path.join("/"))
}

fn fault(place: &Path, reason: &str) -> BuildError {
    BuildError::Path {
        path: place.to_path_buf(),
        reason: reason.to_owned(),
    }
}

/// Whether a file or folder of this name is never part of a distribution: version control, caches,
/// and, at the top of the project, environments and what was built.
pub fn never_taken(name: &str, is_at_top: bool) -> bool {
    const ANYWHERE: [&str; 13] = [
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        ".jj",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "node_modules",
        ".DS_Store",
    ];
    // What archives say of their commit is in the metadata of an sdist, and would differ from the tree.
    const AT_TOP: [&str; 6] = [
        ".venv",
        "venv",
        "dist",
        "PKG-INFO",
        ".git_archival.txt",
        ".hg_archival.txt",
    ];
    const ENDINGS: [&str; 4] = [".pyc", ".pyo", ".egg-info", ".dist-info"];
    ANYWHERE.contains(&name)
        || (is_at_top && AT_TOP.contains(&name))
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests;
