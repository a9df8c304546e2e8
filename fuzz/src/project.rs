//! Changes to pyproject.toml and to scripts, in `tilsit-project`.

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_project::changelog;
use tilsit_project::edit::{Addition, Editor, List, Location, Source};

/// A requirement on the first line, a pyproject.toml below: what is added is there, everything else
/// stays, and what is taken out is gone.
pub fn edit_pyproject(data: &[u8]) {
    let Some((requirement, text)) = lines(data) else {
        return;
    };
    let Ok(editor) = Editor::project(text) else {
        return;
    };
    assert_eq!(editor.clone().into_text(), text);
    let lists = [
        List::Project,
        List::Extra("more".parse().expect("a name")),
        List::Group("dev".parse().expect("a name")),
        List::UvDev,
    ];
    for list in lists {
        change_list(&editor, text, &list, &requirement, &Editor::project);
    }
    change_source(&editor, &requirement.name);
    let mut changed = editor.clone();
    if editor.version().is_ok() {
        let version: Version = "7.8.9".parse().expect("a version");
        changed.set_version(&version).expect("it has one");
        assert_eq!(changed.version().as_ref(), Ok(&version));
    }
    if changed.add_member("packages/new").is_ok() {
        let again = Editor::project(&changed.into_text()).expect("it is TOML");
        assert_eq!(again.clone().add_member("packages/new"), Ok(false));
    }
}

/// A requirement on the first line, a script below.
pub fn edit_script(data: &[u8]) {
    let Some((requirement, text)) = lines(data) else {
        return;
    };
    let Ok(editor) = Editor::script(text) else {
        return;
    };
    assert_eq!(editor.clone().into_text(), text);
    change_list(&editor, text, &List::Script, &requirement, &Editor::script);
}

type Parse<'a> = &'a dyn Fn(&str) -> Result<Editor, tilsit_project::edit::EditError>;

fn change_list(
    editor: &Editor,
    text: &str,
    list: &List,
    requirement: &Requirement,
    parse: Parse<'_>,
) {
    let mut changed = editor.clone();
    let Ok(added) = changed.add(list, &Addition::of(requirement.clone())) else {
        assert_eq!(changed.into_text(), text, "what fails changes nothing");
        return;
    };
    let after = changed.clone().into_text();
    let read = parse(&after).expect("what was changed can be read");
    let requirements = read.requirements(list).expect("the list can be read");
    assert!(
        requirements.contains(&added.requirement) || !is_exact(&added.requirement),
        "{added:?} in {requirements:?}"
    );
    let before = editor.requirements(list).expect("it was changed");
    if added.before.is_none() {
        assert_eq!(requirements.len(), before.len() + 1);
        assert!(is_within(text, &after), "{text:?} in {after:?}");
    } else {
        assert_eq!(requirements.len(), before.len());
    }
    let name = &requirement.name;
    let removed = changed.remove(list, name).expect("it can be taken out");
    assert!(!removed.is_empty());
    let after_removal = changed.into_text();
    let read = parse(&after_removal).expect("what was changed can be read");
    let left: Vec<Requirement> = before.into_iter().filter(|one| one.name != *name).collect();
    assert_eq!(read.requirements(list), Ok(left));
    assert!(
        is_within(&after_removal, &after),
        "{after_removal:?} in {after:?}"
    );
}

fn change_source(editor: &Editor, name: &ProjectName) {
    let mut changed = editor.clone();
    if changed
        .set_source(name, &Source::of(Location::Workspace))
        .is_err()
    {
        return;
    }
    let text = changed.clone().into_text();
    assert!(Editor::project(&text).is_ok(), "{text:?}");
    assert_eq!(changed.remove_source(name), Ok(true));
    assert_eq!(changed.remove_source(name), Ok(false));
    let mut changed = editor.clone();
    if changed.set_index("new", "https://index.example/").is_ok() {
        let text = changed.into_text();
        assert!(Editor::project(&text).is_ok(), "{text:?}");
    }
}

/// Whether the letters of `part` stand in `whole` in their order: nothing was lost or moved.
fn is_within(part: &str, whole: &str) -> bool {
    let mut letters = whole.chars();
    let mut part = part.chars().filter(|letter| !letter.is_whitespace());
    part.all(|letter| letters.any(|other| other == letter))
}

/// Whether the requirement displays as itself.
fn is_exact(requirement: &Requirement) -> bool {
    requirement.to_string().parse().as_ref() == Ok(requirement)
}

fn lines(data: &[u8]) -> Option<(Requirement, &str)> {
    let (line, text) = std::str::from_utf8(data).ok()?.split_once('\n')?;
    Some((line.parse().ok()?, text))
}

/// A changelog: one that is given its heading tells of the release, and the rest of it is as it was.
pub fn changelog(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let version: Version = "1.2.0".parse().expect("it is a version");
    let Ok(changelog::Entry::Waiting(after)) = changelog::entry(&text, &version, "2026-01-31")
    else {
        return;
    };
    let lines = |text: &str| text.lines().count();
    assert!(lines(&after) >= lines(&text) && lines(&after) <= lines(&text) + 3);
    assert!(after.contains("2026-01-31") || after.contains("1.2.0"));
}
