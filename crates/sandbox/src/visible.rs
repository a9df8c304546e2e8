//! Which places must be there for a path to be followed: each symbolic link on the way, and the end.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// As many as the kernel follows.
const LINKS_MAX: usize = 40;

/// The links on the way of an absolute path, in order, and the place where it ends; that alone where
/// a part of it cannot be looked at.
pub(crate) fn way(path: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let mut at = PathBuf::from("/");
    let mut left: VecDeque<OsString> = parts(path).collect();
    while let Some(part) = left.pop_front() {
        if part == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&part);
        match std::fs::read_link(&next) {
            Ok(target) if places.len() < LINKS_MAX => {
                places.push(next);
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                    left.push_front(part);
                }
            }
            _ => at = next,
        }
    }
    places.push(at);
    places
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(part) => Some(part.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_link_on_the_way_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/bin")).unwrap();
        std::fs::write(root.join("real/bin/python3"), "").unwrap();
        symlink("real", root.join("linked")).unwrap();
        symlink("python3", root.join("real/bin/python")).unwrap();
        symlink(root.join("linked/bin/python"), root.join("py")).unwrap();
        let names = ["py", "linked", "real/bin/python", "real/bin/python3"];
        let expected: Vec<PathBuf> = names.map(|name| root.join(name)).to_vec();
        assert_eq!(way(&root.join("py")), expected);
        assert_eq!(way(&root.join("real/../py")), expected);
    }

    #[test]
    fn a_circle_of_links_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        symlink("b", folder.path().join("a")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        assert!(way(&folder.path().join("a")).len() <= LINKS_MAX + 1);
    }
}
