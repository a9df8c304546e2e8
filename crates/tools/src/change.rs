//! Changing the folder of tools: one process at a time, and each tool as a whole.
//!
//! A tool that is made anew is set aside first (`.changing/<tool>/before`) and the new environment is
//! made in its place, since an environment cannot be moved. Writing the receipt is the moment from
//! which the new tool counts; then the links follow. What fails before the end is put back. What was
//! killed is found by the next one who locks the folder: with a receipt it is finished, without it is
//! undone.

use std::path::{Path, PathBuf};

use tilsit_files::{AtomicFile, Durability, FileError, LockFile, LockKind};

use crate::exposed::{Kind, LinkPlaces};
use crate::folder::ToolsFolder;
use crate::receipt::{FILE_NAME, Link, Receipt};

#[cfg(test)]
mod tests;

/// Where tools are that are being changed.
const CHANGING: &str = ".changing";

/// Where tools are on their way out.
const REMOVED: &str = ".removed";

/// The old environment of a tool that is being changed.
const BEFORE: &str = "before";

/// What a file of somebody else is called while a link stands in its place.
const OLD: &str = ".tilsit-old";

/// The folder of tools, which only this process changes.
#[derive(Debug)]
pub struct LockedTools {
    folder: ToolsFolder,
    _lock: LockFile,
}

/// What may be replaced.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replacing<'a> {
    /// Files and links that are not the tool's own.
    pub everything: bool,
    /// Links that lead into this folder: that of another program, whose tool this one takes over.
    pub links_into: Option<&'a Path>,
}

/// A program that stands where a tool wants to have its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Where.
    pub path: PathBuf,
    /// The tool that it belongs to, if it is one of this folder.
    pub tool: Option<String>,
}

/// Why a tool was not changed. It is then as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// A file or folder could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Programs are there that are not the tool's.
    #[error("{}", taken_in_words(.0))]
    Taken(Vec<Taken>),
    /// A folder that is no tool.
    #[error("`{}` is there and is not a tool's environment", .0.display())]
    NotATool(PathBuf),
}

fn taken_in_words(taken: &[Taken]) -> String {
    let one = |taken: &Taken| match &taken.tool {
        Some(tool) => format!("`{}` belongs to the tool `{tool}`", taken.path.display()),
        None => format!(
            "`{}` is there already and is not the tool's",
            taken.path.display()
        ),
    };
    taken.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl ToolsFolder {
    /// Locks the folder, which is made when it is missing; `waiting` is called when another process
    /// has it. What an earlier process left half done is finished or undone.
    ///
    /// # Errors
    /// When it cannot be made, locked, or put in order.
    pub fn lock(&self, waiting: impl FnOnce()) -> Result<LockedTools, FileError> {
        tilsit_files::create_dir_all(self.root())?;
        let path = self.root().join(".lock");
        let lock = LockFile::acquire_saying(path, LockKind::Exclusive, waiting)?;
        let locked = LockedTools {
            folder: self.clone(),
            _lock: lock,
        };
        locked.settle()?;
        Ok(locked)
    }
}

impl ToolsFolder {
    /// Finishes or undoes what an earlier process left half done, unless one is at work.
    ///
    /// # Errors
    /// When the folder cannot be put in order.
    pub fn settle_if_idle(&self) -> Result<(), FileError> {
        if !tilsit_files::exists(self.root().join(CHANGING))? {
            return Ok(());
        }
        let path = self.root().join(".lock");
        let Some(lock) = LockFile::try_acquire(path, LockKind::Exclusive)? else {
            return Ok(());
        };
        let locked = LockedTools {
            folder: self.clone(),
            _lock: lock,
        };
        locked.settle()
    }
}

impl LockedTools {
    /// The folder.
    pub fn folder(&self) -> &ToolsFolder {
        &self.folder
    }

    /// Puts a tool in the place of the one of this name, if there is one. `make` makes its environment
    /// in the folder that it is given and says what it is. Gives the receipt as it was written, and the
    /// links that were not made because something else is there; programs are never among them.
    ///
    /// # Errors
    /// When `make` fails, or the tool cannot be put in its place. The old tool is then there as before.
    pub fn replace<E: From<ChangeError>>(
        &self,
        name: &str,
        replacing: Replacing<'_>,
        make: impl FnOnce(&Path) -> Result<Receipt, E>,
    ) -> Result<(Receipt, Vec<Link>), E> {
        let change = Change::begin(&self.folder, name)?;
        let done = make(&change.root)
            .and_then(|receipt| change.finish(receipt, replacing).map_err(E::from));
        if done.is_err() {
            change.undo().map_err(ChangeError::File)?;
        }
        done
    }

    /// Writes another receipt for a tool whose environment stays, and makes its links.
    ///
    /// # Errors
    /// When something else is in the place of a program, or a file cannot be written.
    pub fn write_down(
        &self,
        name: &str,
        receipt: Receipt,
        replacing: Replacing<'_>,
    ) -> Result<(Receipt, Vec<Link>), ChangeError> {
        let old = Receipt::of(&self.folder.place(name)).ok();
        let change = Change::at(&self.folder, name);
        let (receipt, passed_over) = change.fitting(receipt, old.as_ref(), replacing)?;
        change.write(&receipt)?;
        change.link(&receipt, old.as_ref())?;
        Ok((receipt, passed_over))
    }

    /// Takes a tool out, with everything that leads into it. Says whether it was there.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn remove(&self, name: &str, places: &LinkPlaces) -> Result<bool, FileError> {
        let change = Change::at(&self.folder, name);
        if !tilsit_files::exists(&change.root)? {
            return Ok(false);
        }
        let links = Receipt::of(&change.root).map(|receipt| receipt.links);
        for link in links.unwrap_or_default() {
            change.unlink(&link)?;
        }
        // Without a receipt, links are found by where they lead.
        for entry in tilsit_files::read_dir(&places.programs).unwrap_or_default() {
            if change.is_own(&entry.path) {
                tilsit_files::remove_file_if_exists(&entry.path)?;
            }
        }
        let removed = self.folder.root().join(REMOVED);
        tilsit_files::create_dir_all(&removed)?;
        tilsit_files::rename(&change.root, removed.join(name))?;
        tilsit_files::remove_dir_all(&removed)?;
        Ok(true)
    }

    /// Finishes or undoes what was left half done.
    fn settle(&self) -> Result<(), FileError> {
        let removed = self.folder.root().join(REMOVED);
        if tilsit_files::exists(&removed)? {
            tilsit_files::remove_dir_all(&removed)?;
        }
        let entries = match tilsit_files::read_dir(self.folder.root().join(CHANGING)) {
            Ok(entries) => entries,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let change = Change::at(&self.folder, &entry.name.to_string_lossy());
            match Receipt::of(&change.root) {
                Ok(receipt) => {
                    let old = Receipt::of(&change.before()).ok();
                    change.link(&receipt, old.as_ref())?;
                    change.forget()?;
                }
                Err(_) => change.undo()?,
            }
        }
        Ok(())
    }
}

