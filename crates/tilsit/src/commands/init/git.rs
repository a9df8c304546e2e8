//! What `init` asks git: whether a repository is around, who the user is; and to make a repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tilsit_project::new_project::Author;

use crate::error::CommandError;
use crate::explain::Code;

/// The folder of the repository that a folder, which need not be there yet, is in.
pub(super) fn repository_around(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.join(".git").exists())
}

/// Whether git can be started.
pub(super) fn is_there() -> bool {
    let mut git = Command::new("git");
    let git = git
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}

/// Whom git would name as the author of a commit.
pub(super) fn author(folder: &Path) -> Option<Author> {
    let (name, email) = (setting(folder, "user.name"), setting(folder, "user.email"));
    (name.is_some() || email.is_some()).then_some(Author { name, email })
}

fn setting(folder: &Path, key: &str) -> Option<String> {
    let folder: PathBuf = folder.ancestors().find(|above| above.is_dir())?.into();
    let output = Command::new("git")
        .args(["config", "--get", key])
        .current_dir(folder)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// Makes a repository.
///
/// # Errors
/// When git is not there, or does not do it.
pub(super) fn init(folder: &Path) -> Result<(), CommandError> {
    let output = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(folder)
        .output();
    let output = output.map_err(|error| {
        CommandError::new(Code::ProgramNotStarted, "git cannot be started")
            .caused_by(error.to_string())
            .hint("install it (the package `git`), or leave it out: `--vcs none`")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let error = CommandError::new(Code::FileAccess, "git cannot make a repository");
    Err(error.caused_by(words).hint("`--vcs none` leaves it out"))
}
