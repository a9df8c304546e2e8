//! Repositories, by the `git` program: one bare clone a URL in the cache, and a checkout a build. Of a
//! repository the branch, tag or commit is fetched that is asked for, with its history and the tags
//! in it, from which backends count versions, and without the contents of files that are not checked
//! out, where the server can leave them out; all branches only where it cannot be found otherwise.
//!
//! [`work_tree`] is about the clones of users.
//!
//! Git asks nobody for a password, follows no protocol that can run programs, and is told where to
//! work by arguments, not by the variables that a hook or an alias may have left in the environment.

pub mod work_tree;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use tilsit_build_backend::vcs_version::MISLEADING;
use tilsit_files::{FileError, LockFile, LockKind};

use crate::built_cache::USED;
use crate::process::{self, ProcessError};
use crate::source::GitSource;

/// The folder of clones in a cache.
pub const GIT: &str = "git-v1";

/// Commits and folders, and of files only what is checked out.
const FILTER: &str = "--filter=blob:none";

/// How much git may say.
const OUTPUT_MAX_BYTES: u64 = 64 << 20;

/// Why a repository cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// A file or folder cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The program is not there.
    #[error("the program `{program}`, which fetches `{url}`, cannot be run")]
    Program {
        /// The program.
        program: &'static str,
        /// The repository, without credentials.
        url: String,
        /// Why.
        source: ProcessError,
    },
    /// The program failed.
    #[error("`{action}` failed for `{url}`: {output}")]
    Failed {
        /// The program, and what it was to do.
        action: String,
        /// The repository, without credentials.
        url: String,
        /// What it said.
        output: String,
    },
    /// A folder in which another repository lies, or none.
    #[error("the folder `{}` is in the way: it holds {found}", folder.display())]
    InTheWay {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        found: String,
    },
    /// There is no such branch, tag or commit.
    #[error("the repository `{url}` has no branch, tag or commit `{revision}`")]
    NoRevision {
        /// The repository, without credentials.
        url: String,
        /// What was asked for.
        revision: String,
    },
    /// The network may not be used.
    #[error("`{0}` must be fetched, and the network may not be used")]
    Offline(String),
}

/// The bare clones.
pub(crate) struct Repositories<'a> {
    /// The folder that holds them.
    pub(crate) folder: &'a Path,
    pub(crate) offline: bool,
    pub(crate) on_output: &'a dyn Fn(&str) -> ControlFlow<()>,
}

/// A commit in a bare clone, or what a checkout of another system is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    /// The clone, or the checkout.
    pub(crate) place: PathBuf,
}

