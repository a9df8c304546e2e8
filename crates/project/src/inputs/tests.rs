//! What workspaces ask for: worlds, names of extras, the fingerprint.

use super::*;

fn workspace(folder: &std::path::Path, files: &[(&str, &str)]) -> Workspace {
    for (path, text) in files {
        let path = folder.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    }
    Workspace::find(folder).unwrap()
}

const ROOT: &str = "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.9'\n\
                    [project.optional-dependencies]\nx = ['p']\ny = ['q']\n";

fn inputs(workspace: &Workspace) -> Result<Inputs, InputsError> {
    Inputs::of(workspace, &">=3.8".parse().unwrap())
}

#[test]
fn conflicts_divide_the_world() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("{ROOT}[tool.tilsit]\nconflicts = [[{{ extra = 'x' }}, {{ extra = 'y' }}]]\n");
    let workspace = workspace(folder.path(), &[("pyproject.toml", &text)]);
    let inputs = inputs(&workspace).unwrap();
    let worlds: Vec<String> = inputs
        .worlds
        .iter()
        .map(|world| {
            let extras = world.requirements[0].requirement.extras.iter();
            extras
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    assert_eq!(worlds, ["x", "y", ""]);
    let (one, other) = (inputs.worlds[0].marker, inputs.worlds[1].marker);
    assert!(one.is_disjoint(other));
}

#[test]
fn conflicts_name_what_is_there_and_are_not_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("{ROOT}[tool.tilsit]\nconflicts = [[{{ extra = 'x' }}, {{ group = 'z' }}]]\n");
    let found = workspace(folder.path(), &[("pyproject.toml", &text)]);
    assert!(matches!(inputs(&found), Err(InputsError::Conflict(_))));
    let sets = "[{ extra = 'x' }, { extra = 'y' }],".repeat(3);
    let names: Vec<String> = (0..8).map(|number| format!("e{number}")).collect();
    let extras = names.join(" = []\n");
    let pairs: Vec<String> = names
        .chunks(2)
        .map(|pair| format!("[{{ extra = '{}' }}, {{ extra = '{}' }}]", pair[0], pair[1]))
        .collect();
    let pairs = pairs.join(", ");
    let text = format!("{ROOT}{extras} = []\n[tool.tilsit]\nconflicts = [{sets}{pairs}]\n");
    let found = workspace(folder.path(), &[("pyproject.toml", &text)]);
    assert!(matches!(inputs(&found), Err(InputsError::Worlds(_))));
}

#[test]
fn extras_of_one_name_get_that_of_their_member() {
    let folder = tempfile::tempdir().unwrap();
    let member = |name: &str| {
        format!(
            "[project]\nname = '{name}'\nversion = '1'\n[project.optional-dependencies]\nx = []\nz{name} = []\n"
        )
    };
    let root = format!("{ROOT}[tool.tilsit.workspace]\nmembers = ['*']\n");
    let workspace = workspace(
        folder.path(),
        &[
            ("pyproject.toml", &root),
            ("b/pyproject.toml", &member("b")),
            ("c/pyproject.toml", &member("c")),
        ],
    );
    let names = ExtraNames::of(&workspace).all();
    let names: Vec<&str> = names.iter().map(ExtraName::as_str).collect();
    assert_eq!(names, ["b-x", "c-x", "x", "y", "zb", "zc"]);
}

#[test]
fn no_python_may_be_left() {
    let folder = tempfile::tempdir().unwrap();
    let root = format!("{ROOT}[tool.tilsit.workspace]\nmembers = ['*']\n");
    let member = "[project]\nname = 'b'\nversion = '1'\nrequires-python = '<3.9'\n";
    let workspace = workspace(
        folder.path(),
        &[("pyproject.toml", &root), ("b/pyproject.toml", member)],
    );
    assert!(matches!(inputs(&workspace), Err(InputsError::Python(_))));
}

#[test]
fn a_fingerprint_changes_with_what_is_asked_for_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let of = |text: &str| {
        let workspace = workspace(folder.path(), &[("pyproject.toml", text)]);
        fingerprint(&workspace, &inputs(&workspace).unwrap(), "")
    };
    let first = of(ROOT);
    assert_eq!(
        of(&format!("# a remark\n{ROOT}[tool.other]\na = 1\n")),
        first
    );
    assert_eq!(of(&format!("{ROOT}[tool.tilsit.tasks]\na = 'b'\n")), first);
    for other in [
        ROOT.replace("'p'", "'p>1'"),
        ROOT.replace(">=3.9", ">=3.10"),
        ROOT.replace("version = '1'", "version = '2'"),
        format!("{ROOT}[dependency-groups]\ndev = []\n"),
        format!("{ROOT}[tool.tilsit]\nresolution = 'lowest'\n"),
    ] {
        assert_ne!(of(&other), first, "{other}");
    }
}
