//! Sources, indexes, versions and members.

use super::*;

fn git() -> Source {
    Source::of(Location::Git {
        url: "https://git.example/lib".to_owned(),
        reference: Some(GitReference::Tag("v1".to_owned())),
        subdirectory: Some("python".to_owned()),
    })
}

fn path(path: &str) -> Source {
    Source::of(Location::Path {
        path: path.to_owned(),
        editable: Some(true),
    })
}

fn with_source(text: &str, name: &str, source: &Source) -> String {
    let name = name.parse().unwrap();
    changed(text, |editor| editor.set_source(&name, source))
}

#[test]
fn sources_are_written() {
    let kinds = [
        (
            git(),
            "{ git = \"https://git.example/lib\", subdirectory = \"python\", tag = \"v1\" }",
        ),
        (path("../lib"), "{ path = \"../lib\", editable = true }"),
        (
            Source::of(Location::Url {
                url: "https://index.example/lib.zip".to_owned(),
                subdirectory: None,
            }),
            "{ url = \"https://index.example/lib.zip\" }",
        ),
        (
            Source::of(Location::Index("cpu".to_owned())),
            "{ index = \"cpu\" }",
        ),
        (Source::of(Location::Workspace), "{ workspace = true }"),
        (
            Source {
                marker: "sys_platform == 'win32'".parse().unwrap(),
                ..Source::of(Location::Index("cpu".to_owned()))
            },
            "{ index = \"cpu\", marker = \"sys_platform == 'win32'\" }",
        ),
    ];
    for (source, written) in kinds {
        assert_eq!(
            with_source("[project]\nname = \"a\"\n", "Lib", &source),
            format!("[project]\nname = \"a\"\n\n[tool.tilsit.sources]\nlib = {written}\n")
        );
    }
}

#[test]
fn sources_go_where_the_project_has_its_sources() {
    let uv = "[tool.uv.sources]\nother = { workspace = true }\n\n[tool.ruff]\n";
    assert_eq!(
        with_source(uv, "lib", &path("lib")),
        "[tool.uv.sources]\nother = { workspace = true }\nlib = { path = \"lib\", editable = true }\n\n[tool.ruff]\n"
    );
    let both = format!("{uv}\n[[tool.tilsit.index]]\nurl = 'https://index.example/'\n");
    assert_eq!(
        with_source(&both, "lib", &path("lib")),
        format!("{both}\n[tool.tilsit.sources]\nlib = {{ path = 'lib', editable = true }}\n")
    );
    let header = "[tool.uv.sources.Lib]\ngit = 'https://git.example/lib'\n\n[tool.x]\ny = 1\n";
    assert_eq!(
        with_source(header, "lib", &path("lib")),
        "[tool.x]\ny = 1\n\n[tool.uv.sources]\nLib = { path = 'lib', editable = true }\n"
    );
}

#[test]
fn sources_with_markers_stand_side_by_side() {
    let linux = Source {
        marker: "sys_platform == 'linux'".parse().unwrap(),
        ..path("linux")
    };
    let windows = Source {
        marker: "sys_platform == 'win32'".parse().unwrap(),
        ..path("windows")
    };
    let text = with_source("", "lib", &linux);
    let text = with_source(&text, "lib", &windows);
    assert_eq!(
        text,
        "[tool.tilsit.sources]\nlib = [{ path = \"linux\", editable = true, marker = \"sys_platform == 'linux'\" }, { path = \"windows\", editable = true, marker = \"sys_platform == 'win32'\" }]\n"
    );
    let moved = Source {
        marker: linux.marker,
        ..path("moved")
    };
    let text = with_source(&text, "lib", &moved);
    assert!(!text.contains("\"linux\"") && text.contains("\"moved\"") && text.contains("windows"));
    // One for everywhere is the only one.
    assert_eq!(
        with_source(&text, "lib", &path("all")),
        "[tool.tilsit.sources]\nlib = { path = \"all\", editable = true }\n"
    );
}

