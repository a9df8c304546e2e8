//! `version`: shown, set, gone up, and refused.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const PROJECT: &str = "[project]\nname = 'My_App'\nversion = '1.2.3'  # now\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", PROJECT);
    sandbox
}

#[test]
fn the_version_is_shown_and_set() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run("version"), @"
    exit: 0
    -- stdout
    My_App 1.2.3
    ");
    assert_snapshot!(sandbox.run("version --short"), @"
    exit: 0
    -- stdout
    1.2.3
    ");
    assert_snapshot!(sandbox.run("version 2.0rc1 --dry-run"), @"
    exit: 0
    -- stdout
    My_App 1.2.3 => 2.0rc1
    ");
    assert_eq!(sandbox.read("pyproject.toml"), PROJECT);
    let (exit, envelope) = sandbox.run_json("version 2.0");
    assert_eq!((exit, &envelope["result"]["version"]), (0, &"2.0".into()));
    assert_eq!(envelope["result"]["before"], "1.2.3");
    assert_eq!(
        sandbox.read("pyproject.toml"),
        PROJECT.replace("1.2.3", "2.0")
    );
}

#[test]
fn the_lock_follows() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = sandbox();
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.set("TILSIT_NO_INDEX", "1");
    sandbox.run_well("lock");
    sandbox.run_well("version --bump minor");
    assert_eq!(sandbox.run("lock --check").exit, 0);
    sandbox.run_well("version --frozen --bump minor");
    assert_eq!(sandbox.run("lock --check").exit, 6);
    // A lock that cannot be made to fit takes the version back.
    let text = PROJECT.replace("1.2.3", "1.4.0") + "dependencies = ['absent']\n";
    sandbox.write("pyproject.toml", &text);
    assert_eq!(sandbox.run("version --bump minor").exit, 1);
    assert_eq!(sandbox.read("pyproject.toml"), text);
}

#[test]
fn parts_go_up() {
    for (line, after) in [
        ("--bump patch", "1.2.4"),
        ("--bump beta --bump minor", "1.3.0b1"),
        ("--bump patch=9 --bump dev=4", "1.2.9.dev4"),
        ("--bump post", "1.2.3.post1"),
        ("--bump major", "2.0.0"),
    ] {
        let sandbox = sandbox();
        let answer = sandbox.run_well(&format!("version --short {line}"));
        assert_eq!(answer.stdout, format!("{after}\n"), "{line}");
        assert_eq!(
            sandbox.read("pyproject.toml"),
            PROJECT.replace("1.2.3", after)
        );
    }
}

#[test]
fn a_version_that_does_not_go_up_is_refused() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run("version --bump alpha"), @"
    exit: 2
    -- stderr
    error: 1.2.3a1 does not come after 1.2.3 [TL0002]
    hint: a step to a release comes before it: name the release too, as with `--bump patch`
    ");
    assert_snapshot!(sandbox.run("version --bump stable"), @"
    exit: 2
    -- stderr
    error: 1.2.3 does not come after 1.2.3 [TL0002]
    hint: the version is stable already
    ");
    assert_snapshot!(sandbox.run("version --bump minor --bump major"), @"
    exit: 2
    -- stderr
    error: `--bump major` excludes `--bump minor` [TL0002]
    ");
    assert_eq!(sandbox.run("version --bump micro").exit, 2);
    assert_eq!(sandbox.run("version one").exit, 2);
    assert_eq!(sandbox.read("pyproject.toml"), PROJECT);
}

#[test]
fn what_has_no_version_is_told() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("version"), @"
    exit: 2
    -- stderr
    error: neither `[ROOT]/project` nor a folder above it has a pyproject.toml with `[project]` or `[tool.poetry]`, or a Pipfile [TL0104]
    hint: make a project here: `tilsit init`
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'a'\ndynamic = ['version']\n",
    );
    assert_snapshot!(sandbox.run("version --bump patch"), @"
    exit: 2
    -- stderr
    error: `pyproject.toml` states no version [TL0104]
      caused by: `project.version` is dynamic (line 3): the build backend fills it in
    hint: change it where the build backend takes it from
    ");
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit.workspace]\nmembers = ['a']\n",
    );
    sandbox.write("a/pyproject.toml", "[project]\nname = 'a'\nversion = '1'\n");
    assert_snapshot!(sandbox.run("version"), @"
    exit: 2
    -- stderr
    error: `pyproject.toml` has no `[project]`: it is the root of a workspace alone [TL0104]
    hint: name a member with `--package`: a
    ");
    assert_eq!(
        sandbox.run_well("version --package a 2").stdout,
        "a 1 => 2\n"
    );
}

#[test]
fn the_version_of_version_control_is_shown_and_not_set() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'demo'\ndynamic = ['version']\n\
         [build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n\
         [tool.tilsit.build.version]\ngit = true\n",
    );
    sandbox.write(
        ".git_archival.txt",
        "node: 0123456789abcdef\ndescribe-name: v1.4-5-g0123456\n",
    );
    let shown = sandbox.run_well("version");
    assert_eq!(shown.stdout, "demo 1.5.dev5+g0123456\n");
    assert_eq!(
        sandbox.run_well("version --short").stdout,
        "1.5.dev5+g0123456\n"
    );
    assert_snapshot!(sandbox.run("version --bump minor"), @"
    exit: 2
    -- stderr
    error: `pyproject.toml` states no version [TL0104]
      caused by: `project.version` is dynamic (line 3): the build backend fills it in
    hint: change it where the build backend takes it from
    hint: version control tells it: a tag on the commit is the next one
    ");
}