impl Repositories<'_> {
    /// The commit that is meant; fetched if it is not there yet. A branch or tag is asked for anew.
    pub(crate) fn commit(&self, source: &GitSource) -> Result<Commit, GitError> {
        let url = source.public_url();
        let folder = self.folder.join(hex(&Sha256::digest(&url)));
        let bare = folder.join("bare");
        tilsit_files::create_dir_all(&folder)?;
        let _lock = LockFile::acquire(lock_path(&folder), LockKind::Exclusive)?;
        tilsit_files::write(folder.join(USED), "1")?;
        if !bare.join("HEAD").is_file() {
            self.git(source, "init", &["init", "--quiet", "--bare"], Some(&bare))?;
        }
        let at = |id: String| Commit {
            id,
            place: bare.clone(),
        };
        let revision = source.revision.as_deref().unwrap_or("HEAD");
        if is_commit(revision) && self.has(source, &bare, revision) {
            return Ok(at(revision.to_ascii_lowercase()));
        }
        if self.offline {
            return Err(GitError::Offline(url));
        }
        // Most servers give a commit by its name; else it is looked for in all branches. A branch or
        // tag costs one small request, and what it names is mostly there already.
        let named = if is_commit(revision) {
            Some((revision.to_ascii_lowercase(), revision.to_owned()))
        } else {
            self.remote_id(source, revision)?
        };
        if let Some((id, reference)) = named {
            let is_there = || self.has(source, &bare, &id);
            if is_there() || self.fetch_one(source, &bare, &reference, &id) && is_there() {
                return Ok(at(id));
            }
        }
        self.fetch(source, &bare, &[])?;
        if let Some(id) = self.local_id(source, &bare, revision) {
            return Ok(at(id));
        }
        // Some servers give commits that no branch has, and references of their own.
        let fetched = self.fetch(source, &bare, &[revision]);
        let found = fetched
            .ok()
            .and_then(|()| self.local_id(source, &bare, "FETCH_HEAD"));
        found.map(at).ok_or_else(|| GitError::NoRevision {
            url,
            revision: revision.to_owned(),
        })
    }

    /// Puts the files of a commit into the new folder `tree`, with those of its submodules.
    pub(crate) fn check_out(
        &self,
        source: &GitSource,
        commit: &Commit,
        tree: &Path,
    ) -> Result<(), GitError> {
        let bare = commit.place.to_string_lossy();
        let target = tree.to_string_lossy();
        let clone = [
            "clone",
            "--quiet",
            "--no-checkout",
            "--shared",
            "--",
            &*bare,
            &*target,
        ];
        self.git(source, "clone", &clone, None)?;
        let inside = |words: &[&str]| {
            let mut all = vec!["-C", &*target];
            all.extend(words);
            let action = words
                .iter()
                .find(|word| !word.starts_with("-c") && !word.contains('='));
            self.git(source, action.unwrap_or(&""), &all, None)
        };
        let remote = format!("remote.origin.url={}", source.repository);
        if self.lacks_contents(source, &commit.place) {
            // What is missing is fetched when it is checked out; backends may ask for more.
            inside(&["remote", "set-url", "origin", &source.public_url()])?;
            inside(&["config", "remote.origin.promisor", "true"])?;
            inside(&["config", "remote.origin.partialclonefilter", "blob:none"])?;
        }
        let checkout = [
            "-c", &remote, "checkout", "--quiet", "--force", "--detach", &commit.id,
        ];
        inside(&checkout)?;
        if tree.join(".gitmodules").is_file() {
            // Submodules may lie beside the repository: their URLs are relative to its own.
            inside(&["remote", "set-url", "origin", &source.repository])?;
            inside(&["submodule", "--quiet", "update", "--init", "--recursive"])?;
        }
        Ok(())
    }

    /// Whether contents of files were left out when the clone was fetched.
    fn lacks_contents(&self, source: &GitSource, bare: &Path) -> bool {
        let words = ["config", "--get", "remote.origin.promisor"];
        self.git(source, "config", &words, Some(bare)).is_ok()
    }

    fn has(&self, source: &GitSource, bare: &Path, id: &str) -> bool {
        let object = format!("{id}^{{commit}}");
        let words = ["cat-file", "-e", &object];
        self.git(source, "cat-file", &words, Some(bare)).is_ok()
    }

    /// The commit that the server has under this name, and the whole name.
    fn remote_id(
        &self,
        source: &GitSource,
        name: &str,
    ) -> Result<Option<(String, String)>, GitError> {
        let peeled = format!("{name}^{{}}");
        let words = [
            "ls-remote",
            "--quiet",
            "--",
            &source.repository,
            name,
            &peeled,
        ];
        let output = self.git(source, "ls-remote", &words, None)?;
        Ok(pick(&output, name))
    }

    /// The commit that the bare clone has under this name.
    fn local_id(&self, source: &GitSource, bare: &Path, name: &str) -> Option<String> {
        let prefixes = ["refs/heads/", "refs/tags/", ""];
        prefixes.iter().find_map(|prefix| {
            let object = format!("{prefix}{name}^{{commit}}");
            let words = [
                "rev-parse",
                "--quiet",
                "--verify",
                "--end-of-options",
                &object,
            ];
            let output = self.git(source, "rev-parse", &words, Some(bare)).ok()?;
            let id = output.lines().last()?.trim();
            is_commit(id).then(|| id.to_owned())
        })
    }

    /// Fetches one reference or commit with its history, but without the contents of files where the
    /// server can leave them out; whether it was given.
    fn fetch_one(&self, source: &GitSource, bare: &Path, what: &str, id: &str) -> bool {
        // A name of its own for each commit: those of branches may exclude each other.
        let refspec = format!("+{what}:refs/tilsit/{id}");
        // Git notes by the remote's name that contents are missing, so it needs one; the URL, which may
        // have credentials, is not kept.
        let remote = format!("remote.origin.url={}", source.repository);
        let words = [
            "-c",
            &remote,
            "fetch",
            "--quiet",
            "--force",
            "--no-write-fetch-head",
            FILTER,
            "origin",
            &refspec,
        ];
        self.git(source, "fetch", &words, Some(bare)).is_ok()
    }

    fn fetch(&self, source: &GitSource, bare: &Path, what: &[&str]) -> Result<(), GitError> {
        let mut words = vec![
            "fetch",
            "--quiet",
            "--force",
            "--tags",
            "--no-write-fetch-head",
        ];
        if what.is_empty() {
            words.push("--prune");
        } else {
            words.retain(|word| *word != "--no-write-fetch-head");
        }
        words.extend(["--", &source.repository]);
        if what.is_empty() {
            words.push("+refs/heads/*:refs/heads/*");
        }
        words.extend(what);
        self.git(source, "fetch", &words, Some(bare)).map(drop)
    }

    /// Runs git, in the repository at `bare` if one is given.
    fn git(
        &self,
        source: &GitSource,
        action: &str,
        words: &[&str],
        bare: Option<&Path>,
    ) -> Result<String, GitError> {
        let mut command = git_command();
        if self.offline {
            command.env("GIT_ALLOW_PROTOCOL", "file");
        }
        match bare {
            Some(bare) if action == "init" => command.args(words).arg(bare),
            Some(bare) => command.arg("--git-dir").arg(bare).args(words),
            None => command.args(words),
        };
        let mut on_output = |piece: &str| (self.on_output)(piece);
        let url = source.public_url();
        let finished = process::run(command, OUTPUT_MAX_BYTES, &mut on_output);
        let finished = finished.map_err(|source| GitError::Program {
            program: "git",
            url: url.clone(),
            source,
        })?;
        if finished.status.success() {
            return Ok(finished.output);
        }
        // Git leaves passwords out as a rule; here they are left out always.
        let output = finished.output.replace(&source.repository, &url);
        let output = in_one_line(&output);
        Err(GitError::Failed {
            action: format!("git {action}"),
            url,
            output,
        })
    }
}

