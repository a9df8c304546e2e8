//! What is read of Poetry's tables.

use std::fmt::Write as _;

use insta::assert_snapshot;

use super::constraint::{Constraint, Of};
use super::{Poetry, Priority, Tables};

/// What PEP 440 says of a constraint, with a star where it allows less.
fn specifiers(text: &str, of: Of) -> String {
    match Constraint::read(text, of) {
        Err(error) => error.to_string(),
        Ok(read) => {
            let (specifiers, is_narrowed) = read.specifiers();
            format!("{specifiers}{}", if is_narrowed { " *" } else { "" })
        }
    }
}

/// Poetry 2.5.1 allows the same, where there is no star.
#[test]
fn constraints_are_those_of_pep_440() {
    let cases = [
        ("*", ""),
        ("^1.2.3", "<2.0.0,>=1.2.3"),
        ("^1.2", "<2.0,>=1.2"),
        ("^1", "<2,>=1"),
        ("^0.2.3", "<0.3.0,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0.0", "<0.1,>=0.0"),
        ("^0", "<1,>=0"),
        ("^0.2.0b1", "<0.3.0,>=0.2.0b1"),
        ("^1!2.0", "<1!3.0,>=1!2.0"),
        ("~1", "<2,>=1"),
        ("~1.2", "<1.3,>=1.2"),
        ("~1.2.3.4", "<1.3.0.0,>=1.2.3.4"),
        ("~=1.2", "<2.0,>=1.2"),
        ("~=1.2.3", "<1.3.0,>=1.2.3"),
        ("~=1", "<2,>=1"),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        ("v1.2", "==1.2"),
        ("1.*.*", "==1.*"),
        ("!=1.2.*", "!=1.2.*"),
        (">= 1.2, < 2", "<2,>=1.2"),
        (">=1 <2", "<2,>=1"),
        ("^1,!=1.5.0", "!=1.5.0,<2,>=1"),
        ("1.0.0-beta.2", "==1.0.0b2"),
        ("^1.2 || ^3", "!=2.*,<4,>=1.2"),
        ("~1.2 | ~1.5", "!=1.3.*,!=1.4.*,<1.6,>=1.2"),
        ("<1 || >=2.2", "!=1.*,!=2.0.*,!=2.1.*"),
        (">=1,<2 || >1.5", ">=1"),
        ("~2.7 || >=3.6", ">=3.6 *"),
        ("1.0 || 2.0", "==2.0 *"),
        ("", "`` is no constraint on a version"),
        ("=>1", "`=>1` is no constraint on a version"),
        ("1.0a1.*", "`1.0a1.*` is no constraint on a version"),
        ("latest", "`latest` is no constraint on a version"),
    ];
    let read: Vec<(&str, String)> = cases
        .iter()
        .map(|(text, _)| (*text, specifiers(text, Of::Project)))
        .collect();
    let expected: Vec<(&str, String)> = cases
        .iter()
        .map(|(text, expected)| (*text, (*expected).to_owned()))
        .collect();
    assert_eq!(read, expected);
    assert_eq!(specifiers("3.9", Of::Python), "==3.9.*");
}

