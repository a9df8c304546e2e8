//! Requirements with their sources applied.

use super::*;
use crate::workspace::Workspace;

fn workspace(folder: &Path, sources: &str) -> Workspace {
    let text = format!("[project]\nname = 'a'\nversion = '1'\n[tool.tilsit.sources]\n{sources}");
    tilsit_files::write(folder.join("pyproject.toml"), text).unwrap();
    Workspace::find(folder).unwrap()
}

fn lowered(workspace: &Workspace, text: &str) -> Result<Vec<String>, SourceError> {
    let requirer = Requirer {
        workspace,
        member: workspace.root_member(),
        extra: None,
        group: None,
    };
    let requirements = requirer.lower(&text.parse().unwrap())?;
    Ok(requirements.iter().map(ToString::to_string).collect())
}

#[test]
fn a_source_takes_the_place_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("lib")).unwrap();
    let workspace = workspace(
        folder.path(),
        "b = { path = './lib' }\nc = { git = 'https://g.example/c', rev = 'v1', subdirectory = 's' }\n\
         d = [{ url = 'https://f.example/d.whl', marker = \"sys_platform == 'linux'\" }]\n\
         e = { index = 'inner' }\n",
    );
    let lib = folder.path().join("lib");
    assert_eq!(
        lowered(&workspace, "b[x]>=1").unwrap(),
        [format!("b[x] @ file://{}", lib.display())]
    );
    assert_eq!(
        lowered(&workspace, "c").unwrap(),
        ["c @ git+https://g.example/c@v1#subdirectory=s"]
    );
    assert_eq!(
        lowered(&workspace, "d>2").unwrap(),
        [
            "d @ https://f.example/d.whl ; sys_platform == \"linux\"",
            "d>2; sys_platform != \"linux\""
        ]
    );
    assert_eq!(lowered(&workspace, "e>2").unwrap(), ["e>2"]);
    assert_eq!(lowered(&workspace, "f").unwrap(), ["f"]);
}

#[test]
fn what_cannot_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = workspace(
        folder.path(),
        "b = { path = './lib' }\nc = { workspace = true }\nd = { git = 'https://g.example/d' }\n",
    );
    let error = |text: &str| lowered(&workspace, text).unwrap_err();
    assert!(matches!(error("b"), SourceError::NoPath { .. }));
    assert!(matches!(error("c"), SourceError::NoMember { .. }));
    assert!(matches!(
        error("d @ https://f.example/d.whl"),
        SourceError::Twice { .. }
    ));
}

#[test]
fn paths_lose_their_dots() {
    for (path, expected) in [("/a/./b/../c", "/a/c"), ("/../a", "/../a"), ("a/..", "")] {
        assert_eq!(plain(Path::new(path)), Path::new(expected), "{path}");
    }
}
