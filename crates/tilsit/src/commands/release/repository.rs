//! The repository of a release, and the clone in which it is tried. Git does the work.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tilsit_build_backend::vcs_version::MISLEADING;

use crate::error::CommandError;
use crate::explain::Code;

/// Settings of a repository that its commits and tags are made by.
const SETTINGS: &str = r"^(user|author|committer|gpg|commit|tag|core\.autocrlf|core\.eol)(\.|$)";

/// A repository with a work tree.
pub(super) struct Repository {
    top: PathBuf,
}

/// A clone of it, of which the repository knows nothing.
pub(super) struct Trial {
    folder: PathBuf,
    origin: PathBuf,
    /// The commit that it began with.
    base: String,
}

impl Repository {
    /// The repository around a folder.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn around(folder: &Path) -> Result<Self, CommandError> {
        let top = git(folder, ["rev-parse", "--show-toplevel"]).map_err(|error| {
            error.hint("a release is a commit with a tag: `git init` and commit the project first")
        })?;
        Ok(Self {
            top: tilsit_files::canonicalize(Path::new(&top))?,
        })
    }

    /// Refuses a repository that differs from its commit, or that no branch leads to.
    ///
    /// # Errors
    /// When it does.
    pub(super) fn refuse_unready(&self) -> Result<(), CommandError> {
        let changes = git(&self.top, ["status", "--porcelain", "--untracked-files=no"])?;
        if !changes.is_empty() {
            let count = changes.lines().count();
            let first = changes.lines().next().unwrap_or_default().trim_start();
            let first = first
                .split_once(' ')
                .map_or(first, |(_, path)| path.trim_start());
            let message = match count {
                1 => format!("`{first}` is changed and not committed"),
                _ => format!("{count} files are changed and not committed, `{first}` first"),
            };
            let error = CommandError::new(Code::ReleaseNotReady, message);
            return Err(error.hint("commit them, or put them aside with `git stash`"));
        }
        if git(&self.top, ["symbolic-ref", "--quiet", "HEAD"]).is_err() {
            let message = "no branch is checked out, which the release's commit could be on";
            let error = CommandError::new(Code::ReleaseNotReady, message);
            return Err(error.hint("`git switch BRANCH` first"));
        }
        Ok(())
    }

    /// A folder in it, seen from its top.
    ///
    /// # Errors
    /// When the folder is not in it.
    pub(super) fn inside(&self, folder: &Path) -> Result<PathBuf, CommandError> {
        let folder = tilsit_files::canonicalize(folder)?;
        let inside = folder.strip_prefix(&self.top);
        inside.map(Path::to_path_buf).map_err(|_| {
            let (folder, top) = (folder.display(), self.top.display());
            let message = format!("the project in `{folder}` is not in the repository `{top}`");
            CommandError::new(Code::ReleaseNotReady, message)
        })
    }

    /// Whether a tag is there.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn has_tag(&self, tag: &str) -> Result<bool, CommandError> {
        Ok(!git(&self.top, ["tag", "--list", "--", tag])?.is_empty())
    }

    /// The tags that lead to what is checked out, the newest first.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn newest_tags(&self) -> Result<Vec<String>, CommandError> {
        let tags = git(
            &self.top,
            ["tag", "--merged", "HEAD", "--sort=-creatordate"],
        )?;
        Ok(tags.lines().map(str::to_owned).collect())
    }

    /// Clones it, with the settings that commits are made by.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn clone_into(&self, folder: &Path) -> Result<Trial, CommandError> {
        let shared = ["clone", "--quiet", "--shared", "--"].map(OsStr::new);
        let words = shared
            .into_iter()
            .chain([self.top.as_os_str(), folder.as_os_str()]);
        git(&self.top, words)?;
        // None is an error for git.
        let settings =
            git(&self.top, ["config", "--null", "--get-regexp", SETTINGS]).unwrap_or_default();
        for setting in settings.split('\0').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('\n').unwrap_or((setting, "true"));
            git(folder, ["config", "--add", name, value])?;
        }
        Ok(Trial {
            folder: folder.to_path_buf(),
            origin: self.top.clone(),
            base: git(folder, ["rev-parse", "HEAD"])?,
        })
    }
}

