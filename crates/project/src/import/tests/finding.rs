//! What a folder has.

use super::*;

fn found(files: &[&str]) -> String {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|file| match *file {
            "setup.cfg" => (*file, "[metadata]\nname = a\n"),
            file => (file, ""),
        })
        .collect();
    let folder = folder(&files);
    match find(folder.path(), None) {
        Ok(found) => {
            let words = found.iter().map(|one| {
                let group = one.group.as_ref();
                let group = group.map_or_else(String::new, |group| format!(" in {group}"));
                let lock = one.lock.as_ref();
                let lock = lock.map_or_else(String::new, |lock| format!(" with {lock}"));
                format!("{}: {}{group}{lock}", one.kind.name(), one.file)
            });
            words.collect::<Vec<_>>().join("; ")
        }
        Err(error) => error
            .to_string()
            .replace(&folder.path().display().to_string(), "FOLDER"),
    }
}

#[test]
fn a_folder_says_what_it_has() {
    for (files, expected) in [
        (&["requirements.txt"][..], "requirements: requirements.txt"),
        (
            &[
                "requirements.in",
                "requirements.txt",
                "dev-requirements.txt",
            ],
            "requirements: dev-requirements.txt in dev; requirements: requirements.in with \
             requirements.txt",
        ),
        (
            &[
                "requirements/base.in",
                "requirements/base.txt",
                "requirements/tests_unit.txt",
            ],
            "requirements: requirements/base.in with requirements/base.txt; requirements: \
             requirements/tests_unit.txt in tests-unit",
        ),
        (&["Pipfile", "notes.txt"], "pipenv: Pipfile"),
        (&["environment.yml"], "conda: environment.yml"),
        (
            &["setup.py", "setup.cfg", "requirements-test.txt"],
            "setuptools: setup.py; requirements: requirements-test.txt in test",
        ),
        (&["setup.cfg"], "setuptools: setup.cfg"),
        (
            &["Pipfile", "requirements.txt", "requirements_dev.txt"],
            "several files say what the project needs: `Pipfile`, `requirements.txt`",
        ),
    ] {
        assert_eq!(found(files), expected, "{files:?}");
    }
    assert!(found(&["main.py"]).starts_with("there is nothing to import in `FOLDER`"));
}

#[test]
fn a_pyproject_that_states_the_project_wins_over_setup_py() {
    let project = "[project]\nname = 'a'\nversion = '1'\n";
    let pdm = format!("{project}\n[tool.pdm.dev-dependencies]\ntest = ['pytest']\n");
    let folder = folder(&[("pyproject.toml", &*pdm), ("setup.py", "setup()")]);
    let kinds = |kind| {
        let found = find(folder.path(), kind).unwrap();
        found.iter().map(|one| one.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(None), [Kind::Pdm]);
    assert_eq!(kinds(Some(Kind::Setuptools)), [Kind::Setuptools]);
}

#[test]
fn a_table_of_a_tool_goes_before_the_setup_py_that_it_made() {
    let kinds = |text: &str| {
        let folder = folder(&[("pyproject.toml", text), ("setup.py", "setup()")]);
        let found = find(folder.path(), None).unwrap();
        found.iter().map(|one| one.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds("[tool.poetry]\nname = 'a'\n"), [Kind::Poetry]);
    assert_eq!(kinds("[tool.flit.metadata]\nmodule = 'a'\n"), [Kind::Flit]);
    let both =
        "[project]\nname = 'a'\nversion = '1'\n\n[tool.poetry.group.dev.dependencies]\nb = '*'\n";
    assert_eq!(kinds(both), [Kind::Poetry]);
}

#[test]
fn named_files_are_told_by_their_names() {
    let folder = folder(&[
        ("deps/dev.in", ""),
        ("deps/dev.txt", ""),
        ("odd", ""),
        ("pyproject.toml", "[tool.black]\n"),
    ]);
    let named = |file: &str, kind| {
        let named = Candidate::named(folder.path(), file, kind);
        named.map_err(|error| error.to_string())
    };
    let dev = named("deps/dev.txt", None).unwrap();
    assert_eq!(dev[0].file, "deps/dev.in");
    assert_eq!(dev[0].lock.as_deref(), Some("deps/dev.txt"));
    assert_eq!(dev[0].group, "dev".parse().ok());
    assert_eq!(
        named("odd", None).unwrap_err(),
        "it is not known what `odd` is"
    );
    let odd = named("odd", Some(Kind::Requirements)).unwrap();
    assert_eq!(odd[0].kind, Kind::Requirements);
    assert_eq!(
        named("pyproject.toml", None).unwrap_err(),
        "`pyproject.toml` has no table of a tool that is known here"
    );
}
