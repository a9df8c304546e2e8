//! Categories and sources of a Pipfile.

use super::*;

fn with(text: &str, category: &str, requirement: &str, source: Option<Location>) -> String {
    let mut editor = PipfileEditor::parse(text).unwrap();
    let requirement = requirement.parse().unwrap();
    let source = source.map(Source::of);
    editor.add(category, &requirement, source.as_ref()).unwrap();
    editor.into_text()
}

fn without(text: &str, category: &str, name: &str) -> String {
    let mut editor = PipfileEditor::parse(text).unwrap();
    editor.remove(category, &name.parse().unwrap()).unwrap();
    editor.into_text()
}

#[test]
fn entries_are_written_as_pipenv_does() {
    let path = |path: &str, editable| Location::Path {
        path: path.to_owned(),
        editable,
    };
    let git = Location::Git {
        url: "https://git.example/lib".to_owned(),
        reference: Some(GitReference::Tag("v1".to_owned())),
        subdirectory: None,
    };
    for (requirement, source, written) in [
        ("Lib", None, "\"*\""),
        ("lib==1.0", None, "\"==1.0\""),
        ("lib<2,>=1", None, "\"<2,>=1\""),
        (
            "lib[b,a]",
            None,
            "{extras = [\"a\", \"b\"], version = \"*\"}",
        ),
        (
            "lib>=1; sys_platform == 'win32'",
            Some(Location::Index("cpu".to_owned())),
            "{version = \">=1\", index = \"cpu\", markers = \"sys_platform == 'win32'\"}",
        ),
        (
            "lib",
            Some(path("lib", Some(true))),
            "{path = \"./lib\", editable = true}",
        ),
        ("lib", Some(path("../lib", None)), "{path = \"../lib\"}"),
        (
            "lib[a]",
            Some(git),
            "{extras = [\"a\"], ref = \"v1\", git = \"https://git.example/lib\"}",
        ),
        (
            "lib",
            Some(Location::Url {
                url: "https://index.example/lib.zip".to_owned(),
                subdirectory: None,
            }),
            "{file = \"https://index.example/lib.zip\"}",
        ),
    ] {
        assert_eq!(
            with("[packages]\nx = \"*\"\n", "packages", requirement, source),
            format!("[packages]\nx = \"*\"\nlib = {written}\n"),
            "{requirement}"
        );
    }
}

#[test]
fn a_category_is_made_where_there_is_none() {
    assert_eq!(
        with("", "dev-packages", "lib", None),
        "[dev-packages]\nlib = \"*\"\n"
    );
    assert_eq!(
        with(
            "[packages]\n# none yet\n\n[dev-packages]\n",
            "packages",
            "lib",
            None
        ),
        "[packages]\nlib = \"*\"\n# none yet\n\n[dev-packages]\n"
    );
}

#[test]
fn what_is_there_stays_where_nothing_else_is_said() {
    let text = "[packages]\nMy_Lib = {version = '<2', extras = ['a']} # ours\n";
    assert_eq!(
        with(text, "packages", "my-lib[b]", None),
        "[packages]\nMy_Lib = {extras = ['a', 'b'], version = '<2'} # ours\n"
    );
    assert_eq!(
        with(text, "packages", "my-lib==3", None),
        "[packages]\nMy_Lib = {extras = ['a'], version = '==3'} # ours\n"
    );
    let placed = "[packages]\nlib = {git = 'https://git.example/lib'}\n";
    assert_eq!(with(placed, "packages", "lib", None), placed);
    // A table with a header becomes a line.
    assert_eq!(
        with(
            "[packages.lib]\nversion = '*'\n",
            "packages",
            "lib==1",
            None
        ),
        "[packages]\nlib = '==1'\n"
    );
}

#[test]
fn entries_are_taken_out() {
    let text = "# ours\n[packages]\nMy_Lib = '*' # it\nb = '*'\n\n[docs]\nmy-lib = '*'\n";
    assert_eq!(
        without(text, "packages", "my.lib"),
        "# ours\n[packages]\nb = '*'\n\n[docs]\nmy-lib = '*'\n"
    );
    assert_eq!(without(text, "dev-packages", "b"), text);
    assert_eq!(
        without("[packages]\na = '*'", "packages", "a"),
        "[packages]"
    );
    let editor = PipfileEditor::parse(text).unwrap();
    let name = "my-lib".parse().unwrap();
    assert_eq!(editor.categories_with(&name), ["packages", "docs"]);
}

#[test]
fn a_category_is_sorted_where_that_is_asked_for() {
    let text =
        "[packages]\nparse = '*'\n# of tests\ncolorama = '*'\n\n[pipenv]\nsort_pipfile = true\n";
    assert_eq!(
        with(text, "packages", "build", None),
        "[packages]\nbuild = '*'\n# of tests\ncolorama = '*'\nparse = '*'\n\n[pipenv]\nsort_pipfile = true\n"
    );
    assert_eq!(
        without(
            "[pipenv]\nsort_pipfile = true\n[packages]\nc = '*'\nb = '*'\na = '*'",
            "packages",
            "b"
        ),
        "[pipenv]\nsort_pipfile = true\n[packages]\na = '*'\nc = '*'"
    );
    // Lines that are shared stay as they are.
    let strange = "[pipenv]\nsort_pipfile = true\n[packages]\nb.version = '*'\n";
    assert_eq!(
        with(strange, "packages", "a", None),
        format!("{strange}a = '*'\n")
    );
}

#[test]
fn sources_are_added_once() {
    let text = "[[source]]\nname = 'main'\nurl = 'https://index.example/simple'\n\n[packages]\n";
    let mut editor = PipfileEditor::parse(text).unwrap();
    editor
        .add_source("main", "https://index.example/simple")
        .unwrap();
    assert_eq!(editor.clone().into_text(), text);
    editor
        .add_source("cpu", "https://cpu.example/simple")
        .unwrap();
    assert_eq!(
        editor.into_text(),
        "[[source]]\nname = 'main'\nurl = 'https://index.example/simple'\n\n[[source]]\nurl = \
         'https://cpu.example/simple'\nverify_ssl = true\nname = 'cpu'\n\n[packages]\n"
    );
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let text = "packages = 1\n";
    let mut editor = PipfileEditor::parse(text).unwrap();
    let requirement = "lib".parse().unwrap();
    let error = editor.add("packages", &requirement, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1: `packages`: the value is not a table"
    );
    assert_eq!(editor.into_text(), text);
}
