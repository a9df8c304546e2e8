//! The state of a folder that is built, as a text: while it is the same, so is what comes out.
//!
//! A project says itself what its build depends on ([`crate::cache_keys`]). Where it does not, a
//! change of any file counts, save of what builds and tools leave behind, and so does another commit
//! or tag, from which many backends take the version. An editable install has no code in its wheel,
//! so that only `pyproject.toml`, `setup.py`, `setup.cfg` and whether there is a `src` count, and the
//! commit where the version is not stated. A file has changed when its size or time of change has.
//!
//! No state is known of a folder with too many files, or links to other folders: it is built anew.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use globset::GlobBuilder;
use sha2::{Digest, Sha256};
use tilsit_files::FileKind;

use crate::cache_keys::{CacheKey, cache_keys};
use crate::git::hex;
use crate::source::FolderSource;

/// Looking at more files would cost as much as many a build.
const FILES_MAX: usize = 20_000;

/// Folders that hold nothing of a project, wherever they are.
const FOREIGN: [&str; 11] = [
    ".git",
    ".hg",
    ".svn",
    ".bzr",
    ".tox",
    ".nox",
    ".eggs",
    "__pycache__",
    "node_modules",
    ".mypy_cache",
    ".idea",
];

/// Folders that builds leave in the project's own folder.
const LEFT_BY_BUILDS: [&str; 2] = ["build", "dist"];

/// What is looked at.
struct FolderState<'a> {
    folder: &'a Path,
    is_editable: bool,
    variables: &'a BTreeMap<OsString, OsString>,
}

impl FolderSource {
    /// The state of the folder: while it is the same, so is what is built of it. None where that is
    /// not known. The variables are the environment's.
    pub fn state(&self, variables: &BTreeMap<OsString, OsString>) -> Option<String> {
        let state = FolderState {
            folder: &self.path,
            is_editable: self.editable,
            variables,
        };
        state.digest()
    }
}

impl FolderState<'_> {
    /// The state; none when it is not known.
    fn digest(&self) -> Option<String> {
        let pyproject = match tilsit_files::read_to_string(self.folder.join("pyproject.toml")) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => String::new(),
            Err(_) => return None,
        };
        let mut text = String::new();
        // What is not understood may name anything.
        match cache_keys(&pyproject).ok()? {
            Some(keys) => self.keys(&keys, &mut text)?,
            None if self.is_editable => {
                self.keys(&of_editables(), &mut text)?;
                if !states_version(&pyproject) {
                    repository(self.folder, true, true, &mut text);
                }
            }
            None => {
                for path in self.files()? {
                    self.file(&path, &mut text)?;
                }
                repository(self.folder, true, true, &mut text);
            }
        }
        Some(hex(&Sha256::digest(text)))
    }

    fn keys(&self, keys: &[CacheKey], text: &mut String) -> Option<()> {
        let mut all = None;
        for key in keys {
            // A `String` takes every write.
            let _ = writeln!(text, "{key:?}");
            match key {
                CacheKey::File(path) if !path.contains(['*', '?', '[', '{']) => {
                    self.file(Path::new(path), text)?;
                }
                CacheKey::File(pattern) => {
                    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
                    let glob = glob.ok()?.compile_matcher();
                    if all.is_none() {
                        all = Some(self.files()?);
                    }
                    for path in all.iter().flatten().filter(|path| glob.is_match(path)) {
                        self.file(path, text)?;
                    }
                }
                CacheKey::Folder(path) => {
                    let _ = writeln!(text, "{}", self.folder.join(path).is_dir());
                }
                CacheKey::Variable(name) => {
                    let value = self.variables.get(OsStr::new(name));
                    let _ = writeln!(text, "{value:?}");
                }
                CacheKey::Repository { commit, tags } => {
                    repository(self.folder, *commit, *tags, text);
                }
            }
        }
        Some(())
    }

    /// Notes the size of a file, and when it was changed.
    fn file(&self, path: &Path, text: &mut String) -> Option<()> {
        let name = path.to_string_lossy();
        let found = match tilsit_files::metadata(self.folder.join(path)) {
            Ok(found) => found,
            Err(error) if error.is_not_found() => {
                let _ = writeln!(text, "{name:?} -");
                return Some(());
            }
            Err(_) => return None,
        };
        // What a link leads to may change unseen.
        (!found.is_dir()).then_some(())?;
        let changed = found.modified().ok()?;
        let changed = changed.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let _ = writeln!(text, "{name:?} {} {}", found.len(), changed.as_nanos());
        Some(())
    }

    /// The project's files, from its folder.
    fn files(&self) -> Option<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(inside) = waiting.pop() {
            let entries = tilsit_files::read_dir(self.folder.join(&inside)).ok()?;
            let is_root = inside.as_os_str().is_empty();
            let is_marked = |name: &str| entries.iter().any(|entry| entry.name == name);
            // Environments and caches.
            if !is_root && (is_marked("pyvenv.cfg") || is_marked("CACHEDIR.TAG")) {
                continue;
            }
            for entry in &entries {
                let name = entry.name.to_string_lossy();
                let path = inside.join(&entry.name);
                if entry.kind != FileKind::Folder {
                    found.push(path);
                } else if !is_foreign(&name, is_root) {
                    waiting.push(path);
                }
            }
            if found.len() > FILES_MAX {
                return None;
            }
        }
        found.retain(|path| path.extension() != Some(OsStr::new("pyc")));
        found.sort_unstable();
        Some(found)
    }
}

