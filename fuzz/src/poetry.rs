//! The readers of Poetry's tables and of other tools' locks in `tilsit-project`.

use std::collections::BTreeSet;

use tilsit_packaging::requirement::Requirement;
use tilsit_project::foreign_locks::{ForeignLock, as_lock};
use tilsit_project::poetry::{PoetryLock, Tables};

/// Poetry's tables: what they require is a requirement in the words of the standard too.
pub fn poetry_tables(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(Some(tables)) = Tables::read(&text) else {
        return;
    };
    for (_, dependency) in tables.all() {
        let written = dependency.requirement.to_string();
        let again: Requirement = written.parse().expect("what was written is read");
        assert_eq!(again.name, dependency.requirement.name, "{written}");
    }
}

/// The locks of uv, PDM, Poetry and pipenv: every pin is a version that can be kept.
pub fn foreign_lock(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for kind in ForeignLock::ALL {
        let Ok(pins) = kind.pins(&text) else {
            continue;
        };
        let count: usize = pins.values().map(BTreeSet::len).sum();
        assert_eq!(as_lock(&pins).pylock.packages.len(), count);
    }
}

/// A poetry.lock: what has no files of an index is refused, or is nothing to restrict.
pub fn poetry_lock(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(lock) = PoetryLock::parse(&text) else {
        return;
    };
    let mut versions = lock.versions();
    let count = versions.pylock.packages.len();
    assert!(count <= lock.packages.len());
    // Nothing has files, so of what is locked nothing is left.
    assert_eq!(lock.restrict(&mut versions).is_err(), count > 0);
}
