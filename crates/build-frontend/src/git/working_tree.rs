//! What a folder of the user is to git: the repository that it lies in, for those who write down
//! where something is from.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{MISLEADING, is_commit};
use crate::process;

/// How much git may say.
const OUTPUT_MAX_BYTES: u64 = 1 << 20;

/// The repository that a folder lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingTree {
    /// Its root.
    pub root: PathBuf,
    /// The commit that is checked out.
    pub commit: String,
    /// Where it is from, as its settings say: `origin` before other remotes.
    pub remote: Option<String>,
}

impl WorkingTree {
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
    let mut command = Command::new("git");
    for name in MISLEADING {
        command.env_remove(name);
    }
    command.arg("-C").arg(folder).args(words);
    command.env("LC_ALL", "C");
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
