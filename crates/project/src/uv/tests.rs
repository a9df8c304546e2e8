//! uv's locks, read and written.

use std::path::Path;

use super::marker::{NoNames, read, words};
use super::read::LockNames;
use super::*;
use crate::inputs::ExtraNames;
use crate::settings::{ConflictItem, ConflictKind};
use crate::workspace::Workspace;

/// Locks that uv 0.13.9 has made, with other hosts.
const LOCKS: [&str; 5] = [
    include_str!("../../../../fuzz/seeds/uv_lock/usual"),
    include_str!("../../../../fuzz/seeds/uv_lock/conflicts"),
    include_str!("../../../../fuzz/seeds/uv_lock/places"),
    include_str!("../../../../fuzz/seeds/uv_lock/workspace"),
    include_str!("../../../../fuzz/seeds/uv_lock/settings"),
];

fn parse(text: &str) -> Result<UvLock, UvLockError> {
    UvLock::parse(text, &ExtraNames::default())
}

fn lock(text: &str) -> crate::Lock {
    let workspace = Workspace::bare(Path::new("/srv"));
    let read = parse(text).unwrap();
    read.lock(&workspace, &ExtraNames::default()).unwrap()
}

#[test]
fn markers_are_in_uvs_words() {
    let cases = [
        ("python_version >= '3.10'", "python_full_version >= '3.10'"),
        ("python_version > '3.10'", "python_full_version >= '3.11'"),
        (
            "python_version == '3.11'",
            "python_full_version == '3.11.*'",
        ),
        (
            "python_version != '3.11'",
            "python_full_version != '3.11.*'",
        ),
        (
            "python_version >= '3.9' and python_version < '3.12'",
            "python_full_version >= '3.9' and python_full_version < '3.12'",
        ),
        ("platform_system == 'Windows'", "sys_platform == 'win32'"),
        ("os_name != 'nt'", "os_name != 'nt'"),
        (
            "sys_platform == 'linux' and platform_machine == 'x86_64' or python_version < '3.11'",
            "python_full_version < '3.11' or (platform_machine == 'x86_64' and sys_platform == 'linux')",
        ),
        (
            "extra == 'x' and python_version < '3.11'",
            "python_full_version < '3.11' and extra == 'x'",
        ),
    ];
    for (ours, theirs) in cases {
        let marker: Marker = ours.parse().unwrap();
        assert_eq!(words(marker, &NoNames), theirs, "{ours}");
        let again = read(theirs, &NoNames).unwrap();
        assert_eq!(words(again, &NoNames), theirs, "{ours}");
    }
}

#[test]
fn what_conflicts_has_names_of_uvs_own() {
    let extra = ConflictItem {
        package: Some("a-b".parse().unwrap()),
        kind: ConflictKind::Extra("cpu".parse().unwrap()),
    };
    let group = ConflictItem {
        package: Some("c".parse().unwrap()),
        kind: ConflictKind::Group("dev-tools".parse().unwrap()),
    };
    let conflicts = [vec![extra, group]];
    let names = LockNames {
        extras: &ExtraNames::default(),
        conflicts: &conflicts,
    };
    let cases = [
        ("'cpu' in extras", "extra == 'extra-3-a-b-cpu'"),
        ("'cpu' not in extras", "extra != 'extra-3-a-b-cpu'"),
        (
            "'dev-tools' in dependency_groups",
            "extra == 'group-1-c-dev-tools'",
        ),
    ];
    for (ours, theirs) in cases {
        let marker: Marker = ours.parse().unwrap();
        assert_eq!(words(marker, &names), theirs);
        assert_eq!(read(theirs, &names), Ok(marker));
    }
    // What only looks like such a name is an extra like others.
    for text in ["extra == 'extra-9-a-b'", "extra == 'extra-x'"] {
        assert_eq!(read(text, &names), Ok(text.parse().unwrap()));
    }
}

#[test]
fn locks_of_uv_come_out_as_they_went_in() {
    for text in LOCKS {
        let read = parse(text).unwrap();
        assert!(read.asked.answers(&read.asked));
        let lock = lock(text);
        let writing = Writing {
            workspace: &Workspace::bare(Path::new("/srv")),
            terms: &Terms {
                urls: vec!["https://index.example/simple/".to_owned()],
                ..Terms::default()
            },
            asked: &read.asked,
            lock: &lock,
            pins: &[],
            extras: &ExtraNames::default(),
            before: Some(&read),
        };
        let text = text.replace("example/simple\"", "example/simple/\"");
        assert_eq!(writing.text().unwrap(), text);
    }
}

