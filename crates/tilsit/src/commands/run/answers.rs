//! Which environment fits a question (requirements, Python, settings), so that running a script
//! again needs no index. An answer holds for a day; then it is found out again, and as a rule the
//! same environment comes of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tilsit_files::{Durability, FileError};
use tilsit_simple_api::Sha256Digest;

/// How long an answer holds, in seconds.
const FRESH_SECONDS: i64 = 24 * 60 * 60;

/// The answers in a folder of the cache.
#[derive(Debug)]
pub(super) struct Answers {
    folder: PathBuf,
}

#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    environment: String,
    found_out: Timestamp,
}

impl Answers {
    /// The answers in `folder`, which is made when something is remembered.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The name of the environment that answers the question, when that is known and fresh.
    pub(super) fn find(&self, question: &str, now: Timestamp) -> Option<String> {
        let text = tilsit_files::read_to_string(self.path(question)).ok()?;
        let answer: Answer = serde_json::from_str(&text).ok()?;
        let age = now.as_second() - answer.found_out.as_second();
        (0..FRESH_SECONDS)
            .contains(&age)
            .then_some(answer.environment)
    }

    /// Remembers the answer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn remember(
        &self,
        question: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<(), FileError> {
        let answer = Answer {
            environment: environment.to_owned(),
            found_out: now,
        };
        let text = serde_json::to_string(&answer).expect("an answer is plain data");
        tilsit_files::create_dir_all(&self.folder)?;
        tilsit_files::write_atomic(self.path(question), text, Durability::Fast)
    }

    /// The environments of the answers that were found out since a moment; older answers go, and
    /// what is no answer.
    ///
    /// # Errors
    /// When the folder cannot be listed, or an answer not be removed.
    pub(super) fn environments_since(
        &self,
        since: Timestamp,
    ) -> Result<BTreeSet<String>, FileError> {
        let entries = match tilsit_files::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut environments = BTreeSet::new();
        for entry in entries {
            let text = tilsit_files::read_to_string(&entry.path).unwrap_or_default();
            match serde_json::from_str::<Answer>(&text) {
                Ok(answer) if answer.found_out >= since => {
                    environments.insert(answer.environment);
                }
                _ => drop(tilsit_files::remove_file_if_exists(&entry.path)?),
            }
        }
        Ok(environments)
    }

    fn path(&self, question: &str) -> PathBuf {
        self.folder.join(digest(question))
    }
}

/// The name of what a text describes: the first half of its SHA-256.
pub(super) fn digest(text: &str) -> String {
    let mut name = Sha256Digest(Sha256::digest(text.as_bytes()).into()).to_string();
    name.truncate(32);
    name
}

#[cfg(test)]
mod tests;