#[test]
fn sources_are_taken_out() {
    let lib = "lib".parse().unwrap();
    let without = |text| changed(text, |editor| editor.remove_source(&lib).map(drop));
    let cases = [
        (
            "[project]\nname = 'a'\n\n[tool.uv.sources]\nLib = { workspace = true }\n\n# Style.\n[tool.ruff]\n",
            "[project]\nname = 'a'\n\n# Style.\n[tool.ruff]\n",
        ),
        (
            "[tool.uv.sources]\n# ours\nlib = { workspace = true }\n",
            "[tool.uv.sources]\n# ours\n",
        ),
        (
            "[tool.tilsit]\nsources = { a = { index = 'x' }, lib = { index = 'y' } }\n",
            "[tool.tilsit]\nsources = { a = { index = 'x' } }\n",
        ),
        (
            "[tool.tilsit]\nsources = { lib = { index = 'y' } }\nno-index = true\n",
            "[tool.tilsit]\nno-index = true\n",
        ),
        (
            "[tool.tilsit]\nsources.lib.path = 'x'\nsources.lib.editable = true\noffline = true",
            "[tool.tilsit]\noffline = true",
        ),
        (
            "[tool.tilsit.sources.lib]\npath = 'x'\n[tool.x]\n",
            "[tool.x]\n",
        ),
        (
            "[tool.tilsit.sources]\na = { index = 'x' }\n",
            "[tool.tilsit.sources]\na = { index = 'x' }\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(without(before), after, "{before:?}");
    }
}

#[test]
fn indexes_are_named() {
    let set = |text| {
        changed(text, |editor| {
            editor.set_index("cpu", "https://index.example/cpu/")
        })
    };
    let cases = [
        (
            "",
            "[[tool.tilsit.index]]\nname = \"cpu\"\nurl = \"https://index.example/cpu/\"\n",
        ),
        (
            "[[tool.uv.index]]\nname = 'a'\nurl = 'https://index.example/'\n[tool.uv.sources]\n[tool.x]\n",
            "[[tool.uv.index]]\nname = 'a'\nurl = 'https://index.example/'\n[tool.uv.sources]\n\n[[tool.uv.index]]\nname = 'cpu'\nurl = 'https://index.example/cpu/'\n[tool.x]\n",
        ),
        (
            "[[tool.uv.index]]\nname = 'cpu' # ours\nurl = 'https://old.example/' # here\n",
            "[[tool.uv.index]]\nname = 'cpu' # ours\nurl = 'https://index.example/cpu/' # here\n",
        ),
        (
            "[tool.tilsit]\nindex = [{ name = 'a', url = 'https://index.example/' }]\n",
            "[tool.tilsit]\nindex = [{ name = 'a', url = 'https://index.example/' }, { name = 'cpu', url = 'https://index.example/cpu/' }]\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(set(before), after, "{before:?}");
    }
}

#[test]
fn the_version_is_read_and_set() {
    let text = "[project]\nname = 'a' \nversion= '1.0' # now\n";
    assert_eq!(
        Editor::project(text)
            .unwrap()
            .version()
            .unwrap()
            .to_string(),
        "1.0"
    );
    let next = "1.1".parse().unwrap();
    assert_eq!(
        changed(text, |editor| editor.set_version(&next)),
        "[project]\nname = 'a' \nversion= '1.1' # now\n"
    );
    let cases = [
        ("", "there is no table `[project]`"),
        ("[project]\nname = 'a'\n", "`[project]` has no `version`"),
        (
            "[project]\ndynamic = ['version']\n",
            "`project.version` is dynamic (line 2): the build backend fills it in",
        ),
        (
            "[project]\nversion = 1\n",
            "line 2: `project.version`: the value is not a string",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text, |editor| editor.set_version(&next)), message);
    }
    let wrong = Editor::project("[project]\nversion = 'new'\n")
        .unwrap()
        .version();
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .starts_with("line 2: `project.version`: `new`")
    );
}

#[test]
fn members_are_added() {
    let add = |text| changed(text, |editor| editor.add_member("packages/a").map(drop));
    let cases = [
        (
            "",
            "[tool.tilsit.workspace]\nmembers = [\n    \"packages/a\",\n]\n",
        ),
        (
            "[tool.uv.workspace]\nmembers = ['libs/*']\n",
            "[tool.uv.workspace]\nmembers = ['libs/*', 'packages/a']\n",
        ),
        (
            "[tool.uv.workspace]\nmembers = ['packages/a']\n",
            "[tool.uv.workspace]\nmembers = ['packages/a']\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(add(before), after, "{before:?}");
    }
}
