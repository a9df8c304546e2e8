//! Repositories, by the `git` program: one bare clone a URL in the cache, and a checkout a build.
//!
//! Git asks nobody for a password, follows no protocol that can run programs, and is told where to
//! work by arguments, not by the variables that a hook or an alias may have left in the environment.

mod working_tree;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use tilsit_files::{FileError, LockFile, LockKind};

use crate::process::{self, ProcessError};
use crate::source::GitSource;

pub use working_tree::WorkingTree;

/// Variables that would lead git elsewhere.
const MISLEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// How much git may say.
const OUTPUT_MAX_BYTES: u64 = 64 << 20;

/// Why a repository cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// A file or folder cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no git.
    #[error("the program `git`, which fetches `{url}`, cannot be run")]
    Program {
        /// The repository, without credentials.
        url: String,
        /// Why.
        source: ProcessError,
    },
    /// Git failed.
    #[error("`git {action}` failed for `{url}`: {output}")]
    Failed {
        /// What it was to do.
        action: String,
        /// The repository, without credentials.
        url: String,
        /// What it said.
        output: String,
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

/// A commit in a bare clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) bare: PathBuf,
}

impl Repositories<'_> {
    /// The commit that is meant; fetched if it is not there yet. A branch or tag is asked for anew.
    pub(crate) fn commit(&self, source: &GitSource) -> Result<Commit, GitError> {
        let url = source.public_url();
        let bare = self.folder.join(hex(&Sha256::digest(&url))).join("bare");
        if let Some(parent) = bare.parent() {
            tilsit_files::create_dir_all(parent)?;
        }
        let _lock = LockFile::acquire(bare.with_extension("lock"), LockKind::Exclusive)?;
        if !bare.join("HEAD").is_file() {
            self.git(source, "init", &["init", "--quiet", "--bare"], Some(&bare))?;
        }
        let at = |id: String| Commit {
            id,
            bare: bare.clone(),
        };
        let revision = source.revision.as_deref().unwrap_or("HEAD");
        if is_commit(revision) && self.has(source, &bare, revision) {
            return Ok(at(revision.to_ascii_lowercase()));
        }
        if self.offline {
            return Err(GitError::Offline(url));
        }
        // One small request; what it names is mostly there already.
        if let Some(id) = self.remote_id(source, revision)? {
            if !self.has(source, &bare, &id) {
                self.fetch(source, &bare, &[])?;
            }
            if self.has(source, &bare, &id) {
                return Ok(at(id));
            }
        } else {
            self.fetch(source, &bare, &[])?;
        }
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
        let bare = commit.bare.to_string_lossy();
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
            self.git(source, words[0], &all, None)
        };
        inside(&["checkout", "--quiet", "--force", "--detach", &commit.id])?;
        if tree.join(".gitmodules").is_file() {
            // Submodules may lie beside the repository: their URLs are relative to its own.
            inside(&["remote", "set-url", "origin", &source.repository])?;
            inside(&["submodule", "--quiet", "update", "--init", "--recursive"])?;
        }
        Ok(())
    }

    fn has(&self, source: &GitSource, bare: &Path, id: &str) -> bool {
        let object = format!("{id}^{{commit}}");
        let words = ["cat-file", "-e", &object];
        self.git(source, "cat-file", &words, Some(bare)).is_ok()
    }

    /// The commit that the server has under this name.
    fn remote_id(&self, source: &GitSource, name: &str) -> Result<Option<String>, GitError> {
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
        let mut command = Command::new("git");
        for name in MISLEADING {
            command.env_remove(name);
        }
        command
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", "https:http:ssh:git:file")
            .env("LC_ALL", "C");
        match bare {
            Some(bare) if action == "init" => command.args(words).arg(bare),
            Some(bare) => command.arg("--git-dir").arg(bare).args(words),
            None => command.args(words),
        };
        let mut on_output = |piece: &str| (self.on_output)(piece);
        let url = source.public_url();
        let finished = process::run(command, OUTPUT_MAX_BYTES, &mut on_output);
        let finished = finished.map_err(|source| GitError::Program {
            url: url.clone(),
            source,
        })?;
        if finished.status.success() {
            return Ok(finished.output);
        }
        // Git leaves passwords out as a rule; here they are left out always.
        let output = finished.output.replace(&source.repository, &url);
        let output = output.trim().lines().collect::<Vec<_>>().join("; ");
        Err(GitError::Failed {
            action: action.to_owned(),
            url,
            output,
        })
    }
}

/// Whether a text is the whole name of a commit.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit of a name in what `git ls-remote` says: a branch before a tag, an annotated tag's
/// commit before the tag itself.
fn pick(output: &str, name: &str) -> Option<String> {
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
    let (id, _) = found?;
    is_commit(id).then(|| id.to_owned())
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
