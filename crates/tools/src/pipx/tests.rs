//! pipx's notes, new and old.

use super::*;

/// As pipx 1.16 writes it (form 0.12), without the keys that say nothing here.
const NEWEST: &str = r#"{
    "environment": "mkdocs@1",
    "injected_packages": {
        "six": {
            "include_apps": false, "package": "six", "package_or_url": "six<2",
            "package_version": "1.17.0", "pinned": true, "pip_args": [], "suffix": ""
        },
        "mike": {
            "include_apps": true, "package": "mike", "package_or_url": "mike",
            "package_version": "2.1", "pip_args": ["--pre"], "suffix": ""
        }
    },
    "main_package": {
        "apps": ["mkdocs"],
        "app_paths": [{"__Path__": "/x/bin/mkdocs", "__type__": "Path"}],
        "app_paths_of_dependencies": {},
        "include_apps": true, "include_dependencies": false,
        "package": "mkdocs", "package_or_url": "mkdocs[i18n]>=1.6", "package_version": "1.6.1",
        "pinned": false,
        "pip_args": ["--index-url", "https://index.example/simple/", "--extra-index-url=https://b.example/",
                     "--no-build-isolation", "-q"],
        "suffix": "@1"
    },
    "pipx_metadata_version": "0.12",
    "python_version": "Python 3.11.7",
    "source_interpreter": {"__Path__": "/opt/bin/python3.11", "__type__": "Path"},
    "venv_args": ["--system-site-packages"]
}"#;

/// As pipx 0.15 wrote it (form 0.1).
const OLDEST: &str = r#"{
    "injected_packages": {},
    "main_package": {
        "app_paths": [], "app_paths_of_dependencies": {"click": ["/x/bin/c"]}, "apps": ["app"],
        "apps_of_dependencies": ["c"], "include_apps": true, "include_dependencies": true,
        "package": "app", "package_or_url": "/home/me/app", "package_version": "1.0",
        "pip_args": ["--editable"]
    },
    "pipx_metadata_version": "0.1",
    "python_version": "Python 3.8.10",
    "venv_args": []
}"#;

#[test]
fn what_pipx_was_asked_for() {
    let tool = PipxTool::parse(NEWEST, "mkdocs@1").unwrap();
    let asked = &tool.asked;
    assert_eq!(asked.name(), "mkdocs@1");
    assert_eq!(asked.requirement.to_string(), "mkdocs[i18n]>=1.6");
    let with: Vec<_> = asked
        .with
        .iter()
        .map(|one| (one.requirement.to_string(), one.has_programs))
        .collect();
    assert_eq!(
        with,
        [("mike".to_owned(), true), ("six==1.17.0".to_owned(), false)]
    );
    assert_eq!(
        asked.options.to_string(),
        "index-url = \"https://index.example/simple/\"\nextra-index-url = [\"https://b.example/\"]\n"
    );
    assert_eq!(tool.python.as_deref(), Some("3.11"));
    assert_eq!(
        tool.interpreter.as_deref(),
        Some(Path::new("/opt/bin/python3.11"))
    );
    assert_eq!(
        tool.problems,
        [
            "`--no-build-isolation` for pip",
            "`pre` for the injected package `mike` alone",
            "`--system-site-packages` for its environment",
        ]
    );
}

#[test]
fn notes_of_old_pipx() {
    let tool = PipxTool::parse(OLDEST, "app").unwrap();
    assert_eq!(
        tool.asked.requirement.to_string(),
        "app @ file:///home/me/app"
    );
    assert!(tool.asked.is_editable);
    let with: Vec<_> = tool
        .asked
        .with
        .iter()
        .map(|one| (one.requirement.to_string(), one.has_programs))
        .collect();
    assert_eq!(with, [("click".to_owned(), true)]);
    assert_eq!(tool.problems, [""; 0]);
}

#[test]
fn what_is_pinned_is_that_version() {
    for (asked, pinned, expected) in [
        ("black", true, "black==24.1"),
        ("black[d]>=23", true, "black[d]==24.1"),
        ("black>=23", false, "black>=23"),
        (
            "git+https://git.example/black",
            true,
            "black @ git+https://git.example/black",
        ),
    ] {
        let text = format!(
            r#"{{"main_package": {{"package": "black", "package_or_url": "{asked}",
                "package_version": "24.1", "pinned": {pinned}}}}}"#
        );
        let tool = PipxTool::parse(&text, "black").unwrap();
        assert_eq!(tool.asked.requirement.to_string(), expected);
    }
}

#[test]
fn notes_that_are_none() {
    for (text, words) in [
        ("{", "EOF"),
        ("{}", "main_package"),
        (r#"{"main_package": {"package": "a b"}}"#, "`a b`"),
        (
            r#"{"main_package": {"package": "a", "package_or_url": "a >> 1"}}"#,
            "requirement",
        ),
        (
            r#"{"main_package": {"package": "a", "package_version": "new", "pinned": true}}"#,
            "new",
        ),
    ] {
        let error = PipxTool::parse(text, "app").unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn environments_are_the_folders() {
    let home = tempfile::tempdir().unwrap();
    assert!(environments(home.path()).unwrap().is_empty());
    std::fs::create_dir_all(home.path().join("venvs/app")).unwrap();
    std::fs::write(home.path().join("venvs/note"), "").unwrap();
    assert_eq!(
        environments(home.path()).unwrap(),
        [home.path().join("venvs/app")]
    );
}
