//! Locks with names: what they ask for, and what is refused.

use tempfile::TempDir;

use super::{LockKind, LockKindError, script_lock};
use crate::inputs::{Inputs, fingerprint};
use crate::settings::ProjectSettings;
use crate::workspace::Workspace;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '1'
requires-python = '>=3.9'
dependencies = ['app']
[project.optional-dependencies]
nice = ['more']
ugly = ['less']
[dependency-groups]
dev = ['pytest']
docs = ['sphinx']
[tool.tilsit]
conflicts = [[{ extra = 'nice' }, { extra = 'ugly' }]]
";

fn project(locks: &str) -> (TempDir, Workspace) {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("pyproject.toml"),
        format!("{PROJECT}{locks}"),
    )
    .unwrap();
    let workspace = Workspace::find(folder.path()).unwrap();
    (folder, workspace)
}

fn inputs(workspace: &Workspace) -> Inputs {
    Inputs::of(workspace, &">=3.9".parse().unwrap()).unwrap()
}

#[test]
fn a_lock_with_a_name_asks_for_what_it_holds_alone() {
    let (_folder, workspace) = project(
        "[tool.tilsit.locks.deploy]\nextras = ['nice']\ngroups = []\nrequires-python = '==3.12.*'\n\
         environments = \"sys_platform == 'linux'\"\n",
    );
    assert_eq!(inputs(&workspace).worlds.len(), 3);
    let workspace = workspace.in_lock("deploy").unwrap();
    assert_eq!(workspace.lock_file(), "pylock.deploy.toml");
    let inputs = inputs(&workspace);
    // What conflicts with each other is not in it, so that it is one world.
    let [world] = inputs.worlds.as_slice() else {
        panic!("{:?}", inputs.worlds);
    };
    let asked = world.requirements.iter();
    let asked: Vec<String> = asked
        .map(|root| format!("{}{:?}", root.requirement.name, root.requirement.extras))
        .collect();
    assert_eq!(asked, ["demo[ExtraName(\"nice\")]"]);
    assert_eq!(
        inputs.universal.requires_python.to_string(),
        "==3.12.*,>=3.9"
    );
    let environments = inputs.universal.environments.iter();
    let environments: Vec<String> = environments.map(ToString::to_string).collect();
    assert_eq!(environments, ["sys_platform == \"linux\""]);
    let names: Vec<String> = inputs
        .extras
        .all()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["nice"]);
    assert_eq!(workspace.groups().len(), 0);
    assert!(workspace.default_groups().is_empty());
}

#[test]
fn the_tables_of_locks_concern_the_lock_that_is_meant_alone() {
    let fingerprints = |locks: &str, name: Option<&str>| {
        let (_folder, workspace) = project(locks);
        let workspace = match name {
            None => workspace,
            Some(name) => workspace.in_lock(name).unwrap(),
        };
        fingerprint(&workspace, &inputs(&workspace), "")
    };
    let one = "[tool.tilsit.locks.low]\nresolution = 'lowest-direct'\n";
    let other = "[tool.tilsit.locks.low]\nresolution = 'lowest'\n";
    assert_eq!(fingerprints("", None), fingerprints(one, None));
    assert_ne!(fingerprints(one, None), fingerprints(one, Some("low")));
    assert_ne!(
        fingerprints(one, Some("low")),
        fingerprints(other, Some("low"))
    );
    let elsewhere = format!("{one}venv = '.venv-low'\n");
    assert_eq!(
        fingerprints(one, Some("low")),
        fingerprints(&elsewhere, Some("low"))
    );
}

#[test]
fn a_lock_that_is_not_there_or_names_what_is_not_there_is_refused() {
    let (_folder, workspace) = project(
        "[tool.tilsit.locks.a]\ngroups = ['none']\n[tool.tilsit.locks.b]\nextras = ['none']\n",
    );
    assert_eq!(workspace.lock, LockKind::Project);
    let refused = |name: &str| workspace.clone().in_lock(name).unwrap_err();
    assert_eq!(refused("c"), LockKindError::Unknown("c".to_owned()));
    assert!(matches!(refused("a"), LockKindError::NoGroup { .. }));
    assert!(matches!(refused("b"), LockKindError::NoExtra { .. }));
}

#[test]
fn names_and_keys_of_locks_are_checked() {
    for (table, reason) in [
        (
            "[tool.tilsit.locks.'a.b']\n",
            "the name of a lock has letters",
        ),
        (
            "[tool.tilsit.locks.'../a']\n",
            "the name of a lock has letters",
        ),
        (
            "[tool.tilsit.locks.a]\nmembers = []\n",
            "unknown field `members`",
        ),
        ("[tool.tilsit.locks.a]\ngroups = ['-']\n", "groups"),
        ("[tool.tilsit]\nlocks = 1\n", "`locks`"),
    ] {
        let error = ProjectSettings::parse(table).unwrap_err().to_string();
        assert!(error.contains(reason), "{table}: {error}");
    }
}

#[test]
fn the_lock_of_a_script_has_its_name() {
    for (file, lock) in [
        ("report.py", Some("pylock.report.toml")),
        ("report.pyw", Some("pylock.report.toml")),
        ("a report", Some("pylock.a report.toml")),
        ("report.v2.py", None),
        (".py", None),
    ] {
        assert_eq!(script_lock(file).as_deref(), lock, "{file}");
    }
}
