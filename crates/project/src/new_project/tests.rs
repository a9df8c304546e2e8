//! The files of each kind of project, in full.

use tilsit_packaging::pyproject::PyProject;

use super::*;

fn project(kind: Kind, backend: Option<Backend>) -> NewProject {
    NewProject {
        name: "My.App".parse().unwrap(),
        description: None,
        kind,
        backend,
        requires_python: ">=3.12".to_owned(),
        pin: Some("3.12".to_owned()),
        author: None,
        has_readme: true,
        has_gitignore: true,
    }
}

fn text<'f>(files: &'f [NewFile], path: &str) -> &'f str {
    let mut files = files.iter();
    &files.find(|file| file.path == path).unwrap().text
}

fn paths(files: &[NewFile]) -> Vec<&str> {
    files.iter().map(|file| &*file.path).collect()
}

#[test]
fn an_application() {
    let files = project(Kind::Application, None).files();
    assert_eq!(
        paths(&files),
        [
            "pyproject.toml",
            "README.md",
            ".python-version",
            ".gitignore",
            "main.py"
        ]
    );
    assert_eq!(
        text(&files, "pyproject.toml"),
        "[project]\nname = \"my-app\"\nversion = \"0.1.0\"\nreadme = \"README.md\"\nrequires-python = \">=3.12\"\ndependencies = []\n"
    );
    assert_eq!(
        text(&files, "main.py"),
        "def main() -> None:\n    print(\"Hello from my-app.\")\n\n\nif __name__ == \"__main__\":\n    main()\n"
    );
    assert_eq!(text(&files, ".python-version"), "3.12\n");
}

#[test]
fn an_application_that_is_installed() {
    let mut wanted = project(Kind::Application, Some(Backend::Flit));
    wanted.description = Some("Says \"hello\".".to_owned());
    wanted.author = Some(Author {
        name: Some("Anna Ë".to_owned()),
        email: Some("anna@index.example".to_owned()),
    });
    wanted.has_readme = false;
    let files = wanted.files();
    assert_eq!(
        text(&files, "pyproject.toml"),
        "[project]\nname = \"my-app\"\nversion = \"0.1.0\"\ndescription = 'Says \"hello\".'\nrequires-python = \">=3.12\"\nauthors = [\n    { name = \"Anna Ë\", email = \"anna@index.example\" },\n]\ndependencies = []\n\n[project.scripts]\nmy-app = \"my_app:main\"\n\n[build-system]\nrequires = [\"flit_core>=3.11,<4\"]\nbuild-backend = \"flit_core.buildapi\"\n"
    );
    assert!(paths(&files).contains(&"src/my_app/__init__.py"));
}

#[test]
fn a_library_and_a_bare_project() {
    let files = project(Kind::Library, Some(Backend::Flit)).files();
    assert_eq!(
        paths(&files)[4..],
        ["src/my_app/__init__.py", "src/my_app/py.typed"]
    );
    let mut bare = project(Kind::Bare, None);
    (bare.has_readme, bare.has_gitignore, bare.pin) = (false, false, None);
    assert_eq!(paths(&bare.files()), ["pyproject.toml"]);
}

#[test]
fn every_pyproject_is_one() {
    for name in Backend::names() {
        let backend: Backend = name.parse().unwrap();
        for kind in [Kind::Application, Kind::Library, Kind::Bare] {
            let files = project(kind, Some(backend)).files();
            let (read, problems) = PyProject::parse(text(&files, "pyproject.toml")).unwrap();
            assert!(problems.is_empty() && read.build_system.is_some());
            // flit builds nothing without one.
            let description = read.project.unwrap().description;
            assert_eq!(description.is_some(), backend == Backend::Flit);
        }
    }
    assert!("make".parse::<Backend>().is_err());
}

#[test]
fn scripts() {
    assert_eq!(
        script(None, "report", ">=3.12").unwrap(),
        "# /// script\n# requires-python = \">=3.12\"\n# dependencies = []\n# ///\n\ndef main() -> None:\n    print(\"Hello from report.\")\n\n\nif __name__ == \"__main__\":\n    main()\n"
    );
    assert_eq!(
        script(Some("#!/usr/bin/python\nimport a\n"), "report", ">=3.12").unwrap(),
        "#!/usr/bin/python\n# /// script\n# requires-python = \">=3.12\"\n# dependencies = []\n# ///\n\nimport a\n"
    );
}
