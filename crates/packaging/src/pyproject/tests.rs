//! A full file with its core metadata, faults with their places.

use super::*;

fn project(lines: &str) -> Result<Project, String> {
    let text = format!("[project]\nname = 'Spam.Eggs'\nversion = '1.0'\n{lines}\n");
    match PyProject::parse(&text) {
        Ok((pyproject, problems)) => {
            assert_eq!(problems, []);
            Ok(pyproject.project.unwrap())
        }
        Err(error) => Err(error.problem().to_string()),
    }
}

const FULL: &str = "\
[build-system]
requires = ['hatchling >= 1.20', 'calver']
build-backend = 'hatchling.build'
backend-path = ['.', './_build']

[project]
name = 'Spam_Eggs'
version = '2020.0'
description = 'Lovely Spam!'
readme = 'docs/README.MD'
requires-python = '>=3.9'
license = 'mit OR apache-2.0'
license-files = ['LICENSE*', 'licenses/**/*.txt']
keywords = ['egg', 'bacon']
authors = [{ email = 'hi@index.example' }, { name = 'Tzu-Ping Chung' }]
maintainers = [{ name = 'Brett C. Cannon', email = 'brett@index.example' }]
classifiers = ['Development Status :: 4 - Beta']
dependencies = ['httpx', \"django>2.1; os_name != 'nt'\"]
dynamic = ['classifiers', 'optional-dependencies']
import-names = ['spam', 'spam.eggs', '_spam; private']
import-namespaces = []

[project.optional-dependencies]
Gui_X = ['PyQt5; os_name == \"nt\" or os_name == \"posix\"']
cli = []

[project.urls]
Homepage = 'https://index.example'

[project.scripts]
spam-cli = 'spam:main_cli'

[project.gui-scripts]
spam-gui = 'spam.gui:main'

[project.entry-points.'spam.magical']
tomatoes = 'spam:main_tomatoes'

[dependency-groups]
test = ['pytest']

[tool.hatch]
x = 1
";

#[test]
fn reads_a_full_file() {
    let (pyproject, problems) = PyProject::parse(FULL).unwrap();
    assert_eq!(problems, []);
    let build_system = pyproject.build_system.unwrap();
    assert_eq!(build_system.requires.len(), 2);
    assert_eq!(
        build_system.build_backend.as_deref(),
        Some("hatchling.build")
    );
    assert_eq!(build_system.backend_path, [".", "./_build"]);
    let test = pyproject
        .dependency_groups
        .resolve(&"test".parse().unwrap());
    assert_eq!(test.unwrap()[0].to_string(), "pytest");
    let project = pyproject.project.unwrap();
    assert_eq!(
        (project.name(), project.project_name().as_str()),
        ("Spam_Eggs", "spam-eggs")
    );
    assert_eq!(
        project.entry_points.to_string(),
        "[console_scripts]\nspam-cli = spam:main_cli\n\n[gui_scripts]\nspam-gui = spam.gui:main\n\n\
         [spam.magical]\ntomatoes = spam:main_tomatoes\n"
    );
    assert!(project.is_dynamic(ProjectKey::Classifiers));
    let files = ProjectFiles {
        readme: Some("# Spam\n".to_owned()),
        license_files: vec!["LICENSE".to_owned()],
        ..ProjectFiles::default()
    };
    let metadata = project.core_metadata(files).unwrap();
    let text = String::from_utf8(metadata.to_bytes()).unwrap();
    insta::assert_snapshot!(text, @r#"
    Metadata-Version: 2.5
    Name: Spam_Eggs
    Version: 2020.0
    Summary: Lovely Spam!
    Description-Content-Type: text/markdown
    Keywords: egg,bacon
    Author: Tzu-Ping Chung
    Author-email: hi@index.example
    Maintainer-email: "Brett C. Cannon" <brett@index.example>
    License-Expression: MIT OR Apache-2.0
    License-File: LICENSE
    Classifier: Development Status :: 4 - Beta
    Requires-Dist: httpx
    Requires-Dist: django>2.1; os_name != "nt"
    Requires-Dist: pyqt5; (os_name == "nt" or os_name == "posix") and extra == "gui-x"
    Requires-Python: >=3.9
    Project-URL: Homepage, https://index.example
    Provides-Extra: gui-x
    Provides-Extra: cli
    Import-Name: spam
    Import-Name: spam.eggs
    Import-Name: _spam; private

    # Spam
    "#);
    let (again, problems) = crate::metadata::CoreMetadata::parse(text.as_bytes()).unwrap();
    assert_eq!((again, problems), (metadata, vec![]));
}

#[test]
fn absence_is_legacy() {
    let (pyproject, _) = PyProject::parse("").unwrap();
    assert_eq!((pyproject.build_system, pyproject.project), (None, None));
    assert_eq!(
        BuildSystem::legacy().requires[0].to_string(),
        "setuptools>=40.8.0"
    );
}

#[test]
fn unknown_keys_are_problems() {
    let text = "[build-system]\nrequires = []\nbackend = 'x'\n[project]\nname = 'a'\nversion = '1'\nauthor = 'x'\n[projects]\n";
    let (_, problems) = PyProject::parse(text).unwrap();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 3, column 1: `build-system.backend`: the specification has no such key",
            "line 7, column 1: `project.author`: the specification has no such key",
            "line 8, column 2: `projects`: the specification has no such key",
        ]
    );
}

