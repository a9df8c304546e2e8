//! Clones that stay, for people to work in: those of editable installs, of which nothing that somebody
//! changed is ever thrown away; and what a folder of a user is to git.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

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

/// The repository that a folder lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Its root.
    pub root: PathBuf,
    /// The commit that is checked out.
    pub commit: String,
    /// Where it is from, as its settings say: `origin` before other remotes.
    pub remote: Option<String>,
}

impl WorkTree {
    /// The repository around a folder; none where there is no git, no repository, or no commit yet.
    pub fn around(folder: &Path) -> Option<Self> {
        let root = PathBuf::from(ask(folder, &["rev-parse", "--show-toplevel"])?);
        let commit = ask(folder, &["rev-parse", "HEAD"])?;
        if !is_commit(&commit) {
            return None;
        }
        let remotes = ask(folder, &["config", "--get-regexp", r"^remote\..*\.url$"]);
        let remotes = remotes.unwrap_or_default();
        let mut all = remotes.lines().filter_map(|line| line.split_once(' '));
        let origin = all.clone().find(|(key, _)| *key == "remote.origin.url");
        let remote = origin.or_else(|| all.next());
        Some(Self {
            root,
            commit,
            remote: remote.map(|(_, url)| url.trim().to_owned()),
        })
    }

    /// The remote as a URL that an installer understands; none where it cannot be fetched from: a
    /// path without anything, or no address at all.
    pub fn remote_url(&self) -> Option<String> {
        remote_url(self.remote.as_deref()?)
    }
}

fn remote_url(remote: &str) -> Option<String> {
    if remote.contains("://") {
        return Some(remote.to_owned());
    }
    if let Ok(path) = tilsit_files::canonicalize(remote) {
        return Some(url::Url::from_file_path(path).ok()?.to_string());
    }
    // `user@host:path`, as ssh writes it.
    let (place, path) = remote.split_once(':')?;
    let host = place.rsplit('@').next()?;
    let is_plain = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    let is_host = !host.is_empty() && host.chars().all(is_plain);
    (is_host && !path.is_empty() && !path.starts_with('/')).then(|| format!("ssh://{place}/{path}"))
}

/// What git answers in a folder, without the end of the line.
fn ask(folder: &Path, words: &[&str]) -> Option<String> {
    let mut command = git_command();
    command.arg("-C").arg(folder).args(words);
    let go_on = &mut |_: &str| ControlFlow::Continue(());
    let finished = process::run(command, OUTPUT_MAX_BYTES, go_on).ok()?;
    let answer = finished.output.trim_end().to_owned();
    (finished.status.success() && !answer.is_empty()).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_as_urls() {
        let folder = env!("CARGO_MANIFEST_DIR");
        let cases = [
            (
                "https://index.example/a.git",
                Some("https://index.example/a.git".into()),
            ),
            (
                "git@index.example:team/a.git",
                Some("ssh://git@index.example/team/a.git".into()),
            ),
            (folder, Some(format!("file://{folder}"))),
            ("/no/such/folder", None),
            ("C:/no/such/folder", None),
            ("nonsense", None),
        ];
        for (remote, expected) in cases {
            assert_eq!(remote_url(remote), expected, "{remote}");
        }
    }
}
