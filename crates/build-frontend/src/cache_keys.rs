//! What the build of a folder depends on, as its project says it: `cache-keys` in `[tool.tilsit]`,
//! else in `[tool.uv]`, of pyproject.toml. Pure; [`crate::folder_state`] looks at what is named.

use serde::Deserialize;

/// One thing that a build depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheKey {
    /// A file, or those that a pattern names; from the project's folder.
    File(String),
    /// Whether there is such a folder.
    Folder(String),
    /// An environment variable.
    Variable(String),
    /// The repository that the folder is in.
    Repository {
        /// The commit that is checked out.
        commit: bool,
        /// The tags.
        tags: bool,
    },
}

/// The keys are not of a form that is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`cache-keys` is not understood: {0}")]
pub struct CacheKeysError(String);

/// What a pyproject.toml says its build depends on; none when it says nothing.
///
/// # Errors
/// When that is not of a form that is known.
pub fn cache_keys(pyproject: &str) -> Result<Option<Vec<CacheKey>>, CacheKeysError> {
    let document: PyProject =
        toml::from_str(pyproject).map_err(|error| CacheKeysError(error.message().to_owned()))?;
    let keys = document.tool.tilsit.cache_keys;
    let keys = keys.or(document.tool.uv.cache_keys);
    Ok(keys.map(|keys| keys.into_iter().map(CacheKey::from).collect()))
}

#[derive(Deserialize)]
struct PyProject {
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    tilsit: Table,
    #[serde(default)]
    uv: Table,
}

#[derive(Default, Deserialize)]
struct Table {
    #[serde(rename = "cache-keys")]
    cache_keys: Option<Vec<Written>>,
}

/// A key as it is written.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Written {
    Path(String),
    File { file: String },
    Folder { dir: String },
    Variable { env: String },
    Repository { git: Git },
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Git {
    Commit(bool),
    Parts {
        #[serde(default)]
        commit: bool,
        #[serde(default)]
        tags: bool,
    },
}

impl From<Written> for CacheKey {
    fn from(written: Written) -> Self {
        match written {
            Written::Path(path) | Written::File { file: path } => Self::File(path),
            Written::Folder { dir } => Self::Folder(dir),
            Written::Variable { env } => Self::Variable(env),
            Written::Repository { git } => {
                let (commit, tags) = match git {
                    Git::Commit(commit) => (commit, false),
                    Git::Parts { commit, tags } => (commit, tags),
                };
                Self::Repository { commit, tags }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        let text = "[tool.uv]
cache-keys = ['a.txt', {file = '**/*.c'}, {dir = 'src'}, {env = 'CC'}, {git = true},
  {git = {commit = true, tags = true}}]";
        let repository = |tags| CacheKey::Repository { commit: true, tags };
        assert_eq!(
            cache_keys(text).unwrap().unwrap(),
            [
                CacheKey::File("a.txt".into()),
                CacheKey::File("**/*.c".into()),
                CacheKey::Folder("src".into()),
                CacheKey::Variable("CC".into()),
                repository(false),
                repository(true),
            ]
        );
        // Ours goes before uv's, also where it is empty.
        let both = format!("[tool.tilsit]\ncache-keys = []\n{text}");
        assert_eq!(cache_keys(&both), Ok(Some(Vec::new())));
        assert_eq!(cache_keys("[project]\nname = 'a'"), Ok(None));
        for wrong in [
            "{file = 1}",
            "{file = 'a', dir = 'b'}",
            "{other = 'a'}",
            "1",
        ] {
            let text = format!("[tool.uv]\ncache-keys = [{wrong}]");
            assert!(cache_keys(&text).is_err(), "{wrong}");
        }
        assert!(cache_keys("[tool").is_err());
    }
}
