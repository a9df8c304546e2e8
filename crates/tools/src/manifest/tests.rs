//! Manifests: what they ask for, how they are written, what is wrong with them.

use insta::assert_snapshot;

use super::*;

const MANIFEST: &str = "\
[tools]
ruff = '0.6.4'
httpie = '*'
Black = '>=24, <25'

[tools.mkdocs]
version = '>=1.6'
extras = ['i18n', 'i18n']
with = ['mkdocs-material']
with-programs-of = ['mike']
python = '3.12'
index = 'https://index.example/simple/'
constraints = ['markdown<4']
options = { pre = true }

[tools.own]
path = 'tools/own'
editable = true

[tools.'app@1']
version = '1.*'
suffix = '@1'
";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(text, Path::new("/repository"))
}

#[test]
fn what_a_manifest_asks_for() {
    let manifest = parse(MANIFEST).unwrap();
    let lines = manifest.tools.iter();
    let lines = lines.map(|asked| format!("{}: {}", asked.name(), asked.requirement));
    let lines = lines.collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines, @"
    ruff: ruff==0.6.4
    httpie: httpie
    black: black<25,>=24
    mkdocs: mkdocs[i18n]>=1.6
    own: own @ file:///repository/tools/own
    app@1: app==1.*
    ");
    let mkdocs = &manifest.tools[3];
    assert_eq!(mkdocs.python.as_deref(), Some("3.12"));
    assert_eq!(mkdocs.with.len(), 2);
    assert!(mkdocs.with[1].has_programs);
    assert_eq!(
        mkdocs.options["index-url"].as_str(),
        Some("https://index.example/simple/")
    );
    assert!(manifest.tools[4].is_editable);
}

#[test]
fn a_manifest_is_written_as_it_is_read() {
    let manifest = parse(MANIFEST).unwrap();
    let text = manifest.to_toml();
    assert_snapshot!(text, @r#"
    [tools]
    ruff = "==0.6.4"
    httpie = "*"
    black = "<25,>=24"

    [tools.mkdocs]
    version = ">=1.6"
    extras = ["i18n"]
    with = ["mkdocs-material"]
    with-programs-of = ["mike"]
    constraints = ["markdown<4"]
    python = "3.12"
    index = "https://index.example/simple/"

    [tools.mkdocs.options]
    pre = true

    [tools.own]
    path = "/repository/tools/own"
    editable = true

    [tools."app@1"]
    version = "==1.*"
    suffix = "@1"
    "#);
    let again = parse(&text).unwrap();
    // Tables stand behind plain values.
    assert_eq!(again.to_toml(), text);
    assert_eq!(again.tools.len(), manifest.tools.len());
    for asked in manifest.tools {
        assert!(again.tools.contains(&asked), "{asked:?}");
    }
    assert_eq!(parse("").unwrap(), Manifest::default());
}

#[test]
fn places_are_written_so_that_they_are_read() {
    for (written, expected) in [
        ("path = '../x/./y/'", "path = \"/x/y\""),
        ("url = 'file:///x/y/'", "path = \"/x/y\""),
        ("url = 'git+file:///x'", "url = \"git+file:///x\""),
        (
            "url = 'https://a.example/b-1-py3-none-any.whl'",
            "url = \"https://a.example/b-1-py3-none-any.whl\"",
        ),
    ] {
        let manifest = parse(&format!("[tools.x]\n{written}\n")).unwrap();
        let text = manifest.to_toml();
        assert!(text.contains(expected), "{text}");
        assert_eq!(parse(&text).unwrap().to_toml(), text);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, expected) in [
        (
            "[tools]\nruff = ",
            "line 2: string values must be quoted, expected literal string",
        ),
        ("[tool]\n", "line 1: unknown field `tool`, expected `tools`"),
        (
            "[tools]\nruff = 1\n",
            "the tool `ruff`: it is neither a version nor a table",
        ),
        ("[tools]\n'a b' = '*'\n", "the tool `a b`: "),
        ("[tools]\nruff = 'new'\n", "the tool `ruff`: "),
        (
            "[tools.ruff]\nverson = '1'\n",
            "the tool `ruff`: unknown field `verson`",
        ),
        (
            "[tools.ruff]\neditable = true\n",
            "the tool `ruff`: `editable` wants a `path`",
        ),
        (
            "[tools.ruff]\nurl = 'ruff'\n",
            "the tool `ruff`: `ruff` is no URL; `path` takes paths",
        ),
        (
            "[tools.ruff]\nurl = 'https://a.example/b.whl'\nversion = '1'\n",
            "the tool `ruff`: it has more than one of",
        ),
        (
            "[tools.ruff]\nsuffix = '@1'\n",
            "the tool `ruff`: its name does not end in its suffix `@1`",
        ),
        (
            "[tools]\nRuff = '*'\nruff = '*'\n",
            "the tool `ruff`: it is there twice",
        ),
        (
            "[tools.ruff]\nwith = ['a b']\n",
            "the tool `ruff`: `a b` is not a requirement",
        ),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}\n{error}\n{expected}");
    }
}