#[test]
fn a_lock_says_where_each_package_is_wanted() {
    let lock = lock(LOCKS[0]);
    let packages = lock.pylock.packages.iter();
    let packages: Vec<String> = packages
        .map(|package| format!("{} {}", package.name, package.marker))
        .collect();
    insta::assert_snapshot!(packages.join("\n"), @r#"
    app python_version >= "0"
    extra-lib "all" in extras or "more-1" in extras or "dev" in dependency_groups
    fancy "all" in extras or "more-1" in extras
    lib python_version >= "0"
    other sys_platform == "linux" and "docs" in dependency_groups
    "#);
    let own = lock.own.unwrap();
    let member = &own.members[&"plain".parse::<ProjectName>().unwrap()];
    let words = |list: &[tilsit_packaging::requirement::Requirement]| {
        let list: Vec<String> = list.iter().map(ToString::to_string).collect();
        list.join(", ")
    };
    let extras = member.extras.iter();
    let extras = extras.map(|(extra, (_, list))| format!("[{extra}] {}", words(list)));
    let groups = member.groups.iter();
    let groups = groups.map(|(group, list)| format!("({group}) {}", words(list)));
    let all: Vec<String> = std::iter::once(words(&member.requires))
        .chain(extras)
        .chain(groups)
        .map(|line| line.trim_end().to_owned())
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    app, lib<2,>=1
    [all] plain[more-1]
    [more-1] fancy[more]
    [none]
    (dev) extra-lib
    (docs) other; sys_platform == "linux"
    (empty)
    "#);
}

#[test]
fn what_a_lock_answers_is_compared_by_meaning() {
    let text = LOCKS[0];
    let read = parse(text).unwrap();
    let answers = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        read.asked
            .answers(&parse(&text.replace(from, to)).unwrap().asked)
    };
    // The same in other words.
    assert!(answers("specifier = \">=1,<2\"", "specifier = \"<2,>=1\""));
    assert!(answers(
        "requires-python = \">=3.9\"",
        "requires-python = \">=3.9.0\""
    ));
    assert!(answers(
        "{ name = \"app\" },\n    { name = \"fancy\", extras",
        "{ name = \"app\", marker = \"python_full_version >= '3.8'\" },\n    { name = \"fancy\", extras"
    ));
    assert!(answers(
        "{ name = \"plain\", extras = [\"more-1\"], marker = \"extra == 'all'\" },",
        "{ name = \"fancy\", extras = [\"more\"], marker = \"extra == 'all'\" },"
    ));
    // Something else.
    assert!(!answers("specifier = \">=1,<2\"", "specifier = \">=1,<3\""));
    assert!(!answers(
        "requires-python = \">=3.9\"",
        "requires-python = \">=3.10\""
    ));
    assert!(!answers(
        "source = { virtual = \".\" }",
        "source = { editable = \".\" }"
    ));
    assert!(!answers(
        "default-groups = [\"dev\", \"docs\"]",
        "default-groups = [\"dev\"]"
    ));
    assert!(!answers(
        "marker = \"extra == 'all'\"",
        "marker = \"extra == 'none'\""
    ));
    assert!(!answers("\nempty = []\n", "\nother = []\n"));
    assert!(!answers(
        "requires-python = \">=3.9\"\n",
        "requires-python = \">=3.9\"\n\n[options]\nfork-strategy = \"fewest\"\n"
    ));
}