/// A tool that is being changed.
struct Change {
    /// Where it is to be.
    root: PathBuf,
    /// Where its old environment is meanwhile.
    aside: PathBuf,
}

impl Change {
    fn at(folder: &ToolsFolder, name: &str) -> Self {
        Self {
            root: folder.place(name),
            aside: folder.root().join(CHANGING).join(name),
        }
    }

    fn begin(folder: &ToolsFolder, name: &str) -> Result<Self, ChangeError> {
        let change = Self::at(folder, name);
        let is_there = tilsit_files::exists(&change.root)?;
        let marks = [FILE_NAME, "pyvenv.cfg"];
        if is_there && !marks.iter().any(|mark| change.root.join(mark).is_file()) {
            return Err(ChangeError::NotATool(change.root));
        }
        tilsit_files::create_dir_all(&change.aside)?;
        if is_there {
            tilsit_files::rename(&change.root, change.before())?;
        }
        Ok(change)
    }

    fn before(&self) -> PathBuf {
        self.aside.join(BEFORE)
    }

    fn finish(
        &self,
        receipt: Receipt,
        replacing: Replacing<'_>,
    ) -> Result<(Receipt, Vec<Link>), ChangeError> {
        let old = Receipt::of(&self.before()).ok();
        let (receipt, passed_over) = self.fitting(receipt, old.as_ref(), replacing)?;
        self.write(&receipt)?;
        self.link(&receipt, old.as_ref())?;
        self.forget()?;
        Ok((receipt, passed_over))
    }

    /// Writes the receipt for its owner alone: the URL of a requirement may have a password.
    fn write(&self, receipt: &Receipt) -> Result<(), FileError> {
        let mut file = AtomicFile::create_private(self.root.join(FILE_NAME))?;
        file.write(receipt.to_toml().as_bytes())?;
        file.commit(Durability::Synced)
    }

    /// The receipt with the links that can be made, and those that cannot; an error where these are
    /// programs.
    fn fitting(
        &self,
        mut receipt: Receipt,
        old: Option<&Receipt>,
        replacing: Replacing<'_>,
    ) -> Result<(Receipt, Vec<Link>), ChangeError> {
        let mut taken = Vec::new();
        let mut passed_over = Vec::new();
        for link in std::mem::take(&mut receipt.links) {
            if self.may_place(&link, old, replacing)? {
                receipt.links.push(link);
            } else if link.kind == Kind::Program {
                let tool = self.tool_of(&link.path);
                let path = link.path;
                taken.push(Taken { path, tool });
            } else {
                passed_over.push(link);
            }
        }
        if taken.is_empty() {
            Ok((receipt, passed_over))
        } else {
            Err(ChangeError::Taken(taken))
        }
    }

