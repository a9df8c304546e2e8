//! Groups as `importlib.metadata` reads them, and what commands may not be.

use proptest::prelude::*;

use super::*;

#[test]
fn reads_groups_as_importlib_does() {
    let text = "\u{feff}# comment\n\n[console_scripts]\r\n  flask = flask.cli:main  \n\
                pip3.11=pip._internal.cli.main : main\n; also a comment\n\
                [ pytest11 ]\ncov = pytest_cov.plugin\nx y=a.b:c.d[ dev , test ]\n[empty]\n";
    let (entry_points, problems) = EntryPoints::parse(text.as_bytes()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(
        entry_points.to_string(),
        "[console_scripts]\nflask = flask.cli:main\npip3.11 = pip._internal.cli.main:main\n\n\
         [pytest11]\ncov = pytest_cov.plugin\nx y = a.b:c.d [dev,test]\n"
    );
    assert_eq!(entry_points.console_scripts().count(), 2);
    assert_eq!(entry_points.gui_scripts().count(), 0);
    assert_eq!(entry_points.groups().count(), 3);
    assert!(!entry_points.is_empty());
    assert!(EntryPoints::parse(b"").unwrap().0.is_empty());
}

#[test]
fn commands_must_be_plain_names_that_call_something() {
    let cases: &[(&str, &str)] = &[
        (
            "../x = a:b",
            "the command name `../x` holds a path separator",
        ),
        (
            "..\\x = a:b",
            "the command name `..\\x` holds a path separator",
        ),
        (
            "/bin/sh = a:b",
            "the command name `/bin/sh` holds a path separator",
        ),
        (".. = a:b", "the command name `..` names a folder"),
        (
            "C:x = a:b",
            "the command name `C:x` holds a colon, which parts drives and streams on Windows",
        ),
        (" = a:b", "the command name `` is empty"),
        (
            "x\0y = a:b",
            "the command name `x\0y` holds a control character",
        ),
        ("x", "`x` is not of the form `name = module:object`"),
        ("x = a", "the command `x` has no object to call"),
        (
            "x = a:b; import os",
            "the command `x` has no object to call",
        ),
        ("x = a:b\nx = a:c", "the command `x` is defined twice"),
    ];
    for group in ["console_scripts", "gui_scripts"] {
        for (line, reason) in cases {
            let text = format!("[{group}]\n{line}\n");
            let error = EntryPoints::parse(text.as_bytes()).unwrap_err();
            let number = 1 + line.lines().count();
            assert_eq!(
                error.to_string(),
                format!("entry_points.txt line {number}: {reason}")
            );
        }
    }
    let (same, _) = EntryPoints::parse(b"[gui_scripts]\nx = a:b\nx=a:b\n").unwrap();
    assert_eq!(same.gui_scripts().count(), 1);
}

#[test]
fn the_file_as_a_whole_can_be_wrong() {
    let cases: &[(&[u8], &str)] = &[
        (
            b"\nx = a:b\n",
            "entry_points.txt line 2: `x = a:b` stands before the first `[group]`",
        ),
        (b"[g]\n\xff = a:b\n", "entry_points.txt line 2 is not UTF-8"),
    ];
    for (bytes, message) in cases {
        assert_eq!(EntryPoints::parse(bytes).unwrap_err().to_string(), *message);
    }
}

#[test]
fn other_groups_lose_only_the_bad_lines() {
    let text = b"[g]\nno equals\n= a\nx = a b\ny = m:\ny = m\ny = n\ntext/html = ok\nz = a [b c]\n";
    let (entry_points, problems) = EntryPoints::parse(text).unwrap();
    let names: Vec<&str> = entry_points.group("g").map(|(name, _)| name).collect();
    assert_eq!(names, ["text/html", "y"]);
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 2: `[g]`: `no equals` is not of the form `name = module:object`",
            "line 3: `[g]`: `= a` has no name",
            "line 4: `[g]`: `x`: `a b` is not a dotted name of a module",
            "line 5: `[g]`: `y`: `` is not a dotted name of an object",
            "line 7: `[g]`: `y` is defined twice; the first counts",
            "line 9: `[g]`: `z`: `[b c]` is not a list of extras in brackets",
        ]
    );
}

#[test]
fn insert_checks_the_names_of_commands() {
    let mut entry_points = EntryPoints::default();
    let reference: ObjectReference = "a.b:c".parse().unwrap();
    assert!(
        entry_points
            .insert(CONSOLE_SCRIPTS, "a/b", reference.clone())
            .is_err()
    );
    entry_points
        .insert("other", "a/b", reference.clone())
        .unwrap();
    entry_points
        .insert(CONSOLE_SCRIPTS, "ab", reference)
        .unwrap();
    assert_eq!(
        entry_points.to_string(),
        "[console_scripts]\nab = a.b:c\n\n[other]\na/b = a.b:c\n"
    );
}

proptest! {
    #[test]
    fn writing_then_reading_is_identity(
        entries in proptest::collection::vec(("[a-z_.]{1,8}", "[a-zA-Z0-9_. -]{1,8}", "[a-z_]{1,3}(\\.[a-z]{1,3}){0,2}(:[a-z_]{1,4})?"), 0..8),
    ) {
        let mut entry_points = EntryPoints::default();
        for (group, name, reference) in entries {
            let name = name.trim();
            if !name.is_empty() {
                entry_points.insert(&group, name, reference.parse().unwrap()).unwrap();
            }
        }
        let (read, problems) = EntryPoints::parse(entry_points.to_string().as_bytes()).unwrap();
        prop_assert_eq!(problems, []);
        prop_assert_eq!(read, entry_points);
    }
}
