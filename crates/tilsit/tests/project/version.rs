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
    assert_snapshot!(sandbox.run("version"), @"");
    assert_snapshot!(sandbox.run("version --short"), @"");
    assert_snapshot!(sandbox.run("version 2.0rc1 --dry-run"), @"");
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
    assert_snapshot!(sandbox.run("version --bump alpha"), @"");
    assert_snapshot!(sandbox.run("version --bump stable"), @"");
    assert_snapshot!(sandbox.run("version --bump minor --bump major"), @"");
    assert_eq!(sandbox.run("version --bump micro").exit, 2);
    assert_eq!(sandbox.run("version one").exit, 2);
    assert_eq!(sandbox.read("pyproject.toml"), PROJECT);
}

#[test]
fn what_has_no_version_is_told() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("version"), @"");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'a'\ndynamic = ['version']\n",
    );
    assert_snapshot!(sandbox.run("version --bump patch"), @"");
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit.workspace]\nmembers = ['a']\n",
    );
    sandbox.write("a/pyproject.toml", "[project]\nname = 'a'\nversion = '1'\n");
    assert_snapshot!(sandbox.run("version"), @"");
    assert_eq!(
        sandbox.run_well("version --package a 2").stdout,
        "a 1 => 2\n"
    );
}
