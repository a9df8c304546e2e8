//! Writing the files of a new project: all of them, or none.

use std::path::{Path, PathBuf};

use tilsit_files::{AtomicFile, FileError, Operation};

use crate::editing::Originals;
use crate::error::CommandError;
use crate::explain::Code;

use super::git;

/// What was written so far.
#[derive(Default)]
pub(super) struct Writing {
    /// The files that were made.
    pub(super) made: Vec<PathBuf>,
    /// The files that were there.
    pub(super) kept: Vec<PathBuf>,
    /// The repository that was made.
    pub(super) repository: Option<PathBuf>,
    /// The files that were changed.
    pub(super) originals: Originals,
    folders: Vec<PathBuf>,
}

impl Writing {
    /// Makes a folder with its parents.
    pub(super) fn folder(&mut self, folder: &Path) -> Result<(), CommandError> {
        let missing = folder.ancestors().take_while(|above| !above.exists());
        let missing: Vec<&Path> = missing.collect();
        for folder in missing.into_iter().rev() {
            tilsit_files::create_dir(folder)?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }

    /// Makes a file; one that is there stays as it is.
    pub(super) fn file(&mut self, path: &Path, text: &str) -> Result<(), CommandError> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        if Self::try_new(path, text)? {
            self.made.push(path.to_path_buf());
        } else {
            self.kept.push(path.to_path_buf());
        }
        Ok(())
    }

    /// Makes a file that must not be there.
    pub(super) fn new_file(&mut self, path: &Path, text: &str) -> Result<(), CommandError> {
        self.file(path, text)?;
        if self.kept.is_empty() {
            return Ok(());
        }
        let message = format!("`{}` came into being meanwhile", path.display());
        Err(CommandError::new(Code::Usage, message))
    }

    /// Replaces a file.
    pub(super) fn replaced(&mut self, path: &Path, text: &str) -> Result<(), CommandError> {
        self.originals.replace(path, text.as_bytes())
    }

    /// Makes a git repository of a folder.
    pub(super) fn repository(&mut self, folder: &Path) -> Result<(), CommandError> {
        let repository = folder.join(".git");
        let made = git::init(folder);
        if repository.exists() {
            self.repository = Some(repository);
        }
        made
    }

    fn try_new(path: &Path, text: &str) -> Result<bool, FileError> {
        let mut file = AtomicFile::create(path)?;
        file.write(text.as_bytes())?;
        file.file()
            .sync_data()
            .map_err(|error| FileError::new(Operation::Sync, path, error))?;
        file.commit_new()
    }

    /// Takes everything back, and gives the error on.
    pub(super) fn undo(&self, error: CommandError) -> CommandError {
        let mut failure = self.originals.put_back(error);
        let repository = self.repository.iter().map(tilsit_files::remove_dir_all);
        let files = self.made.iter().rev().map(tilsit_files::remove_file);
        let folders = self.folders.iter().rev().map(tilsit_files::remove_dir);
        for undone in repository.chain(files).chain(folders) {
            if let Err(error) = undone {
                failure = failure.caused_by(format!("and then: {error}"));
            }
        }
        failure
    }
}
