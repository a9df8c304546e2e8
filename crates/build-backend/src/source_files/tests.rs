//! What belongs to a distribution.

use super::{SourceFiles, never_taken};
use crate::settings::BuildSettings;

#[test]
fn the_project_s_own_ignore_files_count_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    for (path, text) in [
        ("../.gitignore", "*.py\n"),
        (".gitignore", "*.log\n/private\npyproject.toml\n"),
        ("pyproject.toml", ""),
        ("pkg/a.py", ""),
        ("pkg/.hidden", ""),
        ("pkg/trace.log", ""),
        ("pkg/.gitignore", "!trace.log\nsecret.txt\n"),
        ("pkg/secret.txt", ""),
        ("pkg/__pycache__/a.pyc", ""),
        ("private/x", ""),
        (".git/config", ""),
        ("dist/old.whl", ""),
    ] {
        let path = root.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
    let files = SourceFiles::list(&root, &BuildSettings::default()).unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            ".gitignore",
            "pkg/.gitignore",
            "pkg/.hidden",
            "pkg/a.py",
            "pkg/trace.log",
            "pyproject.toml",
        ]
    );
}

#[test]
fn a_link_may_not_lead_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    tilsit_files::create_dir_all(&root).unwrap();
    tilsit_files::write(root.join("pyproject.toml"), "inside").unwrap();
    tilsit_files::write(folder.path().join("secret"), "outside").unwrap();
    tilsit_files::symlink("pyproject.toml", root.join("link")).unwrap();
    let files = SourceFiles::list(&root, &BuildSettings::default()).unwrap();
    assert_eq!(files.get("link").unwrap().read().unwrap(), b"inside");
    tilsit_files::symlink("../secret", root.join("out")).unwrap();
    let error = SourceFiles::list(&root, &BuildSettings::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("/out`: it is a link that leads out of the project"),
        "{error}"
    );
}

#[test]
fn caches_and_builds_are_never_taken() {
    for (name, is_at_top, expected) in [
        ("__pycache__", false, true),
        ("a.pyc", false, true),
        ("demo.egg-info", true, true),
        (".venv", true, true),
        ("dist", true, true),
        // A package may be called so.
        ("dist", false, false),
        ("distribution", true, false),
        ("a.py", true, false),
        (".gitignore", true, false),
    ] {
        assert_eq!(never_taken(name, is_at_top), expected, "{name}");
    }
}
