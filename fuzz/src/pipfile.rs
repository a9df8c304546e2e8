//! The readers of foreign files of projects in `tilsit-project`.

use std::path::Path;

use tilsit_packaging::requirement::Requirement;
use tilsit_project::edit::PipfileEditor;
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

/// A requirement on the first line, a Pipfile below: what is added is there once, what is taken out is
/// gone, and what fails changes nothing.
pub fn edit_pipfile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some((line, text)) = text.split_once('\n') else {
        return;
    };
    let (Ok(requirement), Ok(editor)) = (line.parse::<Requirement>(), PipfileEditor::parse(text))
    else {
        return;
    };
    assert_eq!(editor.clone().into_text(), text);
    let name = &requirement.name;
    for category in ["packages", "docs"] {
        let mut changed = editor.clone();
        let Ok(entry) = changed.add(category, &requirement, None) else {
            assert_eq!(changed.into_text(), text, "what fails changes nothing");
            continue;
        };
        let after = changed.clone().into_text();
        let mut again = PipfileEditor::parse(&after).expect("what was changed can be read");
        let with = again.categories_with(name);
        assert!(with.iter().any(|known| known == category), "{after:?}");
        let kept = again.add(category, &requirement, None);
        let kept = kept.expect("what was written can be written again");
        assert_eq!(kept.before.as_ref(), Some(&entry.after));
        let removed = changed.remove(category, name);
        assert!(removed.is_ok_and(|entry| entry.is_some()), "{after:?}");
    }
    let mut changed = editor.clone();
    if changed
        .add_source("new", "https://new.example/simple")
        .is_ok()
    {
        let text = changed.into_text();
        assert!(PipfileEditor::parse(&text).is_ok(), "{text:?}");
    }
}
