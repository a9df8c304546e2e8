//! Paths into a store, by their text: which wheel of which store they lead to.

use std::path::{Path, PathBuf};

/// A path inside the unpacked tree of a stored wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPath {
    /// The store: the folder `wheels`.
    pub store: PathBuf,
    /// The hash of the wheel's file.
    pub sha256: String,
    /// The path inside the tree, with `/`; empty for the tree itself.
    pub inside: String,
}

impl StoredPath {
    /// What an absolute path leads to: `…/<sha256>/tree/…`; none for any other path.
    pub fn parse(path: &Path) -> Option<Self> {
        let mut inside: Vec<&str> = Vec::new();
        for folder in path.ancestors() {
            let entry = folder.parent()?;
            let sha256 = entry.file_name()?.to_str()?;
            if folder.file_name()? == "tree" && is_key(sha256) {
                inside.reverse();
                return Some(Self {
                    store: entry.parent()?.to_path_buf(),
                    sha256: sha256.to_owned(),
                    inside: inside.join("/"),
                });
            }
            inside.push(folder.file_name()?.to_str()?);
        }
        None
    }

    /// The wheel's folder in the store.
    pub fn entry(&self) -> PathBuf {
        self.store.join(&self.sha256)
    }
}

/// Whether a text is a SHA-256 as the store writes it.
pub(crate) fn is_key(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_into_a_store_are_told_from_others() {
        let key = "0123456789abcdef".repeat(4);
        let path = format!("/cache/wheels/{key}/tree/demo/sub");
        let parsed = StoredPath::parse(Path::new(&path)).unwrap();
        assert_eq!(parsed.store, Path::new("/cache/wheels"));
        assert_eq!(
            (parsed.sha256.as_str(), parsed.inside.as_str()),
            (&*key, "demo/sub")
        );
        for other in [
            format!("/cache/wheels/{key}/manifest"),
            "/cache/wheels/abc/tree/demo".to_owned(),
            "/src/tree/demo".to_owned(),
            "../x".to_owned(),
            String::new(),
        ] {
            assert_eq!(StoredPath::parse(Path::new(&other)), None, "{other}");
        }
    }
}
