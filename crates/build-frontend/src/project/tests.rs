//! What a tree says of itself.

use super::*;

fn read(pyproject: &str) -> Result<SourceTree, BuildFailure> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pyproject.toml"), pyproject).unwrap();
    SourceTree::read(folder.path(), "the project")
}

#[test]
fn who_builds() {
    for (pyproject, backend, requires) in [
        ("", "setuptools.build_meta:__legacy__", 1),
        (
            "[project]\nname = 'a'\nversion = '1'",
            "setuptools.build_meta:__legacy__",
            1,
        ),
        (
            "[build-system]\nrequires = ['a', 'setuptools>1']",
            "setuptools.build_meta:__legacy__",
            2,
        ),
        (
            "[build-system]\nrequires = ['a']",
            "setuptools.build_meta:__legacy__",
            2,
        ),
        (
            "[build-system]\nrequires = []\nbuild-backend = 'a.b'",
            "a.b",
            0,
        ),
        // What is wrong with the project is for the backend to say.
        (
            "[project]\nname = 7\n[build-system]\nrequires = []\nbuild-backend = 'a'",
            "a",
            0,
        ),
    ] {
        let tree = read(pyproject).unwrap();
        assert_eq!(tree.backend(), backend, "{pyproject}");
        assert_eq!(tree.system.requires.len(), requires, "{pyproject}");
    }
    for pyproject in [
        "[build-system]\nbuild-backend = 'a'",
        "[build-system",
        "[build-system]\nrequires = [7]",
    ] {
        assert!(
            matches!(read(pyproject), Err(BuildFailure::PyProject { .. })),
            "{pyproject}"
        );
    }
}

#[test]
fn what_is_said_for_good() {
    let project = "[project]\nname = 'a'\nversion = '1'\nreadme = 'not-there.md'\nlicense = {file = 'nor-this'}\n";
    assert!(read(project).unwrap().metadata.is_some());
    assert!(
        read(&format!("{project}dynamic = ['description']"))
            .unwrap()
            .metadata
            .is_some()
    );
    for rest in [
        "dynamic = ['dependencies']",
        "dynamic = ['optional-dependencies']",
        "dynamic = ['requires-python']",
        "[tool.poetry.dependencies]\nb = '1'",
    ] {
        assert!(
            read(&format!("{project}{rest}"))
                .unwrap()
                .metadata
                .is_none(),
            "{rest}"
        );
    }
    assert!(
        read("[project]\nname = 'a'\ndynamic = ['version']")
            .unwrap()
            .metadata
            .is_none()
    );
}
