//! Names that are refused, and names that meet.

use super::*;

#[test]
fn plain_relative_paths_only() {
    let long = "x".repeat(256);
    let cases = [
        ("a", None),
        ("a/b.py", None),
        ("a-1.0.dist-info/METADATA", None),
        ("日本/ü", None),
        ("...", None),
        ("ab:c", None),
        ("a:b", Some("starts with a drive letter")),
        ("", Some("is empty")),
        ("/a", Some("is an absolute path")),
        ("//a", Some("is an absolute path")),
        ("a\\b", Some("has a backslash")),
        ("a\0", Some("has a control character")),
        ("a\r", Some("has a control character")),
        ("a\u{7f}", Some("has a control character")),
        ("a\u{85}", Some("has a control character")),
        ("a\u{2028}", Some("has a control character")),
        ("C:", Some("starts with a drive letter")),
        ("c:/x", Some("starts with a drive letter")),
        ("a//b", Some("has an empty step")),
        ("a/", Some("has an empty step")),
        ("./a", Some("has the step `.`")),
        ("..", Some("climbs with the step `..`")),
        ("a/../../b", Some("climbs with the step `..`")),
        (&long, Some("has a step of more than 255 bytes")),
    ];
    for (name, expected) in cases {
        assert_eq!(check(name).err(), expected, "{name:?}");
    }
}

#[test]
fn names_that_windows_cannot_keep() {
    for name in [
        "nul", "NUL.txt", "a/con", "Aux .c", "com1", "LPT9.log", "com¹", "a.", "a /b", "a:b", "x?",
        "conout$",
    ] {
        assert!(windows_fault(name).is_some(), "{name:?}");
    }
    for name in ["null", "com", "com10", "console/a.b", ".a", "lptx"] {
        assert_eq!(windows_fault(name), None, "{name:?}");
    }
}

#[test]
fn names_that_meet_where_case_does_not_count() {
    let names = ["a/B", "c", "A/b", "É", "e\u{301}"];
    assert_eq!(case_collisions(names), [("a/B", "A/b"), ("É", "e\u{301}")]);
}

#[test]
fn doubles_and_files_that_are_folders() {
    let cases: [(&[&str], Option<&str>); 8] = [
        (&["a/", "a/b", "a/", "c"], None),
        (&["a", "a"], Some("is there twice")),
        (&["caf\u{e9}", "cafe\u{301}"], Some("is there twice")),
        (&["a/b", "a"], Some("is both a file and a folder")),
        (&["a", "a/"], Some("is both a file and a folder")),
        (&["a", "a/b"], Some("lies below a file")),
        (&["a", "a/b/c"], Some("lies below a file")),
        (&["a/b", "a/b/c/"], Some("lies below a file")),
    ];
    for (names, expected) in cases {
        let mut seen = Names::with_capacity(4);
        let fault = names.iter().find_map(|name| match name.strip_suffix('/') {
            Some(folder) => seen.add_folder(folder).err(),
            None => seen.add_file(name).err(),
        });
        assert_eq!(fault, expected, "{names:?}");
    }
}
