//! Projects and members found on disk.

use std::path::Path;

use super::*;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
}

fn project(name: &str) -> String {
    format!("[project]\nname = '{name}'\nversion = '1'\n")
}

fn names(workspace: &Workspace) -> Vec<&str> {
    workspace.members.keys().map(ProjectName::as_str).collect()
}

#[test]
fn patterns_find_members() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            (
                "pyproject.toml",
                "[tool.tilsit.workspace]\nmembers = ['libs/*', 'apps/**', './one']\n\
                 exclude = ['libs/old*']\n[dependency-groups]\ndev = ['x']\n",
            ),
            ("libs/a/pyproject.toml", &project("a")),
            ("libs/old-b/pyproject.toml", &project("b")),
            ("libs/.hidden/pyproject.toml", &project("c")),
            ("libs/no-project/readme", ""),
            ("apps/deep/er/pyproject.toml", &project("d")),
            ("apps/node_modules/e/pyproject.toml", &project("e")),
            ("one/pyproject.toml", &project("f")),
        ],
    );
    let workspace = Workspace::find(folder.path()).unwrap();
    assert_eq!(names(&workspace), ["a", "d", "f"]);
    assert_eq!(workspace.current, None);
    assert_eq!(workspace.root_groups.len(), 1);
    let inside = Workspace::find(&folder.path().join("libs/a/src")).unwrap();
    assert_eq!(inside.root, folder.path());
    assert_eq!(inside.current.unwrap(), "a");
    // What is excluded stands alone.
    let alone = Workspace::find(&folder.path().join("libs/old-b")).unwrap();
    assert_eq!(names(&alone), ["b"]);
    assert_eq!(alone.root, folder.path().join("libs/old-b"));
}

#[test]
fn a_member_that_is_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = "[tool.uv.workspace]\nmembers = ['one']\n";
    write(folder.path(), &[("pyproject.toml", root)]);
    let error = Workspace::find(folder.path()).unwrap_err();
    assert!(matches!(error, WorkspaceError::NoMember(_)), "{error}");
    let wrong = "[tool.uv.workspace]\nmembers = ['a[']\n";
    write(
        folder.path(),
        &[("pyproject.toml", wrong), ("x/readme", "")],
    );
    let error = Workspace::find(folder.path()).unwrap_err();
    assert!(matches!(error, WorkspaceError::Pattern { .. }), "{error}");
}

#[test]
fn a_file_without_a_project_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let inner = "[tool.black]\nline-length = 90\n";
    write(
        folder.path(),
        &[
            ("pyproject.toml", &project("a")),
            ("sub/pyproject.toml", inner),
        ],
    );
    let workspace = Workspace::find(&folder.path().join("sub")).unwrap();
    assert_eq!(workspace.root, folder.path());
    let empty = tempfile::tempdir().unwrap();
    let error = Workspace::find(empty.path()).unwrap_err();
    assert!(matches!(error, WorkspaceError::None(_)), "{error}");
}

#[test]
fn groups_are_joined_and_defaults_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "{}[dependency-groups]\ntests = ['b']\ndev = [{{ include-group = 'tests' }}]\n\
         [tool.uv]\ndev-dependencies = ['c']\n",
        project("a")
    );
    write(folder.path(), &[("pyproject.toml", &text)]);
    let workspace = Workspace::find(folder.path()).unwrap();
    let member = workspace.root_member().unwrap();
    let dev: Vec<String> = member.groups["dev"]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(dev, ["b", "c"]);
    assert_eq!(workspace.default_groups()[0], "dev");
    assert!(!member.is_package);
    let broken = format!(
        "{}[dependency-groups]\ndev = [{{ include-group = 'no' }}]\n",
        project("a")
    );
    write(folder.path(), &[("pyproject.toml", &broken)]);
    let error = Workspace::find(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("pyproject.toml") && error.contains("`no`"),
        "{error}"
    );
}
