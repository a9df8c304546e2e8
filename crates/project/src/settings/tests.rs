//! The tables of pyproject.toml, right and wrong.

use super::*;

fn settings(text: &str) -> ProjectSettings {
    ProjectSettings::parse(text).unwrap()
}

#[test]
fn sources_of_every_kind_are_read() {
    let read = settings(
        "[tool.tilsit.sources]\n\
         a = { workspace = true }\n\
         b = { path = '../b', editable = true }\n\
         c = { git = 'https://g.example/c', tag = 'v1', subdirectory = 's' }\n\
         d = [{ url = 'https://f.example/d.whl', marker = \"sys_platform == 'linux'\" },\n\
              { index = 'inner', extra = 'x' }]\n",
    );
    let places: Vec<&SourcePlace> = read
        .sources
        .values()
        .flatten()
        .map(|source| &source.place)
        .collect();
    assert_eq!(
        places,
        [
            &SourcePlace::Workspace { editable: None },
            &SourcePlace::Path {
                path: "../b".to_owned(),
                editable: Some(true)
            },
            &SourcePlace::Git {
                url: "https://g.example/c".to_owned(),
                reference: Some(GitReference::Tag("v1".to_owned())),
                subdirectory: Some("s".to_owned())
            },
            &SourcePlace::Url {
                url: "https://f.example/d.whl".to_owned(),
                subdirectory: None
            },
            &SourcePlace::Index("inner".to_owned()),
        ]
    );
    let last = &read.sources["d"][1];
    assert_eq!(last.extra.as_ref().unwrap(), &"x");
}

#[test]
fn ours_goes_before_that_of_uv() {
    let read = settings(
        "[tool.tilsit]\ndefault-groups = ['a']\n[tool.uv]\ndefault-groups = 'all'\npackage = false\n\
         environments = \"sys_platform == 'linux'\"\ndev-dependencies = ['x>1']\n",
    );
    assert_eq!(
        read.default_groups,
        DefaultGroups::Named(vec!["a".parse().unwrap()])
    );
    assert_eq!(read.package, Some(false));
    assert_eq!(read.environments.len(), 1);
    assert_eq!(read.dev_dependencies[0].to_string(), "x>1");
}

#[test]
fn what_makes_no_sense_is_told() {
    for (text, words) in [
        ("[tool.tilsit.sources]\na = {}", "must be one of"),
        (
            "[tool.tilsit.sources]\na = { path = 'x', url = 'y' }",
            "must be one of",
        ),
        (
            "[tool.tilsit.sources]\na = { git = 'x', tag = '1', rev = '2' }",
            "more than one",
        ),
        (
            "[tool.tilsit.sources]\na = { path = 'x', rev = '2' }",
            "no repository",
        ),
        (
            "[tool.tilsit.sources]\na = { path = 'x', what = 1 }",
            "unknown field",
        ),
        ("[tool.tilsit.sources]\n'-' = { path = 'x' }", "line 2"),
        ("[tool.tilsit]\ndefault-groups = 'some'", "`all`"),
        (
            "[tool.tilsit]\nconflicts = [[{}]]",
            "an `extra` or a `group`",
        ),
        ("[tool.tilsit]\nenvironments = ['windows']", "line 2"),
    ] {
        let error = ProjectSettings::parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
