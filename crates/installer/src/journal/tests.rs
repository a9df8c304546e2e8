//! Changes that break off at any point leave what was there before.

use std::path::Path;

use super::{Change, Journal, undo};

/// Every file below a folder, with its contents.
fn tree(root: &Path) -> Vec<(String, String)> {
    tilsit_files::walk(root)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.kind == tilsit_files::FileKind::File)
        .map(|entry| {
            let path = entry.path.strip_prefix(root).unwrap().display().to_string();
            (path, tilsit_files::read_to_string(&entry.path).unwrap())
        })
        .collect()
}

fn before(root: &Path) -> Journal {
    for (path, text) in [("a/one", "1"), ("a/two", "2"), ("b", "3"), ("stays", "4")] {
        let path = root.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
    Journal {
        moved: ["a/one", "a/two", "b", "gone"]
            .map(|path| root.join(path))
            .into(),
        made: vec![root.join("a/one")],
        folders: vec![root.join("c")],
        emptied: vec![root.join("b")],
    }
}

/// Carries the change out up to the step with this number; says whether there was one more.
fn carry_out(root: &Path, journal: &Journal, steps: usize) -> bool {
    let change = Change::begin(root, journal.clone()).unwrap();
    let actions: [&dyn Fn(&Change); 5] = [
        &|change| {
            let aside = change.folder.join("0");
            tilsit_files::rename(&journal.moved[0], aside).unwrap();
        },
        &|change| change.move_aside().unwrap(),
        &|_| tilsit_files::write(root.join("a/one"), "new").unwrap(),
        &|_| tilsit_files::create_dir_all(root.join("c")).unwrap(),
        &|_| tilsit_files::write(root.join("c/new"), "new").unwrap(),
    ];
    for action in actions.iter().take(steps) {
        action(&change);
    }
    if steps > actions.len() {
        change.commit().unwrap();
        return false;
    }
    true
}

#[test]
fn a_change_that_broke_off_is_undone() {
    let mut steps = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let journal = before(root);
        let old = tree(root);
        let broke_off = carry_out(root, &journal, steps);
        if !broke_off {
            break;
        }
        assert!(undo(root).unwrap());
        assert_eq!(tree(root), old, "after {steps} steps");
        assert!(!root.join("c").exists());
        assert!(!undo(root).unwrap());
        steps += 1;
    }
    assert_eq!(steps, 6);
}

#[test]
fn an_undoing_that_broke_off_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let journal = before(root);
    let old = tree(root);
    carry_out(root, &journal, 5);
    // As after the first half of an undoing: what was made is gone, one file is back.
    let change = root.join(super::FOLDER);
    tilsit_files::remove_file(root.join("a/one")).unwrap();
    tilsit_files::remove_dir_all(root.join("c")).unwrap();
    tilsit_files::remove_file(change.join(super::MOVED)).unwrap();
    tilsit_files::rename(change.join("0"), root.join("a/one")).unwrap();
    assert!(undo(root).unwrap());
    assert_eq!(tree(root), old);
}

#[test]
fn a_change_that_counts_is_brought_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut journal = before(root);
    tilsit_files::create_dir(root.join("empty")).unwrap();
    journal.emptied.push(root.join("empty"));
    carry_out(root, &journal, 5);
    let change = root.join(super::FOLDER);
    tilsit_files::rename(change.join(super::LIST), change.join(super::DONE)).unwrap();
    assert!(undo(root).unwrap());
    assert!(!root.join("empty").exists() && !change.exists());
    assert_eq!(
        tilsit_files::read_to_string(root.join("a/one")).unwrap(),
        "new"
    );
}

#[test]
fn a_change_that_counts_is_not_undone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let journal = before(root);
    carry_out(root, &journal, 99);
    assert!(!undo(root).unwrap());
    let new = [("a/one", "new"), ("c/new", "new"), ("stays", "4")]
        .map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(tree(root), new);
}

#[test]
fn a_list_that_is_not_whole_changes_nothing() {
    for text in [
        "",
        "{",
        "{}",
        r#"{"moved":["../x"],"made":[],"folders":[],"emptied":[]}"#,
    ] {
        assert_eq!(Journal::parse(text.as_bytes()), None, "{text}");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        before(root);
        let old = tree(root);
        tilsit_files::create_dir(root.join(super::FOLDER)).unwrap();
        tilsit_files::write(root.join(super::FOLDER).join("journal"), text).unwrap();
        assert!(undo(root).unwrap());
        assert_eq!(tree(root), old);
        // Not so if something was moved aside already: it is not thrown away.
        let aside = root.join(super::FOLDER).join("0");
        tilsit_files::create_dir(root.join(super::FOLDER)).unwrap();
        tilsit_files::write(root.join(super::FOLDER).join("journal"), text).unwrap();
        tilsit_files::rename(root.join("b"), &aside).unwrap();
        assert!(undo(root).unwrap_err().to_string().contains("journal"));
        assert!(aside.exists());
    }
}
