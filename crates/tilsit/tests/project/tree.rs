//! `tree`, `why` and `outdated`: what the lock holds, how it got there, what is newer.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::wheels;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app', \"extra-lib ; sys_platform == 'win32'\"]
[project.optional-dependencies]
nice = ['fancy[more]']
[dependency-groups]
dev = ['lib<1.6']
";

fn sandbox() -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    Some(sandbox)
}

#[test]
fn the_tree_is_of_one_environment_or_of_all() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("tree --python-platform linux --show-version-specifiers"), @"
    exit: 0
    -- stdout
    demo
    ├── app v1.0 [required: *]
    │   └── lib v1.0 [required: >=1]
    └── lib v1.0 (group: dev) [required: <1.6]
    ");
    assert_snapshot!(sandbox.run("tree --python-platform windows --no-dev"), @"
    exit: 0
    -- stdout
    demo
    ├── app v1.0
    │   └── lib v1.0
    └── extra-lib v3.1
    ");
    assert_snapshot!(sandbox.run("tree --universal --all-extras --depth 1"), @r#"
    exit: 0
    -- stdout
    demo
    ├── app v1.0
    ├── extra-lib v3.1 ; sys_platform == "win32"
    ├── fancy v1.0 (extra: nice)
    └── lib v1.0 (group: dev)
    "#);
    assert_snapshot!(sandbox.run("tree --invert --package lib --extra nice --prune app"), @"
    exit: 0
    -- stdout
    lib v1.0
    ├── demo (group: dev)
    └── fancy v1.0
        └── demo (extra: nice)
    ");
    let (_, envelope) = sandbox.run_json("tree --only-dev");
    assert_eq!(
        envelope["result"][0]["requires"][0]["requirement"],
        "lib<1.6"
    );
    assert_eq!(sandbox.run("tree --package absent").exit, 2);
}

#[test]
fn why_names_every_way_and_what_holds_back() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("why lib"), @"
    exit: 0
    -- stdout
    lib 1.0
      demo (group dev) → lib<1.6
      demo → app → lib>=1
      demo[nice] → fancy[more] → lib<1.5
    1.5 is newer, and is excluded by:
      fancy requires lib<1.5
    ");
    let (exit, envelope) = sandbox.run_json("why extra-lib");
    assert_eq!(
        (exit, &envelope["result"]["newest"]),
        (0, &serde_json::Value::Null)
    );
    let ways = envelope["result"]["ways"].as_array().unwrap();
    assert_eq!(ways.len(), 2);
    assert_snapshot!(sandbox.run("why absent"), @"
    exit: 2
    -- stderr
    error: `absent` is not in the lock, or not in the part that is looked at [TL0107]
    hint: `tilsit tree --universal --all-groups --all-extras` shows all that is
    ");
}

#[test]
fn outdated_says_what_blocks() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    wheels::wheel(&sandbox.root().join("wheels"), "app", "2.0", &[]);
    assert_snapshot!(sandbox.run("outdated"), @"
    exit: 0
    -- stdout
    Package Locked Newest Held back by
    ------- ------ ------ ----------------------
    app     1.0    2.0
    lib     1.0    1.5    fancy requires lib<1.5
    ");
    let (_, envelope) = sandbox.run_json("outdated");
    let held = &envelope["result"][1]["held_back_by"][0];
    assert_eq!(held["requirer"], "fancy");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'demo'\nversion = '1'\nrequires-python = '>=3.9'\n",
    );
    assert_snapshot!(sandbox.run("outdated"), @"
    exit: 0
    -- stderr
    Locked 0 packages in [TIME]
    All 0 packages are the newest
    ");
}