impl Trial {
    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the repository is.
    pub(super) fn origin(&self) -> &Path {
        &self.origin
    }

    /// Commits what was changed, if something was, and says what.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn commit(&self, message: &str) -> Result<Vec<String>, CommandError> {
        git(&self.folder, ["add", "--update"])?;
        let changed = git(&self.folder, ["diff", "--cached", "--name-only"])?;
        if !changed.is_empty() {
            git(&self.folder, ["commit", "--quiet", "--message", message])?;
        }
        Ok(changed.lines().map(str::to_owned).collect())
    }

    /// Tags the commit.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn tag(&self, tag: &str, message: &str, sign: bool) -> Result<(), CommandError> {
        let kind = if sign { "--sign" } else { "--annotate" };
        git(&self.folder, ["tag", kind, "--message", message, "--", tag]).map(drop)
    }

    /// Makes the commit and the tag the repository's.
    ///
    /// # Errors
    /// When the repository has changed meanwhile, or git fails; it is then as it was.
    pub(super) fn hand_over(&self, tag: &str) -> Result<(), CommandError> {
        let head = git(&self.origin, ["rev-parse", "HEAD"])?;
        if head != self.base {
            let message = "somebody has committed to the repository meanwhile";
            return Err(CommandError::new(Code::ReleaseNotReady, message).hint("begin again"));
        }
        let commit = git(&self.folder, ["rev-parse", "HEAD"])?;
        let reference = format!("refs/tags/{tag}");
        let both = format!("{reference}:{reference}");
        let fetch = ["fetch", "--quiet", "--no-tags", "--"].map(OsStr::new);
        let words = fetch
            .into_iter()
            .chain([self.folder.as_os_str(), OsStr::new("HEAD")]);
        git(&self.origin, words)?;
        let words = fetch
            .into_iter()
            .chain([self.folder.as_os_str(), OsStr::new(&both)]);
        git(&self.origin, words)?;
        let merged = git(&self.origin, ["merge", "--quiet", "--ff-only", &commit]);
        merged.map(drop).inspect_err(|_| {
            // The failure that counts is told.
            let _ = git(&self.origin, ["tag", "--delete", tag]);
        })
    }

    /// Pushes the repository's branch and the tag to where the branch is pushed.
    ///
    /// # Errors
    /// When there is no such place, or it refuses them.
    pub(super) fn push(&self, tag: &str) -> Result<(), CommandError> {
        let branch = git(&self.origin, ["symbolic-ref", "--short", "HEAD"])?;
        let key = format!("branch.{branch}.remote");
        let remote = git(&self.origin, ["config", "--get", &key]).map_err(|_| {
            let message = format!("the branch `{branch}` has no remote to push to");
            CommandError::new(Code::ReleaseNotReady, message).hint(format!(
                "`git push --set-upstream REMOTE {branch}` gives it one"
            ))
        })?;
        let tag = format!("refs/tags/{tag}");
        git(
            &self.origin,
            ["push", "--quiet", "--atomic", &remote, &branch, &tag],
        )
        .map(drop)
    }
}

/// Runs git in a folder and gives what it writes.
fn git<W: AsRef<OsStr>>(
    folder: &Path,
    words: impl IntoIterator<Item = W>,
) -> Result<String, CommandError> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(words)
        .stdin(Stdio::null());
    for name in MISLEADING {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    let action = command
        .get_args()
        .nth(2)
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let output = command.output().map_err(|error| {
        let message = "the program `git`, which releases need, cannot be started";
        CommandError::new(Code::ProgramNotStarted, message).caused_by(error.to_string())
    })?;
    if output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        return Ok(text.trim_end_matches(['\n', '\r']).to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let message = format!("`git {action}` failed in `{}`", folder.display());
    Err(CommandError::new(Code::ReleaseNotReady, message).caused_by(lines.join("; ")))
}