/// Whether the version stands in pyproject.toml, and comes from nowhere else.
fn states_version(pyproject: &str) -> bool {
    let document: Option<toml::Table> = pyproject.parse().ok();
    let version = document
        .as_ref()
        .and_then(|document| document.get("project")?.get("version"));
    version.is_some()
}

/// Whether a folder holds nothing of a project.
fn is_foreign(name: &str, is_root: bool) -> bool {
    FOREIGN.contains(&name)
        || is_root && LEFT_BY_BUILDS.contains(&name)
        || name.ends_with(".egg-info")
}

/// What matters to an editable install, as uv has it.
fn of_editables() -> Vec<CacheKey> {
    let files = ["pyproject.toml", "setup.py", "setup.cfg"];
    let files = files.map(|file| CacheKey::File(file.to_owned()));
    let mut keys = Vec::from(files);
    keys.push(CacheKey::Folder("src".to_owned()));
    keys
}

/// Notes what git's files say of the commit and the tags. They are not interpreted: where several
/// references share a file, a change of another one counts too.
fn repository(folder: &Path, commit: bool, tags: bool, text: &mut String) {
    let Some(git) = folder
        .ancestors()
        .map(|above| above.join(".git"))
        .find(|git| git.exists())
    else {
        return;
    };
    let read = |path: PathBuf| tilsit_files::read_to_string(path).unwrap_or_default();
    // In a work tree and in a submodule it is a file that says where the folder is.
    let link = read(git.clone());
    let own = match link.strip_prefix("gitdir:") {
        Some(path) => git.with_file_name(path.trim()),
        None => git,
    };
    let shared = match read(own.join("commondir")) {
        path if path.is_empty() => own.clone(),
        path => own.join(path.trim()),
    };
    let _ = writeln!(text, "{}", read(shared.join("packed-refs")));
    let _ = writeln!(text, "{}", read(shared.join("reftable/tables.list")));
    if commit {
        let head = read(own.join("HEAD"));
        let reference = head.strip_prefix("ref:").unwrap_or_default().trim();
        if tilsit_files::check_relative(reference).is_ok() {
            let _ = writeln!(text, "{}", read(shared.join(reference)));
        }
        let _ = writeln!(text, "{head}");
    }
    if tags {
        let tags = tilsit_files::walk(shared.join("refs/tags")).unwrap_or_default();
        for tag in tags.into_iter().filter(|tag| tag.kind == FileKind::File) {
            let _ = writeln!(
                text,
                "{:?} {}",
                tag.name.to_string_lossy(),
                read(tag.path.clone())
            );
        }
    }
}

#[cfg(test)]
mod tests;