/// Lines of `[project]` from line 4 on, and the fault.
const FAULTS: &[(&str, &str)] = &[
    (
        "description = \"a\\nb\"",
        "line 4, column 1: `project.description`: the text has more than one line",
    ),
    (
        "readme = 'README'",
        "line 4, column 10: `project.readme`: `README` ends in none of `.md`, `.rst` and `.txt`",
    ),
    (
        "readme = 1",
        "line 4, column 10: `project.readme`: the value is an integer, not a path or a table",
    ),
    (
        "readme = { file = 'a.md' }",
        "line 4, column 10: `project.readme.content-type`: the key is missing",
    ),
    (
        "readme = { content-type = 'text/plain' }",
        "line 4, column 10: `project.readme`: the table must have one of `file` and `text`",
    ),
    (
        "readme = { text = '', content-type = 'text/html' }",
        "line 4, column 38: `project.readme.content-type`: `text/html` is none of `text/plain`, `text/x-rst` and `text/markdown`",
    ),
    (
        "license = 'Mine'",
        "line 4, column 11: `project.license`: `Mine` is no license of the SPDX list and does not start with `LicenseRef-`",
    ),
    (
        "license = { file = 'a', text = 'b' }",
        "line 4, column 11: `project.license`: the table must have one of `file` and `text`",
    ),
    (
        "license = { txt = 'b' }",
        "line 4, column 13: `project.license.txt`: the specification has no such key",
    ),
    (
        "license = 'MIT'\nclassifiers = ['License :: OSI']",
        "line 5, column 1: `project.classifiers`: license classifiers may not stand beside a license expression",
    ),
    (
        "license = { text = 'x' }\nlicense-files = []",
        "line 4, column 1: `project.license`: a table may not stand beside `license-files`",
    ),
    (
        "license-files = ['a', '../b']",
        "line 4, column 23: `project.license-files[1]`: `../b` is not a relative pattern with `/` between its parts",
    ),
    (
        "authors = [{ }]",
        "line 4, column 12: `project.authors[0]`: the table must have `name`, `email` or both",
    ),
    (
        "authors = ['x']",
        "line 4, column 12: `project.authors[0]`: the value is a string, not a table",
    ),
    (
        "authors = [{ mail = 'x' }]",
        "line 4, column 14: `project.authors[0].mail`: the specification has no such key",
    ),
    (
        "urls = { 'a, b' = 'x' }",
        "line 4, column 10: `project.urls.\"a, b\"`: the label has a comma in it",
    ),
    (
        "urls = { a = 1 }",
        "line 4, column 14: `project.urls.a`: the value is an integer, not a string",
    ),
    (
        "scripts = { '../x' = 'a:b' }",
        "line 4, column 13: `project.scripts.\"../x\"`: the name holds a path separator",
    ),
    (
        "scripts = { x = 'a' }",
        "line 4, column 17: `project.scripts.x`: `a` names a module but no object in it",
    ),
    (
        "entry-points = { console_scripts = {} }",
        "line 4, column 18: `project.entry-points.console_scripts`: this group has a key of its own, `project.scripts`",
    ),
    (
        "entry-points = { 'a b' = {} }",
        "line 4, column 18: `project.entry-points.\"a b\"`: `a b` is not words with dots between them",
    ),
    (
        "dependencies = 'x'",
        "line 4, column 16: `project.dependencies`: the value is a string, not an array",
    ),
    (
        "optional-dependencies = { a_b = [], A-b = [] }",
        "line 4, column 37: `project.optional-dependencies.A-b`: the extra `a-b` is defined twice",
    ),
    (
        "dynamic = ['version']",
        "line 4, column 12: `project.dynamic[0]`: `version` has a value, so it can not be dynamic",
    ),
    (
        "dynamic = ['name']",
        "line 4, column 12: `project.dynamic[0]`: `name` can not be dynamic",
    ),
    (
        "dynamic = ['author']",
        "line 4, column 12: `project.dynamic[0]`: `author` is no key of `[project]`",
    ),
    (
        "import-names = ['a-b']",
        "line 4, column 17: `project.import-names[0]`: `a-b` in `a-b` is not a Python identifier",
    ),
    (
        "import-names = ['a']\nimport-namespaces = ['a']",
        "line 4, column 1: `project.import-names`: `a` is in `import-namespaces` too",
    ),
    (
        "import-names = ['a.b.c', 'a']",
        "line 4, column 1: `project.import-names`: `a.b.c` is there without its parent `a.b`",
    ),
];