#[test]
fn constraints_on_python_are_markers() {
    let marker = |text: &str| {
        let read = Constraint::read(text, Of::Python).unwrap();
        read.python_marker().to_string()
    };
    assert_snapshot!(marker("^3.9"), @r#"python_version >= "3.9" and python_version < "4""#);
    assert_snapshot!(marker("3.9 || >=3.11"), @r#"python_version >= "3.9" and python_version != "3.10""#);
    assert_snapshot!(marker("<=3.8"), @r#"python_full_version <= "3.8""#);
    assert_snapshot!(marker("~3.8.2"), @r#"python_full_version >= "3.8.2" and python_version < "3.9""#);
}

const POETRY: &str = r#"
[tool.poetry]
name = "Demo_App"
version = "1.0"

[tool.poetry.dependencies]
python = "^3.9"
requests = "^2.31"
Flask = {version = "~3.0", extras = ["async"], markers = "sys_platform != 'win32'"}
numpy = [
    {version = "<2", python = "<3.10"},
    {version = ">=2", python = ">=3.10", source = "wheels"},
]
here = {path = "../here", develop = true}
there = {path = "./there", subdirectory = "py"}
tool = {git = "git@git.example:owner/tool.git", tag = "v1", subdirectory = "py"}
file = {url = "https://index.example/file-1.0.tar.gz"}
psycopg = {version = "*", optional = true, allow-prereleases = true}
lost = {version = "*", optional = true, platform = "linux || darwin"}
narrow = "1.0 || 2.0"

[tool.poetry.extras]
pg = ["psycopg", "requests"]

[tool.poetry.dev-dependencies]
black = "*"

[tool.poetry.group.docs]
optional = true
include-groups = ["dev"]
[tool.poetry.group.docs.dependencies]
mkdocs = "1.6.*"

[[tool.poetry.source]]
name = "wheels"
url = "https://wheels.example/simple"
priority = "explicit"
[[tool.poetry.source]]
name = "pypi"
priority = "primary"
"#;

/// Everything that tables say, line by line.
fn shown(tables: &Tables) -> String {
    let mut text = String::new();
    if let Some(pythons) = &tables.requires_python {
        let _ = writeln!(text, "python {pythons}");
    }
    let mut lines = |name: &str, dependencies: &[super::Dependency]| {
        for one in dependencies {
            let _ = write!(text, "{name}: {}", one.requirement);
            if let Some(place) = &one.place {
                let _ = write!(text, " from {place:?}");
            }
            if let Some(index) = &one.index {
                let _ = write!(text, " from {index}");
            }
            let _ = writeln!(text);
        }
    };
    lines("main", &tables.dependencies);
    for (extra, dependencies) in &tables.extras {
        lines(&format!("[{extra}]"), dependencies);
    }
    for (name, group) in &tables.groups {
        let optional = if group.is_optional { "?" } else { "" };
        lines(&format!("{name}{optional}"), &group.dependencies);
    }
    for problem in &tables.problems {
        let _ = writeln!(text, "! {problem}");
    }
    text
}

#[test]
fn tables_are_requirements() {
    let tables = Tables::read(POETRY).unwrap().unwrap();
    assert!(Tables::is_stated(POETRY));
    assert_eq!(tables.name.as_ref().unwrap().as_str(), "demo-app");
    assert_eq!(tables.python.as_deref(), Some("^3.9"));
    assert!(tables.is_package);
    assert_eq!(tables.sources[0].priority, Priority::Explicit);
    assert_eq!(tables.sources[1].url, None);
    // As Poetry 2.5.1 calculates it.
    let poetry = Poetry::new(tables.clone(), POETRY);
    assert_eq!(
        poetry.digest,
        "087a736c189550324a1d1af12df9a4375c36c6cb2320bde2d8c60c6d475981a9"
    );
    assert_snapshot!(shown(&tables), @r#"
    python <4.0,>=3.9
    main: requests<3.0,>=2.31
    main: flask[async]<3.1,>=3.0; sys_platform != "win32"
    main: numpy<2; python_version < "3.10"
    main: numpy>=2; python_version >= "3.10" from wheels
    main: here from Path { path: "../here", editable: Some(true) }
    main: there from Path { path: "./there/py", editable: Some(false) }
    main: tool from Git { url: "ssh://git@git.example/owner/tool.git", reference: Some(Tag("v1")), subdirectory: Some("py") }
    main: file from Url { url: "https://index.example/file-1.0.tar.gz", subdirectory: None }
    main: lost; sys_platform == "darwin" or sys_platform == "linux"
    main: narrow==2.0
    [pg]: psycopg
    [pg]: requests<3.0,>=2.31
    dev: black
    docs?: mkdocs==1.6.*
    docs?: black
    ! `lost` is optional, and no extra names it: it is always required
    ! the alternatives of `narrow` have no form in PEP 440: of them `==2.0` is left
    "#);
}

/// Poetry 2: `[project]` and `[dependency-groups]` say what is required, and the tables of Poetry add.
#[test]
fn tables_enrich_the_standard_ones() {
    let text = r#"
[project]
name = "demo"
version = "1"
requires-python = ">=3.9"
dependencies = ["a>=1", "b ; sys_platform == 'win32'", "c @ https://index.example/c-1.0.tar.gz"]
[project.optional-dependencies]
x = ["d"]
[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]
[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
a = [{version = "<3", python = "<3.12"}, {version = ">=2", python = ">=3.12", source = "s"}]
b = {git = "https://git.example/b", branch = "main"}
d = {path = "./d"}
[tool.poetry.group.test]
optional = true
[tool.poetry.group.test.dependencies]
pytest = {version = "<9", allow-prereleases = true}
"#;
    let tables = Tables::read(text).unwrap().unwrap();
    assert!(!tables.is_package);
    // As Poetry 2.5.1 calculates it.
    let poetry = Poetry::new(tables.clone(), text);
    assert_eq!(
        poetry.digest,
        "78dc10482fc6e0e6864e7b6bfbb58211b0a56c95c6c508877936bf9b82e9f394"
    );
    assert_snapshot!(shown(&tables), @r#"
    python >=3.9
    main: a<3,>=1; python_version < "3.12"
    main: a>=1,>=2; python_version >= "3.12" from s
    main: b; sys_platform == "win32" from Git { url: "https://git.example/b", reference: Some(Branch("main")), subdirectory: None }
    main: c @ https://index.example/c-1.0.tar.gz
    [x]: d from Path { path: "./d", editable: Some(false) }
    lint: ruff
    test?: pytest<9,>=8
    test?: ruff
    "#);
    let plain = "[project]\nname = 'a'\nversion = '1'\n[tool.poetry]\npackages = []\n";
    assert!(!Tables::is_stated(plain));
    assert_eq!(
        Tables::read("[project]\nname = 'a'\nversion = '1'\n"),
        Ok(None)
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let said = |text: &str| Tables::read(text).unwrap_err().to_string();
    let dependency = |text: &str| said(&format!("[tool.poetry.dependencies]\n{text}\n"));
    assert_snapshot!(dependency("a = 1"), @"`a` in `[tool.poetry.dependencies]`: integer is no dependency");
    assert_snapshot!(dependency("a = '^x'"), @"`a` in `[tool.poetry.dependencies]`: `^x` is no constraint on a version");
    assert_snapshot!(dependency("a = {version = 1}"), @"`a` in `[tool.poetry.dependencies]`: `version` is integer, not a string");
    assert_snapshot!(dependency("a = {markers = 'x == 1'}"), @"`a` in `[tool.poetry.dependencies]`: `markers`: `x == 1` is not a marker: `x` is no marker variable at byte 0");
    assert_snapshot!(dependency("a = {extras = 'x'}"), @"`a` in `[tool.poetry.dependencies]`: `extras` is string, not a list");
    assert_snapshot!(dependency("python = 'three'"), @"`python` in `[tool.poetry.dependencies]`: `three` is no constraint on a version");
    assert_snapshot!(said("[tool.poetry.group.a]\ninclude-groups = ['b']\n"), @"the group `a` includes `b`, which is not there");
    assert_snapshot!(said("[tool.poetry.group.a]\ninclude-groups = ['b']\n[tool.poetry.group.b]\ninclude-groups = ['a']\n"), @"the group `a` includes itself");
    assert_snapshot!(said("[[tool.poetry.source]]\nname = 'x'\npriority = 'high'\n"), @"`source` of `[tool.poetry]`: `high` is no priority");
    assert_snapshot!(said("[tool.poetry]\npackage-mode = 1\n"), @"`package-mode` of `[tool.poetry]`: it is integer, not true or false");
    assert_snapshot!(said("[tool.poetry.extras]\nx = 1\n"), @"`x` in `[tool.poetry.extras]`: it is no list of dependencies");
    assert_snapshot!(said("tool = {poetry = 1}\n"), @"`tool.poetry` is no table");
}
