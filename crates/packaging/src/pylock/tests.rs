//! A full file, the rules of the specification, and selection.

use super::*;
use crate::marker::{EnvironmentValues, MarkerEnvironment};
use crate::tag::CompatibleTags;

/// A lock file with one package of these lines.
fn package(lines: &str) -> Result<Package, String> {
    let text = format!("lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\n{lines}\n");
    match Pylock::parse(&text) {
        Ok((mut pylock, problems)) => {
            assert_eq!(problems, []);
            Ok(pylock.packages.remove(0))
        }
        Err(PylockError::Invalid(problem)) => Err(problem.to_string()),
        Err(error) => panic!("{error}"),
    }
}

const FULL: &str = r#"lock-version = "1.0"
environments = [
    'sys_platform == "win32"',
    'sys_platform == "linux"',
]
requires-python = ">=3.12"
extras = [
    "gui",
]
dependency-groups = [
    "dev",
]
default-groups = [
    "dev",
]
created-by = "tilsit"

[[packages]]
name = "archived"
archive = { url = "https://index.example/a.zip", size = 5, hashes = { sha256 = "aa" }, subdirectory = "py" }

[[packages]]
name = "attrs"
version = "25.1.0"
marker = '"gui" in extras'
requires-python = ">=3.8"
dependencies = [
    { name = "cattrs", version = "1" },
]
index = "https://index.example/simple"
sdist = { name = "attrs-25.1.0.tar.gz", path = "./attrs-25.1.0.tar.gz", hashes = { sha256 = "bb" } }
wheels = [
    { upload-time = 2025-01-25T11:30:10.164985Z, url = "https://index.example/attrs-25.1.0-py3-none-any.whl", size = 63152, hashes = { md5 = "c", sha256 = "cc" } },
]
attestation-identities = [
    { kind = "GitHub", repository = "python-attrs/attrs" },
]

[packages.tool.x]
"a b" = [
    "q\"\\\n",
    1,
    2.5,
    true,
    2025-01-01,
]

[[packages]]
name = "here"
directory = { path = ".", editable = false, subdirectory = "s" }

[[packages]]
name = "there"
vcs = { type = "git", url = "https://g.example/r", path = "r", requested-revision = "main", commit-id = "abc", subdirectory = "s" }

[tool.tilsit]
command = ["lock"]
"#;

#[test]
fn writes_what_it_reads() {
    let (pylock, problems) = Pylock::parse(FULL).unwrap();
    assert_eq!(problems, []);
    assert_eq!(pylock.packages.len(), 4);
    assert_eq!(pylock.to_toml(), FULL);
    let (again, _) = Pylock::parse(&pylock.to_toml()).unwrap();
    assert_eq!(again, pylock);
    let empty = "lock-version = \"1.0\"\ncreated-by = \"x\"\npackages = []\n";
    assert_eq!(Pylock::parse(empty).unwrap().0.to_toml(), empty);
}

#[test]
fn other_spellings_become_the_one() {
    let text = "created-by = 'x'\nlock-version = '1'\n[[packages]]\nname = 'a'\n[packages.sdist]\nurl = 'a-1.zip'\nsize = 0x10\nupload-time = 2025-01-01 01:00:00+01:00\n[packages.sdist.hashes]\n\"a b\" = 'f'\n";
    let (pylock, _) = Pylock::parse(text).unwrap();
    assert_eq!(
        pylock.to_toml(),
        "lock-version = \"1\"\ncreated-by = \"x\"\n\n[[packages]]\nname = \"a\"\n\
         sdist = { upload-time = 2025-01-01T00:00:00Z, url = \"a-1.zip\", size = 16, hashes = { \"a b\" = \"f\" } }\n"
    );
}