    fn may_place(
        &self,
        link: &Link,
        old: Option<&Receipt>,
        replacing: Replacing<'_>,
    ) -> Result<bool, FileError> {
        let found = match tilsit_files::symlink_metadata(&link.path) {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(true),
            Err(error) => return Err(error),
        };
        let known = old.is_some_and(|old| old.links.iter().any(|one| one.path == link.path));
        let is_own = self.is_own(&link.path) || known && !found.is_symlink() && cfg!(windows);
        let target = target_of(&link.path);
        let is_taken_over = replacing
            .links_into
            .is_some_and(|folder| target.is_some_and(|target| target.starts_with(folder)));
        Ok(is_own || is_taken_over || replacing.everything && !found.is_dir())
    }

    /// Whether a link leads into this tool.
    fn is_own(&self, path: &Path) -> bool {
        target_of(path).is_some_and(|target| target.starts_with(&self.root))
    }

    /// The tool of this folder that a link leads into.
    fn tool_of(&self, path: &Path) -> Option<String> {
        let target = target_of(path)?;
        let inside = target.strip_prefix(self.root.parent()?).ok()?;
        let name = inside.components().next()?;
        Some(name.as_os_str().to_string_lossy().into_owned())
    }

    /// Makes the links of a receipt and removes those of the old one that it has not.
    fn link(&self, receipt: &Receipt, old: Option<&Receipt>) -> Result<(), FileError> {
        for link in &receipt.links {
            if let Some(folder) = link.path.parent() {
                tilsit_files::create_dir_all(folder)?;
            }
            if leads_to(&link.path, &link.target) {
                continue;
            }
            let is_there = tilsit_files::symlink_metadata(&link.path).is_ok();
            if is_there && !self.is_own(&link.path) {
                tilsit_files::rename(&link.path, with_suffix(&link.path, OLD))?;
            }
            place(&link.target, &link.path)?;
        }
        for gone in old.map_or(&[][..], |old| &old.links) {
            if receipt.links.iter().all(|link| link.path != gone.path) {
                self.unlink(gone)?;
            }
        }
        for link in &receipt.links {
            tilsit_files::remove_file_if_exists(with_suffix(&link.path, OLD))?;
        }
        Ok(())
    }

    /// Removes a link, if it is still the tool's own.
    fn unlink(&self, link: &Link) -> Result<(), FileError> {
        let is_copy = cfg!(windows) && target_of(&link.path).is_none();
        if is_copy || self.is_own(&link.path) {
            tilsit_files::remove_file_if_exists(&link.path)?;
        }
        Ok(())
    }

    /// Puts everything back.
    fn undo(&self) -> Result<(), FileError> {
        let receipt = Receipt::of(&self.root).ok();
        let before = Receipt::of(&self.before()).ok();
        // Without its receipt the new tool does not count, however far this comes.
        tilsit_files::remove_file_if_exists(self.root.join(FILE_NAME))?;
        // A link of both leads to the old tool again once that is back; it stays, for a full disk has no
        // room for another one.
        let is_old = |link: &&Link| {
            let mut links = before.iter().flat_map(|before| &before.links);
            links.any(|old| old.path == link.path && old.target == link.target)
        };
        let links = receipt.iter().flat_map(|receipt| &receipt.links);
        for link in links.filter(|link| !is_old(link)) {
            let old = with_suffix(&link.path, OLD);
            if tilsit_files::symlink_metadata(&old).is_ok() {
                tilsit_files::rename(old, &link.path)?;
            } else {
                self.unlink(link)?;
            }
        }
        if tilsit_files::exists(&self.root)? {
            tilsit_files::remove_dir_all(&self.root)?;
        }
        if tilsit_files::exists(self.before())? {
            tilsit_files::rename(self.before(), &self.root)?;
        }
        for link in before.iter().flat_map(|before| &before.links) {
            let is_right = leads_to(&link.path, &link.target);
            let is_free = tilsit_files::symlink_metadata(&link.path).is_err();
            if !is_right && (is_free || self.is_own(&link.path)) {
                place(&link.target, &link.path)?;
            }
        }
        self.forget()
    }

    /// Ends the change: nothing is to be undone any more.
    fn forget(&self) -> Result<(), FileError> {
        if tilsit_files::exists(&self.aside)? {
            tilsit_files::remove_dir_all(&self.aside)?;
        }
        if let Some(changing) = self.aside.parent() {
            // Another tool's change may be there still.
            let _ = tilsit_files::remove_dir(changing);
        }
        Ok(())
    }
}

/// Where a link leads; none where there is no link.
fn target_of(path: &Path) -> Option<PathBuf> {
    let target = tilsit_files::read_link(path).ok()?;
    Some(path.parent()?.join(target))
}

/// Whether the link is there as it should be; of a copy that is not known.
fn leads_to(path: &Path, target: &Path) -> bool {
    target_of(path).is_some_and(|found| found == target)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes a link, or where the system keeps links from users a copy, in one step.
fn place(target: &Path, path: &Path) -> Result<(), FileError> {
    let new = with_suffix(path, ".tilsit-new");
    tilsit_files::remove_file_if_exists(&new)?;
    if cfg!(windows) {
        tilsit_files::copy(target, &new)?;
    } else {
        tilsit_files::symlink(target, &new)?;
    }
    tilsit_files::rename(new, path)
}
