//! No path from outside leaves its folder, by its text or by a link on its way.

use proptest::prelude::*;

use super::*;
use crate::{exists, read, write};

#[test]
fn texts_that_are_refused() {
    let cases = [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("//host/share", "is absolute"),
        ("a\\b", "has a backslash"),
        ("C:\\x", "has a backslash"),
        ("a\0b", "has a control character"),
        ("a\nb", "has a control character"),
        ("a\u{9b}b", "has a control character"),
        ("a//b", "has an empty step"),
        ("a/", "has an empty step"),
        ("..", "has a step that is `.` or `..`"),
        ("a/../b", "has a step that is `.` or `..`"),
        ("./a", "has a step that is `.` or `..`"),
        ("a/.", "has a step that is `.` or `..`"),
    ];
    for (relative, expected) in cases {
        match check_relative(relative) {
            Err(ConfinedError::Refused { reason, .. }) => assert_eq!(reason, expected),
            other => panic!("{relative:?}: {other:?}"),
        }
    }
    for relative in ["a", "a/b.py", "...", "..a/b..", "Ünï/日本", "a b"] {
        check_relative(relative).unwrap();
    }
}

#[test]
fn the_message_shows_control_characters_escaped() {
    let error = check_relative("a\u{1b}[31m").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the path `a\\u{1b}[31m` has a control character"
    );
}

#[test]
fn works_below_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let confined = ConfinedFolder::open(folder.path()).unwrap();
    confined.create_dir_all("a/b").unwrap();
    confined.create_dir_all("a/b").unwrap();
    drop(confined.create_file("a/b/c", false).unwrap());
    let again = confined.create_file("a/b/c", false).unwrap_err();
    assert!(matches!(again, ConfinedError::File(error) if error.is_already_there()));
    confined.open_file("a/b/c").unwrap();
    assert!(confined.remove_dir("a/b").is_err());
    assert!(confined.remove_file("a/b").is_err());
    confined.remove_file("a/b/c").unwrap();
    confined.remove_dir("a/b").unwrap();
    assert!(!exists(folder.path().join("a/b")).unwrap());
    for relative in ["../x", "/x", "a/../../x"] {
        let refused = confined.create_file(relative, false).unwrap_err();
        assert!(matches!(refused, ConfinedError::Refused { .. }));
    }
}

#[cfg(unix)]
#[test]
fn no_link_is_walked_through() {
    use crate::symlink;

    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    let root = folder.path().join("root");
    std::fs::create_dir_all(outside.join("deep")).unwrap();
    std::fs::create_dir_all(root.join("real")).unwrap();
    write(outside.join("victim"), "precious").unwrap();
    symlink("../outside", root.join("out")).unwrap();
    symlink("real", root.join("inside")).unwrap();
    symlink("../outside/victim", root.join("victim")).unwrap();
    let confined = ConfinedFolder::open(&root).unwrap();
    let refusals = [
        confined.create_file("out/new", false).map(drop),
        confined.create_file("inside/new", false).map(drop),
        confined.create_dir_all("out/deep/new"),
        confined.create_dir_all("out/new"),
        confined.open_file("out/victim").map(drop),
        confined.open_file("victim").map(drop),
        confined.remove_file("out/victim"),
        confined.remove_dir("out/deep"),
        join_confined(&root, "out/victim").map(drop),
        join_confined(&root, "inside/x").map(drop),
    ];
    for (at, refusal) in refusals.into_iter().enumerate() {
        let error = refusal.expect_err("a link must not be followed");
        assert!(
            matches!(error, ConfinedError::LeavesRoot { .. }),
            "{at}: {error:?}"
        );
    }
    assert_eq!(read(outside.join("victim")).unwrap(), b"precious");
    // A link itself can be removed, and what it leads to stays.
    confined.remove_file("victim").unwrap();
    assert_eq!(read(outside.join("victim")).unwrap(), b"precious");
    assert!(confined.create_file("real/new", true).is_ok());
}

#[cfg(unix)]
#[test]
fn the_step_by_step_way_refuses_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    crate::symlink("/", root.join("a/link")).unwrap();
    let handle = system::FolderHandle::open(&root).unwrap();
    assert!(handle.folder_by_steps("a/b").is_ok());
    let refused = handle.folder_by_steps("a/link").unwrap_err();
    assert!(system::is_link_refusal(&refused), "{refused:?}");
    let refused = handle.folder_by_steps("a/link/etc").unwrap_err();
    assert!(system::is_link_refusal(&refused), "{refused:?}");
}

#[test]
fn a_joined_path_may_end_in_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let joined = join_confined(folder.path(), "a/b/c").unwrap();
    assert_eq!(joined, folder.path().join("a").join("b").join("c"));
}

proptest! {
    #[test]
    fn what_is_taken_stays_inside(relative in "[a./\\\\ \0-]{0,12}") {
        if check_relative(&relative).is_ok() {
            let joined = Path::new("root").join(&relative);
            let mut depth = 0_usize;
            for step in joined.components() {
                prop_assert!(matches!(step, std::path::Component::Normal(_)));
                depth += 1;
            }
            prop_assert_eq!(depth, 1 + relative.split('/').count());
        }
    }
}