#[test]
fn file_names_are_told_from_name_path_and_url() {
    let file = |name: Option<&str>, path: Option<&str>, url: Option<&str>| DistributionFile {
        name: name.map(str::to_owned),
        upload_time: None,
        url: url.map(str::to_owned),
        path: path.map(str::to_owned),
        size_bytes: None,
        hashes: std::collections::BTreeMap::new(),
    };
    let cases = [
        (file(Some("n"), Some("p"), Some("u://h/u")), Some("n")),
        (file(None, Some("./d/p"), Some("u://h/u")), Some("p")),
        (file(None, Some(".\\d\\p"), None), Some("p")),
        (file(None, Some("p"), None), Some("p")),
        (
            file(None, None, Some("https://h/d/a%2Bb.whl?x=/y#z/w")),
            Some("a+b.whl"),
        ),
        (file(None, None, Some("https://h")), None),
        (file(None, None, Some("https://h/%ff")), None),
        (file(None, None, None), None),
    ];
    for (file, expected) in cases {
        assert_eq!(file.file_name().as_deref(), expected, "{file:?}");
    }
}

#[test]
fn versions_of_the_file() {
    let with =
        |version: &str| format!("lock-version = {version}\ncreated-by = 'x'\npackages = []\n");
    for version in ["'1.0'", "'1'", "'1.0.0'"] {
        assert_eq!(Pylock::parse(&with(version)).unwrap().1, []);
    }
    let (_, problems) = Pylock::parse(&with("'1.1'")).unwrap();
    assert_eq!(
        problems[0].to_string(),
        "line 1, column 1: `lock-version`: only what version 1.0 has is read of version 1.1"
    );
    for version in ["0.9", "2", "2.0", "2.1", "1!1.0"] {
        let error = Pylock::parse(&with(&format!("'{version}'"))).unwrap_err();
        assert!(
            matches!(error, PylockError::Unsupported { .. }),
            "{version}"
        );
    }
    for version in ["1.0", "'2.x'", "true"] {
        let error = Pylock::parse(&with(version)).unwrap_err();
        assert!(
            matches!(error, PylockError::Invalid(_)),
            "{version}: {error}"
        );
    }
    assert!(matches!(
        Pylock::parse("x").unwrap_err(),
        PylockError::Toml(_)
    ));
}

#[test]
fn unknown_keys_are_problems() {
    let text = "lock-version = '1.0'\ncreated-by = 'x'\nhash = 1\n[[packages]]\nname = 'a'\ndirectory = { path = '.' }\nsource = 2\n";
    let (_, problems) = Pylock::parse(text).unwrap();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 3, column 1: `hash`: the specification has no such key",
            "line 7, column 1: `packages[0].source`: the specification has no such key",
        ]
    );
}

/// Lines of a package from line 4 on, and the fault.
const FAULTS: &[(&str, &str)] = &[
    (
        "",
        "line 3, column 1: `packages[0].name`: the key is missing",
    ),
    (
        "name = 'A'",
        "line 4, column 8: `packages[0].name`: the name `A` is not normalized",
    ),
    (
        "name = 'a'",
        "line 3, column 1: `packages[0]`: without `sdist` and `wheels`, exactly one of `vcs`, `directory` and `archive` must be there",
    ),
    (
        "name = 'a'\ndirectory = { path = '.' }\nvcs = { type = 'git', url = 'u', commit-id = 'c' }",
        "line 3, column 1: `packages[0]`: without `sdist` and `wheels`, exactly one of `vcs`, `directory` and `archive` must be there",
    ),
    (
        "name = 'a'\ndirectory = { path = '.' }\nsdist = { path = 'a-1.zip', hashes = { md5 = '' } }",
        "line 3, column 1: `packages[0]`: none of `vcs`, `directory` and `archive` may stand beside `sdist` or `wheels`",
    ),
    (
        "name = 'a'\nvcs = { type = 'git', commit-id = 'c' }",
        "line 5, column 7: `packages[0].vcs`: `url` or `path` must be there",
    ),
    (
        "name = 'a'\nvcs = { type = 'git', url = 'u' }",
        "line 5, column 7: `packages[0].vcs.commit-id`: the key is missing",
    ),
    (
        "name = 'a'\narchive = { path = '' }",
        "line 5, column 11: `packages[0].archive`: `url` or `path` must be there",
    ),
    (
        "name = 'a'\nwheels = [{ path = 'a.whl' }]",
        "line 5, column 11: `packages[0].wheels[0].hashes`: the key is missing",
    ),
    (
        "name = 'a'\nwheels = [{ path = 'a.whl', hashes = {} }]",
        "line 5, column 38: `packages[0].wheels[0].hashes`: at least one hash must be there",
    ),
    (
        "name = 'a'\nwheels = [{ path = 'a.whl', hashes = { md5 = 1 } }]",
        "line 5, column 46: `packages[0].wheels[0].hashes.md5`: the value is an integer, not a string",
    ),
    (
        "name = 'a'\nwheels = [{ path = 'a.whl', size = true }]",
        "line 5, column 36: `packages[0].wheels[0].size`: the value is a boolean, not an integer",
    ),
    (
        "name = 'a'\nwheels = [{ path = 'a.whl', upload-time = 10:00:00 }]",
        "line 5, column 29: `packages[0].wheels[0].upload-time`: `10:00:00` is not a date and time",
    ),
    (
        "name = 'a'\ndirectory = { path = '.' }\nattestation-identities = [{ x = 1 }]",
        "line 6, column 27: `packages[0].attestation-identities[0].kind`: the key is missing",
    ),
];

