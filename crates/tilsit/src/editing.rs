//! Changing pyproject.toml, Pipfiles and scripts: read, changed by [`tilsit_project::edit`], written as a whole,
//! and put back as they were when what follows fails.

use std::path::{Path, PathBuf};

use tilsit_files::{AtomicFile, Durability, FileError, Operation};
use tilsit_project::edit::{EditError, Editor, PipfileEditor};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// A file that is changed.
pub(crate) struct EditedFile {
    /// The file, past symbolic links.
    path: PathBuf,
    /// As it was.
    before: String,
    is_script: bool,
    shown: String,
}

/// Files as they were, to be put back.
#[derive(Default)]
pub(crate) struct Originals(Vec<(PathBuf, Option<Vec<u8>>)>);

impl EditedFile {
    /// A pyproject.toml, or a Pipfile.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn project(path: &Path, context: &Context) -> Result<Self, CommandError> {
        Self::open(path, false, context)
    }

    /// A script.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn script(path: &Path, context: &Context) -> Result<Self, CommandError> {
        Self::open(path, true, context)
    }

    fn open(path: &Path, is_script: bool, context: &Context) -> Result<Self, CommandError> {
        let shown = context.show(path);
        let path = tilsit_files::canonicalize(path)?;
        let before = tilsit_files::read_to_string(&path)?;
        Ok(Self {
            path,
            before,
            is_script,
            shown,
        })
    }

    /// The path as the user would type it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The folder that paths in it start from.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// What changes its text.
    ///
    /// # Errors
    /// When it is not valid.
    pub(crate) fn editor(&self) -> Result<Editor, CommandError> {
        let editor = if self.is_script {
            Editor::script(&self.before)
        } else {
            Editor::project(&self.before)
        };
        editor.map_err(|error| self.refused(&error))
    }

    /// What changes the text of a Pipfile.
    ///
    /// # Errors
    /// When it is not valid.
    pub(crate) fn pipfile_editor(&self) -> Result<PipfileEditor, CommandError> {
        PipfileEditor::parse(&self.before).map_err(|error| self.refused(&error))
    }

    /// What is said when a change cannot be made.
    pub(crate) fn refused(&self, error: &EditError) -> CommandError {
        let code = if self.is_script {
            Code::ScriptInvalid
        } else {
            Code::ProjectInvalid
        };
        let message = format!("`{}` cannot be changed", self.shown);
        let failure = CommandError::new(code, message).caused_by(error.to_string());
        match error {
            EditError::NoProject => failure.hint("`tilsit init` makes a project"),
            EditError::Dynamic { key: "version", .. } => {
                failure.hint("change it where the build backend takes it from")
            }
            EditError::Ambiguous { .. } => failure.hint("leave one of the two lines"),
            EditError::Unclosed { .. } => {
                failure.hint("end it with a line `# ///`, and begin each line between with `#`")
            }
            _ => failure,
        }
    }

    /// Writes the changed text, if it is another one. The file keeps its rights.
    ///
    /// # Errors
    /// When it cannot be written; it is then as it was.
    pub(crate) fn write(
        &self,
        editor: Editor,
        originals: &mut Originals,
    ) -> Result<(), CommandError> {
        self.write_text(&editor.into_text(), originals)
    }

    /// The same with the text itself.
    ///
    /// # Errors
    /// When it cannot be written; it is then as it was.
    pub(crate) fn write_text(
        &self,
        text: &str,
        originals: &mut Originals,
    ) -> Result<(), CommandError> {
        if text == self.before {
            return Ok(());
        }
        originals.replace(&self.path, text.as_bytes())
    }
}

impl Originals {
    /// Remembers a file, or that there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn keep(&mut self, path: &Path) -> Result<(), CommandError> {
        if self.0.iter().any(|(known, _)| known == path) {
            return Ok(());
        }
        let before = match tilsit_files::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        };
        self.0.push((path.to_path_buf(), before));
        Ok(())
    }

    /// Replaces a file as a whole, and remembers it.
    ///
    /// # Errors
    /// When it cannot be written; it is then as it was.
    pub(crate) fn replace(&mut self, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
        self.keep(path)?;
        Ok(replace(path, bytes)?)
    }

    /// Puts every file back, byte for byte, and gives the error on.
    pub(crate) fn put_back(&self, error: CommandError) -> CommandError {
        let restored = self
            .0
            .iter()
            .rev()
            .map(|(path, before)| restore(path, before.as_deref()));
        let failures: Vec<FileError> = restored.filter_map(Result::err).collect();
        if failures.is_empty() && !self.0.is_empty() {
            return error.hint("nothing was changed: the files are as they were");
        }
        let failures = failures
            .iter()
            .map(|failure| format!("and then: {failure}"));
        failures.fold(error, CommandError::caused_by)
    }
}

fn restore(path: &Path, before: Option<&[u8]>) -> Result<(), FileError> {
    match before {
        None => tilsit_files::remove_file_if_exists(path).map(drop),
        Some(before) if tilsit_files::read(path)? == before => Ok(()),
        Some(before) => replace(path, before),
    }
}

/// Replaces a file as a whole; it keeps its rights.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let permissions = tilsit_files::metadata(path)?.permissions();
    let mut file = AtomicFile::create(path)?;
    file.write(bytes)?;
    let set = file.file().set_permissions(permissions);
    set.map_err(|error| FileError::new(Operation::SetPermissions, path, error))?;
    file.commit(Durability::Synced)
}