/// What a program said, as a part of a message.
pub(crate) fn in_one_line(output: &str) -> String {
    let lines = output.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("; ")
}

/// The lock of a clone, in its folder.
pub(crate) fn lock_path(folder: &Path) -> PathBuf {
    folder.join("bare.lock")
}

/// Git, asking nobody and led by nothing but its arguments.
fn git_command() -> Command {
    let mut command = Command::new("git");
    for name in MISLEADING {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file")
        .env("LC_ALL", "C");
    command
}

/// Whether a text is the whole name of a commit.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit of a name in what `git ls-remote` says, and the reference that has it: a branch before a
/// tag, an annotated tag's commit before the tag itself.
fn pick(output: &str, name: &str) -> Option<(String, String)> {
    let wanted = [
        name.to_owned(),
        format!("refs/heads/{name}"),
        format!("refs/tags/{name}^{{}}"),
        format!("refs/tags/{name}"),
    ];
    let pairs = || output.lines().filter_map(|line| line.split_once('\t'));
    let found = wanted.iter().find_map(|wanted| {
        let mut pairs = pairs();
        pairs.find(|(_, reference)| reference.trim_end() == wanted)
    });
    let (id, reference) = found?;
    let reference = reference.trim_end().trim_end_matches("^{}");
    is_commit(id).then(|| (id.to_owned(), reference.to_owned()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