#[test]
fn names_the_key_the_place_and_the_reason() {
    for (lines, message) in FAULTS {
        assert_eq!(package(lines).unwrap_err(), *message);
    }
    for line in ["version = 'x'", "marker = 'x'", "requires-python = 'x'"] {
        let error = package(&format!("name = 'a'\n{line}")).unwrap_err();
        assert!(error.starts_with("line 5, column "), "{error}");
    }
}

#[test]
fn names_of_lock_files() {
    for (name, valid) in [
        ("pylock.toml", true),
        ("pylock.dev-1.toml", true),
        ("pylock..toml", false),
        ("pylock.a.b.toml", false),
        ("pylock.json", false),
        ("a.pylock.toml", false),
    ] {
        assert_eq!(is_pylock_file_name(name), valid, "{name}");
    }
}

fn environment(python: &str) -> MarkerEnvironment {
    let short: Vec<&str> = python.split('.').take(2).collect();
    MarkerEnvironment::new(EnvironmentValues {
        implementation_name: "cpython".to_owned(),
        implementation_version: python.to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: "6.8.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1".to_owned(),
        python_full_version: python.to_owned(),
        python_version: short.join("."),
        sys_platform: "linux".to_owned(),
    })
    .unwrap()
}

/// What is selected of a lock file with these lines: names and kinds, or the error.
fn selected(
    lines: &str,
    groups: Option<&[&str]>,
    prefers_sdist: bool,
) -> Result<Vec<String>, String> {
    let text = format!("lock-version = '1.0'\ncreated-by = 'x'\n{lines}\n");
    let (pylock, problems) = Pylock::parse(&text).unwrap();
    assert_eq!(problems, []);
    let environment = environment("3.12.1");
    let tags = ["cp312-cp312-manylinux_2_17_x86_64", "py3-none-any"];
    let tags = CompatibleTags::new(tags.iter().map(|tag| tag.parse().unwrap()));
    let groups: Option<Vec<GroupName>> =
        groups.map(|groups| groups.iter().map(|group| group.parse().unwrap()).collect());
    let options = SelectOptions {
        environment: &environment,
        tags: &tags,
        extras: &["gui".parse().unwrap()],
        dependency_groups: groups.as_deref(),
    };
    let selected = pylock
        .select(&options, &mut |_| prefers_sdist)
        .map_err(|error| error.to_string())?;
    let selected = selected.iter().map(|selected| {
        let what = match selected.source {
            SelectedSource::Vcs(_) => "vcs".to_owned(),
            SelectedSource::Directory(_) => "directory".to_owned(),
            SelectedSource::Archive(_) => "archive".to_owned(),
            SelectedSource::Sdist(file) | SelectedSource::Wheel(file) => file.file_name().unwrap(),
        };
        format!("{} {what}", selected.package.name)
    });
    Ok(selected.collect())
}

