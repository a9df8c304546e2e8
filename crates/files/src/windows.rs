//! What Windows does in its own way: links, names that the system reserves, and work below a
//! folder, where each step is looked at before the next is taken.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Names that mean a device in every folder, with any extension.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    let leads_to = link.parent().unwrap_or(Path::new("")).join(target);
    if leads_to.is_dir() {
        std::os::windows::fs::symlink_dir(target, link)
    } else {
        std::os::windows::fs::symlink_file(target, link)
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the same signature as on Unix, where it can fail"
)]
pub(crate) fn set_executable(_path: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn set_owner_writable(path: &Path) -> io::Result<()> {
    let mut permissions = std::fs::metadata(path)?.permissions();
    permissions.set_readonly(false);
    std::fs::set_permissions(path, permissions)
}

pub(crate) fn is_executable(path: &Path, metadata: &Metadata) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .map(str::to_ascii_lowercase);
    metadata.is_file() && matches!(extension.as_deref(), Some("exe" | "bat" | "cmd" | "com"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the same signature as on Unix, where it can fail"
)]
pub(crate) fn others_may_read(_metadata: &Metadata) -> bool {
    false
}

pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    // NTFS journals its folders; there is no call to flush one.
    Ok(())
}

pub(crate) fn clone_file(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Why Windows would not keep a file under this name, or keep it elsewhere.
pub(crate) fn name_fault(step: &str) -> Option<&'static str> {
    if step.contains([':', '<', '>', '"', '|', '?', '*']) {
        return Some("has a character that Windows does not allow");
    }
    if step.ends_with(['.', ' ']) {
        return Some("has a step that ends in a dot or a space");
    }
    let stem = step.split('.').next().unwrap_or(step).trim_end();
    let stem = stem.to_ascii_lowercase();
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"))
        .is_some_and(|number| {
            let mut digits = number.chars();
            matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        });
    (numbered || RESERVED.contains(&stem.as_str()))
        .then_some("has a step that names a device on Windows")
}

/// Whether a step was a link or a file; this module says so with `NotADirectory`.
pub(crate) fn is_link_refusal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotADirectory
}

/// A folder; the paths of its methods have passed `check_relative`.
#[derive(Debug)]
pub(crate) struct FolderHandle {
    root: PathBuf,
}

impl FolderHandle {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let root = std::fs::canonicalize(root)?;
        if root.is_dir() {
            Ok(Self { root })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    pub(crate) fn create_dir_all(&self, relative: &str) -> io::Result<()> {
        let mut path = self.root.clone();
        for step in relative.split('/') {
            path.push(step);
            match std::fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => folder(&path)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(crate) fn create_file(&self, relative: &str, _executable: bool) -> io::Result<File> {
        File::create_new(self.path(relative)?)
    }

    pub(crate) fn open_file(&self, relative: &str) -> io::Result<File> {
        let path = self.path(relative)?;
        if std::fs::symlink_metadata(&path)?.is_symlink() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        File::open(path)
    }

    pub(crate) fn remove_file(&self, relative: &str) -> io::Result<()> {
        std::fs::remove_file(self.path(relative)?)
    }

    pub(crate) fn remove_dir(&self, relative: &str) -> io::Result<()> {
        std::fs::remove_dir(self.path(relative)?)
    }

    /// The path, once every step before the last is known to be a folder.
    fn path(&self, relative: &str) -> io::Result<PathBuf> {
        let mut path = self.root.clone();
        let mut steps = relative.split('/').peekable();
        while let Some(step) = steps.next() {
            path.push(step);
            if steps.peek().is_some() {
                folder(&path)?;
            }
        }
        Ok(path)
    }
}

fn folder(path: &Path) -> io::Result<()> {
    if std::fs::symlink_metadata(path)?.is_dir() {
        Ok(())
    } else {
        Err(io::ErrorKind::NotADirectory.into())
    }
}