#[test]
fn names_the_key_the_place_and_the_reason() {
    for (lines, message) in FAULTS {
        assert_eq!(project(lines).unwrap_err(), *message);
    }
    for line in [
        "dependencies = ['-']",
        "requires-python = 'x'",
        "optional-dependencies = { '-' = [] }",
    ] {
        assert!(
            project(line).unwrap_err().starts_with("line 4, column "),
            "{line}"
        );
    }
    let long = format!("urls = {{ {} = '' }}", "a".repeat(33));
    assert!(
        project(&long)
            .unwrap_err()
            .ends_with("the label has more than 32 characters")
    );
}

#[test]
fn the_tables_themselves_can_be_wrong() {
    let cases = [
        (
            "[project]\n",
            "pyproject.toml line 1, column 1: `project.name`: the key is missing",
        ),
        (
            "x = 1\n[project]\nname = 'a'\n",
            "pyproject.toml line 2, column 1: `project.version`: the key is missing",
        ),
        (
            "[build-system]\n",
            "pyproject.toml line 1, column 1: `build-system.requires`: the key is missing",
        ),
        (
            "[build-system]\nrequires = []\nbackend-path = ['.']\n",
            "pyproject.toml line 3, column 1: `build-system.backend-path`: the key has no meaning without `build-backend`",
        ),
        (
            "[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = ['../x']\n",
            "pyproject.toml line 4, column 17: `build-system.backend-path[0]`: `../x` is not a folder of the project",
        ),
        (
            "project = 1",
            "pyproject.toml line 1, column 11: `project`: the value is an integer, not a table",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(PyProject::parse(text).unwrap_err().to_string(), message);
    }
    let error = PyProject::parse("[project\n").unwrap_err();
    assert!(matches!(error, PyProjectError::Toml(_)), "{error}");
}

#[test]
fn people_become_names_and_addresses() {
    let project = project("authors = [{ name = 'A' }, { name = 'J. Doe', email = 'j@x' }, { email = 'e@x' }, { name = 'B' }]").unwrap();
    let metadata = project.core_metadata(ProjectFiles::default()).unwrap();
    assert_eq!(metadata.author.as_deref(), Some("A, B"));
    assert_eq!(
        metadata.author_email.as_deref(),
        Some("\"J. Doe\" <j@x>, e@x")
    );
    assert_eq!(metadata.metadata_version.to_string(), "2.2");
}

#[test]
fn what_is_only_pointed_to_must_be_given() {
    let cases = [
        (
            "readme = 'a.rst'",
            "the text of `a.rst`, which `project.readme` names, is missing",
        ),
        (
            "license = { file = 'L' }",
            "the text of `L`, which `project.license` names, is missing",
        ),
    ];
    for (line, message) in cases {
        let error = project(line)
            .unwrap()
            .core_metadata(ProjectFiles::default())
            .unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let (pyproject, _) =
        PyProject::parse("[project]\nname = 'a'\ndynamic = ['version']\n").unwrap();
    let project = pyproject.project.unwrap();
    assert_eq!(
        project
            .core_metadata(ProjectFiles::default())
            .unwrap_err()
            .to_string(),
        "the project `a` has no version"
    );
    let files = ProjectFiles {
        version: Some("2".parse().unwrap()),
        ..ProjectFiles::default()
    };
    assert_eq!(
        project.core_metadata(files).unwrap().version.to_string(),
        "2"
    );
}

#[test]
fn a_faulty_description_does_not_stand_in_the_way_of_use() {
    for lines in [
        "license = 'MIT'\nclassifiers = ['License :: OSI']",
        "license = 'Mine'",
        "authors = [{ }]",
        "readme = 'a.odd'",
    ] {
        let text = format!("[project]\nname = 'a'\nversion = '1'\ndependencies = ['b']\n{lines}\n");
        assert!(PyProject::parse(&text).is_err(), "{lines}");
        let (pyproject, problems) = PyProject::parse_for_use(&text).unwrap();
        assert_eq!(problems.len(), 1, "{lines}");
        assert_eq!(pyproject.project.unwrap().dependencies.len(), 1, "{lines}");
    }
    for lines in [
        "dependencies = ['b c']",
        "requires-python = 'x'",
        "version = 'x'",
    ] {
        let text = format!("[project]\nname = 'a'\nversion = '1'\n{lines}\n");
        assert!(PyProject::parse_for_use(&text).is_err(), "{lines}");
    }
}