const WHEELS: &str = "\
[[packages]]
name = 'a'
sdist = { path = 'a-1.tar.gz', hashes = { sha256 = '1' } }
wheels = [
    { path = 'a-1-py3-none-any.whl', hashes = { sha256 = '1' } },
    { path = 'a-1-cp312-cp312-manylinux_2_17_x86_64.whl', hashes = { sha256 = '1' } },
    { path = 'a-1-2-cp312-cp312-manylinux_2_17_x86_64.whl', hashes = { sha256 = '1' } },
    { path = 'a-1-cp311-cp311-manylinux_2_17_x86_64.whl', hashes = { sha256 = '1' } },
]
";

#[test]
fn selects_the_best_file_of_what_applies() {
    let sources = "\
        [[packages]]\nname = 'v'\nvcs = { type = 'git', url = 'u', commit-id = 'c' }\n\
        [[packages]]\nname = 'd'\ndirectory = { path = '.' }\n\
        [[packages]]\nname = 'r'\narchive = { path = 'r', hashes = { md5 = '1' } }\n\
        [[packages]]\nname = 'w'\nmarker = 'sys_platform == \"win32\"'\ndirectory = { path = '.' }\n";
    assert_eq!(
        selected(sources, None, false).unwrap(),
        ["v vcs", "d directory", "r archive"]
    );
    let best = "a a-1-2-cp312-cp312-manylinux_2_17_x86_64.whl";
    assert_eq!(selected(WHEELS, None, false).unwrap(), [best]);
    assert_eq!(selected(WHEELS, None, true).unwrap(), ["a a-1.tar.gz"]);
    let foreign = "[[packages]]\nname = 'a'\nsdist = { path = 'a-1.zip', hashes = { sha256 = '1' } }\nwheels = [{ path = 'a-1-py2-none-any.whl', hashes = { sha256 = '1' } }]\n";
    assert_eq!(selected(foreign, None, false).unwrap(), ["a a-1.zip"]);
}

#[test]
fn groups_and_extras_choose_packages() {
    let text = "\
        extras = ['gui', 'other']\ndependency-groups = ['dev', 'docs']\ndefault-groups = ['dev']\n\
        [[packages]]\nname = 'gui'\nmarker = '\"gui\" in extras'\ndirectory = { path = '.' }\n\
        [[packages]]\nname = 'other'\nmarker = '\"other\" in extras'\ndirectory = { path = '.' }\n\
        [[packages]]\nname = 'dev'\nmarker = '\"dev\" in dependency_groups'\ndirectory = { path = '.' }\n\
        [[packages]]\nname = 'docs'\nmarker = '\"docs\" in dependency_groups'\ndirectory = { path = '.' }\n";
    let cases: [(Option<&[&str]>, &[&str]); 3] = [
        (None, &["gui directory", "dev directory"]),
        (Some(&[]), &["gui directory"]),
        (Some(&["docs"]), &["gui directory", "docs directory"]),
    ];
    for (groups, expected) in cases {
        assert_eq!(selected(text, groups, false).unwrap(), expected);
    }
}

#[test]
fn says_why_nothing_is_selected() {
    let package = "[[packages]]\nname = 'a'\ndirectory = { path = '.' }\n";
    let cases = [
        ("requires-python = '>=3.13'\npackages = []".to_owned(), "the lock file requires Python >=3.13, but the environment has 3.12.1"),
        ("environments = ['os_name == \"nt\"']\npackages = []".to_owned(), "the environment is none of those that the lock file is for"),
        (format!("{package}requires-python = '<3'"), "package `a` (packages[0]) requires Python <3, but the environment has 3.12.1"),
        (format!("{package}{package}"), "two entries of package `a` apply: packages[0] and packages[1]"),
        ("[[packages]]\nname = 'a'\nwheels = [{ path = 'a-1-py2-none-any.whl', hashes = { md5 = '1' } }]".to_owned(), "no wheel of package `a` (packages[0]) fits the environment, and there is no sdist"),
    ];
    for (text, message) in cases {
        assert_eq!(selected(&text, None, false).unwrap_err(), message);
    }
}
