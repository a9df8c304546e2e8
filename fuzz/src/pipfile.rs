//! The readers of foreign files of projects in `tilsit-project`.

use std::path::Path;

use tilsit_project::pipfile::{Pipfile, PipfileLock};

/// A Pipfile: its digest is one, and every category is a group of the workspace.
pub fn pipfile(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(pipfile) = Pipfile::parse(&text) else {
        return;
    };
    let digest = pipfile.digest("https://index.example/simple");
    assert_eq!(digest.len(), 64);
    let workspace = pipfile.workspace(Path::new("/srv"));
    assert!(workspace.members.is_empty() && workspace.root_groups.len() >= 2);
}

/// A Pipfile.lock: what is read can be asked for.
pub fn pipfile_lock(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(lock) = PipfileLock::parse(&text) else {
        return;
    };
    let mut versions = lock.versions();
    // Nothing has files, so of what has hashes nothing is left.
    let has_hashes = lock
        .categories
        .values()
        .flatten()
        .any(|entry| !entry.hashes.is_empty());
    assert_eq!(lock.restrict(&mut versions).is_err(), has_hashes);
    let pipfile = Pipfile::parse("").expect("an empty file is one");
    let workspace = pipfile.workspace(Path::new("/srv"));
    if let Ok(workspace) = lock.workspace(&workspace) {
        let asked: usize = workspace.root_groups.values().map(Vec::len).sum();
        assert_eq!(asked, lock.categories.values().map(Vec::len).sum::<usize>());
    }
}
