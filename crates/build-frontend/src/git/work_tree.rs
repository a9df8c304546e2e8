//! Clones that stay, for people to work in: those of editable installs. Nothing that somebody changed
//! in one is ever thrown away.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{GitError, OUTPUT_MAX_BYTES, git_command, in_one_line, is_commit};
use crate::process;
use crate::source::GitSource;

/// Clones a repository into a folder, or brings the clone that is there up to date, and checks out what
/// is meant of it.
///
/// # Errors
/// When git fails, something else lies in the folder, or changes there are in the way.
pub fn check_out_to_stay(
    source: &GitSource,
    folder: &Path,
    on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<(), GitError> {
    let url = source.public_url();
    let in_the_way = |found: &str| GitError::InTheWay {
        folder: folder.to_path_buf(),
        found: found.to_owned(),
    };
    let is_new = tilsit_files::read_dir(folder).map_or(true, |inside| inside.is_empty());
    let mut git = Git {
        url: &url,
        repository: &source.repository,
        on_output,
    };
    if is_new {
        if let Some(parent) = folder.parent() {
            tilsit_files::create_dir_all(parent)?;
        }
        let words = ["clone", "--quiet", "--", &source.repository];
        git.run(None, &words, Some(folder))?;
    } else {
        if !folder.join(".git").exists() {
            return Err(in_the_way("no repository"));
        }
        let found = git.run(
            Some(folder),
            &["config", "--get", "remote.origin.url"],
            None,
        )?;
        if found.trim() != source.repository {
            let found = tilsit_packaging::direct_url::strip_credentials(found.trim(), &["git"]);
            return Err(in_the_way(&format!("a clone of `{found}`")));
        }
        let changes = ["status", "--porcelain", "--untracked-files=no"];
        if !git.run(Some(folder), &changes, None)?.trim().is_empty() {
            return Err(in_the_way("changes that are not committed"));
        }
        git.run(
            Some(folder),
            &["fetch", "--quiet", "--tags", "origin"],
            None,
        )?;
    }
    git.check_out(source, folder, is_new)?;
    if folder.join(".gitmodules").is_file() {
        let words = ["submodule", "--quiet", "update", "--init", "--recursive"];
        git.run(Some(folder), &words, None)?;
    }
    Ok(())
}

struct Git<'a> {
    /// The repository, without credentials.
    url: &'a str,
    repository: &'a str,
    on_output: &'a mut dyn FnMut(&str) -> ControlFlow<()>,
}

impl Git<'_> {
    fn run(
        &mut self,
        folder: Option<&Path>,
        words: &[&str],
        path: Option<&Path>,
    ) -> Result<String, GitError> {
        let mut command = git_command();
        if let Some(folder) = folder {
            command.arg("-C").arg(folder);
        }
        command.args(words).args(path);
        let finished = process::run(command, OUTPUT_MAX_BYTES, &mut self.on_output);
        let finished = finished.map_err(|source| GitError::Program {
            program: "git",
            url: self.url.to_owned(),
            source,
        })?;
        if finished.status.success() {
            return Ok(finished.output);
        }
        let output = finished.output.replace(self.repository, self.url);
        Err(GitError::Failed {
            action: format!("git {}", words[0]),
            url: self.url.to_owned(),
            output: in_one_line(&output),
        })
    }

    fn check_out(
        &mut self,
        source: &GitSource,
        folder: &Path,
        is_new: bool,
    ) -> Result<(), GitError> {
        let Some(revision) = &source.revision else {
            // A new clone has it already; an old one moves on with its branch, if it is on one.
            let on_branch = ["symbolic-ref", "--quiet", "HEAD"];
            if !is_new && self.run(Some(folder), &on_branch, None).is_ok() {
                let words = ["merge", "--quiet", "--ff-only", "@{upstream}"];
                self.run(Some(folder), &words, None)?;
            }
            return Ok(());
        };
        let remote = format!("refs/remotes/origin/{revision}");
        let is_branch = ["rev-parse", "--quiet", "--verify", &remote];
        if self.run(Some(folder), &is_branch, None).is_ok() {
            self.run(Some(folder), &["checkout", "--quiet", revision, "--"], None)?;
            let words = ["merge", "--quiet", "--ff-only", &remote];
            return self.run(Some(folder), &words, None).map(drop);
        }
        let commit = format!("{revision}^{{commit}}");
        let is_known = [
            "rev-parse",
            "--quiet",
            "--verify",
            "--end-of-options",
            &commit,
        ];
        if self.run(Some(folder), &is_known, None).is_err() {
            // A reference of the server's own, or a commit that no branch has.
            let words = ["fetch", "--quiet", "origin", revision];
            if self.run(Some(folder), &words, None).is_err() {
                return Err(GitError::NoRevision {
                    url: self.url.to_owned(),
                    revision: revision.clone(),
                });
            }
            let words = ["checkout", "--quiet", "--detach", "FETCH_HEAD"];
            return self.run(Some(folder), &words, None).map(drop);
        }
        let words = ["checkout", "--quiet", "--detach", &commit];
        self.run(Some(folder), &words, None).map(drop)
    }
}

/// The clone that a folder lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Where it was cloned from, if from anywhere.
    pub remote: Option<String>,
    /// The commit that is checked out.
    pub commit: String,
    /// The folder in it; none for its root.
    pub subdirectory: Option<String>,
}

impl WorkTree {
    /// The clone around a folder; none if there is none, or no git.
    pub fn around(folder: &Path) -> Option<Self> {
        let ask = |words: &[&str]| {
            let mut command: Command = git_command();
            command.arg("-C").arg(folder).args(words);
            let finished =
                process::run(
                    command,
                    OUTPUT_MAX_BYTES,
                    &mut |_| ControlFlow::Continue(()),
                );
            let finished = finished.ok().filter(|finished| finished.status.success())?;
            Some(finished.output.trim().to_owned())
        };
        let root = PathBuf::from(ask(&["rev-parse", "--show-toplevel"])?);
        let commit = ask(&["rev-parse", "HEAD"]).filter(|commit| is_commit(commit))?;
        let remotes = ask(&["config", "--get-regexp", r"^remote\..*\.url$"]).unwrap_or_default();
        let urls = || remotes.lines().filter_map(|line| line.split_once(' '));
        let origin = urls().find(|(name, _)| *name == "remote.origin.url");
        let remote = origin.or_else(|| urls().next());
        let real = tilsit_files::canonicalize(folder).ok()?;
        let inside = real
            .strip_prefix(&root)
            .ok()?
            .to_string_lossy()
            .into_owned();
        Some(Self {
            remote: remote.map(|(_, url)| with_scheme(url)),
            commit,
            subdirectory: (!inside.is_empty()).then_some(inside),
        })
    }
}

/// A remote as a URL: `host:path` is SSH's, and a path a `file:` URL.
fn with_scheme(remote: &str) -> String {
    if remote.contains("://") {
        return remote.to_owned();
    }
    if let Some((host, path)) = remote.split_once(':')
        && !host.contains('/')
    {
        return format!("ssh://{host}/{}", path.trim_start_matches('/'));
    }
    url::Url::from_file_path(remote).map_or_else(|()| remote.to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_as_urls() {
        for (remote, expected) in [
            ("https://index.example/a.git", "https://index.example/a.git"),
            (
                "git@index.example:me/a.git",
                "ssh://git@index.example/me/a.git",
            ),
            ("/srv/a.git", "file:///srv/a.git"),
        ] {
            assert_eq!(with_scheme(remote), expected);
        }
    }
}