#[test]
fn what_is_no_lock_is_refused_with_words() {
    let head = "version = 1\nrequires-python = '>=3.9'\n";
    let package = "[[package]]\nname = 'a'\nversion = '1'\n";
    let source = "source = { registry = 'https://index.example/simple' }\n";
    let cases = [
        (String::new(), "missing field `version`"),
        (
            "version = 2\nwhatever = 1\n".to_owned(),
            "version 2 of the form",
        ),
        (head.replace('1', "99"), "version 99 of the form"),
        (head.replace(">=3.9", "?"), "`?`"),
        (format!("{head}{package}"), "missing field `source`"),
        (
            format!("{head}{package}source = {{ floppy = 'a' }}\n"),
            "the package `a` of it: its source is of no kind that is known",
        ),
        (
            format!("{head}{package}source = {{ url = 'x', path = 'y' }}\n"),
            "the package `a` of it: its source is of several kinds",
        ),
        (
            format!("{head}{package}{source}dependencies = [{{ name = 'b' }}]\n"),
            "the package `a` of it: it leads to `b`, which is not locked so",
        ),
        (
            format!("{head}{package}{source}dependencies = [{{ name = 'a', marker = 'x' }}]\n"),
            "the package `a` of it: the marker `x`",
        ),
        (
            format!("{head}{package}{source}{package}{source}")
                + "[[package]]\nname = 'b'\nversion = '1'\nsource = { virtual = '.' }\n\
                   dependencies = [{ name = 'a' }]\n",
            "the package `b` of it: it leads to `a`, and several are locked of that name",
        ),
        (
            format!("{head}conflicts = [[{{ package = 'a' }}]]\n"),
            "must name either an `extra` or a `group`",
        ),
    ];
    for (text, words) in cases {
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}\n{error}");
    }
    // A folder that is only there for what it requires has no place in ours.
    let text = format!(
        "{head}[[package]]\nname = 'root'\nversion = '1'\nsource = {{ virtual = '.' }}\n\
         dependencies = [{{ name = 'a' }}]\n{package}source = {{ virtual = 'a' }}\n"
    );
    let workspace = Workspace::bare(Path::new("/srv"));
    let read = parse(&text).unwrap();
    let error = read.lock(&workspace, &ExtraNames::default()).unwrap_err();
    assert!(error.to_string().contains("package = false"), "{error}");
}

#[test]
fn a_lock_of_a_newer_uv_is_read_and_not_overwritten() {
    let text = LOCKS[0].replace("revision = 5", "revision = 6");
    let read = parse(&text).unwrap();
    let writing = Writing {
        workspace: &Workspace::bare(Path::new("/srv")),
        terms: &Terms::default(),
        asked: &read.asked,
        lock: &lock(&text),
        pins: &[],
        extras: &ExtraNames::default(),
        before: Some(&read),
    };
    let error = writing.text().unwrap_err().to_string();
    assert!(error.contains("revision 6"), "{error}");
}

#[test]
fn no_lock_holds_a_password() {
    let cases = [
        ("https://index.example/a", "https://index.example/a"),
        (
            "https://anna:secret@index.example/a",
            "https://index.example/a",
        ),
        ("https://token@index.example/a", "https://index.example/a"),
        ("ssh://git@git.example/a.git", "ssh://git@git.example/a.git"),
        (
            "ssh://git:secret@git.example/a.git",
            "ssh://git.example/a.git",
        ),
        ("folder", "folder"),
    ];
    for (from, to) in cases {
        assert_eq!(without_secrets(from), to);
    }
    let folder = tempfile::tempdir().unwrap();
    let text = "[project]\nname = 'a'\nversion = '1'\n\
        dependencies = ['b @ https://anna:secret@index.example/b-1.tar.gz', 'c', \
        'd @ git+https://anna:secret@git.example/d@v1', 'e']\n\
        [tool.uv.sources]\nc = { git = 'https://anna:secret@git.example/c', branch = 'main' }\n\
        e = { url = 'https://anna:secret@index.example/e-1.tar.gz', subdirectory = 'x' }\n";
    tilsit_files::write(folder.path().join("pyproject.toml"), text).unwrap();
    let workspace = Workspace::find(folder.path()).unwrap();
    let python = ">=3.9".parse().unwrap();
    let asked = Asked::of(&workspace, &python, &Terms::default()).unwrap();
    let says = asked.locals.values().next().unwrap().says.as_ref().unwrap();
    let wishes: Vec<String> = says.requires.iter().map(Wish::to_toml).collect();
    insta::assert_snapshot!(wishes.join("\n"), @r#"
    { name = "b", url = "https://index.example/b-1.tar.gz" }
    { name = "c", git = "https://git.example/c?branch=main" }
    { name = "d", git = "https://git.example/d?rev=v1" }
    { name = "e", url = "https://index.example/e-1.tar.gz", subdirectory = "x" }
    "#);
}
