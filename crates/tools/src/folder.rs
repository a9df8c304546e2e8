//! The folder of tools: which there are.

use std::path::{Path, PathBuf};

use tilsit_dist::dist_info::{self, InstalledDistribution};
use tilsit_files::{FileError, FileKind};

use crate::receipt::{Receipt, ReceiptError};

#[cfg(test)]
mod tests;

/// The folder that tools lie in.
#[derive(Clone, Debug)]
pub struct ToolsFolder {
    root: PathBuf,
}

/// A tool that is there.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its environment.
    pub root: PathBuf,
    /// What is known of it, or why that is nothing.
    pub receipt: Result<Receipt, ReceiptError>,
}

impl ToolsFolder {
    /// The folder of tools at this absolute path, which is made when a tool comes.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the tool of this name is, or would be.
    pub fn place(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Every tool, by name, those included whose receipt cannot be used.
    ///
    /// # Errors
    /// When the folder cannot be listed. A folder that is missing holds nothing.
    pub fn tools(&self) -> Result<Vec<Tool>, FileError> {
        let entries = match tilsit_files::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let folders = entries
            .into_iter()
            .filter(|entry| entry.kind == FileKind::Folder);
        let names = folders.filter_map(|entry| entry.name.into_string().ok());
        Ok(names.filter_map(|name| self.tool(&name)).collect())
    }

    /// The tool of this name, if it is there.
    pub fn tool(&self, name: &str) -> Option<Tool> {
        let root = self.place(name);
        let is_own = name.starts_with('.') || name.contains(['/', '\\']) || name.is_empty();
        if is_own || !root.is_dir() {
            return None;
        }
        Some(Tool {
            name: name.to_owned(),
            receipt: Receipt::of(&root),
            root,
        })
    }
}

impl Tool {
    /// The Python of its environment.
    pub fn python(&self) -> PathBuf {
        python_of(&self.root)
    }

    /// Whether the Python that its environment was made of is still there.
    pub fn has_python(&self) -> bool {
        self.python().is_file()
    }

    /// A package of its environment that is a link and leads nowhere: the cache that it led into was
    /// removed.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn lost_package(&self) -> Result<Option<PathBuf>, FileError> {
        for folder in packages_in(&self.root)? {
            let entries = tilsit_files::read_dir(folder)?.into_iter();
            let mut links = entries.filter(|entry| entry.kind == FileKind::Symlink);
            if let Some(lost) = links.find(|entry| !entry.path.exists()) {
                return Ok(Some(lost.path));
            }
        }
        Ok(None)
    }

    /// What is installed in it. Its Python is not needed for that.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn installed(&self) -> Result<Vec<InstalledDistribution>, FileError> {
        installed_in(&self.root)
    }
}

fn python_of(root: &Path) -> PathBuf {
    root.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// The distributions in an environment, found without its Python.
///
/// # Errors
/// When a folder cannot be listed.
pub fn installed_in(root: &Path) -> Result<Vec<InstalledDistribution>, FileError> {
    let mut installed = Vec::new();
    for folder in packages_in(root)? {
        installed.extend(dist_info::list(folder)?.distributions);
    }
    Ok(installed)
}

/// The `site-packages` of an environment: that of Windows, or one below each `lib/python…`.
fn packages_in(root: &Path) -> Result<Vec<PathBuf>, FileError> {
    if cfg!(windows) {
        return Ok(vec![root.join("Lib/site-packages")]);
    }
    let entries = match tilsit_files::read_dir(root.join("lib")) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let folders = entries.into_iter().filter(|entry| {
        let name = entry.name.to_string_lossy();
        name.starts_with("python") || name.starts_with("pypy")
    });
    let packages = folders.map(|entry| entry.path.join("site-packages"));
    Ok(packages.filter(|folder| folder.is_dir()).collect())
}
