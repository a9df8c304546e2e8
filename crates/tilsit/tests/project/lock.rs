//! `lock`: what the file says, what stays in it, and what is said of a broken one.

use insta::assert_snapshot;

use crate::wheels::wheel;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app']
[project.optional-dependencies]
nice = [\"extra-lib ; sys_platform == 'win32'\"]
[dependency-groups]
dev = ['fancy']
";

/// The names and versions of the packages in the lock, and their markers.
fn pins(sandbox: &crate::Sandbox) -> String {
    let text = sandbox.read("pylock.toml");
    let (lock, problems) = tilsit_packaging::pylock::Pylock::parse(&text).unwrap();
    assert_eq!(problems, []);
    let lines = lock.packages.iter().map(|package| {
        let version = package.version.as_ref().map(ToString::to_string);
        let version = version.unwrap_or_default();
        let mut line = format!("{} {version}", package.name);
        if !package.marker.is_true() {
            line = format!("{line} ; {}", package.marker);
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_lock_is_for_all_extras_groups_and_systems() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + fancy 1.0 (required by the group `dev` of demo)
     + lib 1.0 (required by app, fancy)
    Locked 4 packages in [TIME]
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are the file")]
fn the_file_has_everything_in_one_order() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let text = sandbox.read("pylock.toml");
    let steady = text.lines().map(|line| {
        let line = line.split("sha256 = \"").next().unwrap_or(line);
        let is_digest = line.starts_with("fingerprint") || line.starts_with("digest");
        line.split(" = ")
            .next()
            .filter(|_| is_digest)
            .unwrap_or(line)
    });
    assert_snapshot!(steady.collect::<Vec<_>>().join("\n"), @r#"
    lock-version = "1.0"
    requires-python = ">=3.9"
    extras = [
        "nice",
    ]
    dependency-groups = [
        "dev",
    ]
    default-groups = [
        "dev",
    ]
    created-by = "tilsit"

    [[packages]]
    name = "app"
    version = "1.0"
    dependencies = [
        { name = "lib" },
    ]
    wheels = [
        { path = "../wheels/app-1.0-py3-none-any.whl", size = 1113, hashes = { 
    ]

    [packages.tool.tilsit]
    requires = [
        "lib>=1",
    ]

    [[packages]]
    name = "extra-lib"
    version = "3.1"
    marker = 'sys_platform == "win32" and "nice" in extras'
    wheels = [
        { path = "../wheels/extra_lib-3.1-py3-none-any.whl", size = 1172, hashes = { 
    ]

    [[packages]]
    name = "fancy"
    version = "1.0"
    marker = '"dev" in dependency_groups'
    dependencies = [
        { name = "lib" },
    ]
    wheels = [
        { path = "../wheels/fancy-1.0-py3-none-any.whl", size = 1181, hashes = { 
    ]

    [packages.tool.tilsit]
    requires = [
        "lib<1.5",
    ]

    [[packages]]
    name = "lib"
    version = "1.0"
    wheels = [
        { path = "../wheels/lib-1.0-py3-none-any.whl", size = 1091, hashes = { 
    ]

    [tool.tilsit]
    version = 1
    fingerprint
    digest

    [[tool.tilsit.members]]
    name = "demo"
    path = "."
    package = false
    requires = [
        "app",
    ]

    [tool.tilsit.members.extras]
    nice = [
        'extra-lib; sys_platform == "win32"',
    ]

    [tool.tilsit.members.groups]
    dev = [
        "fancy",
    ]
    "#);
}

#[test]
fn what_is_locked_stays_until_it_is_upgraded() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let before = sandbox.read("pylock.toml");
    wheel(&wheels, "app", "1.1", &["lib>=1"]);
    wheel(&wheels, "extra_lib", "3.2", &[]);
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
    Nothing to change in the lock of 4 packages in [TIME]
    ");
    assert_eq!(sandbox.read("pylock.toml"), before);
    // Something new is asked for: the rest stays.
    let more = PROJECT.replace("['app']", "['app', 'other']");
    wheel(&wheels, "other", "1.0", &["lib"]);
    sandbox.write("pyproject.toml", &more);
    assert_snapshot!(sandbox.run("lock --dry-run"), @"
    exit: 0
    -- stderr
     + other 1.0 (required by demo)
    Would lock 5 packages in [TIME]
    ");
    assert_eq!(sandbox.read("pylock.toml"), before);
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
     + other 1.0 (required by demo)
    Locked 5 packages in [TIME]
    ");
    assert_snapshot!(sandbox.run("lock -P app"), @"
    exit: 0
    -- stderr
     ~ app 1.0 -> 1.1
    Locked 5 packages in [TIME]
    ");
    assert_snapshot!(sandbox.run("lock -U"), @"
    exit: 0
    -- stderr
     ~ extra-lib 3.1 -> 3.2
    Locked 5 packages in [TIME]
    ");
}

#[test]
fn check_says_whether_the_lock_fits() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    assert_snapshot!(sandbox.run("lock --check"), @"
    exit: 6
    -- stderr
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + fancy 1.0 (required by the group `dev` of demo)
     + lib 1.0 (required by app, fancy)
    error: there is no lock `pylock.toml` [TL0304]
    hint: `tilsit lock` makes it fit
    ");
    assert!(!sandbox.path("pylock.toml").exists());
    sandbox.run_well("lock");
    assert_eq!(sandbox.run("lock --check").exit, 0);
    // What decides nothing does not make it unfit.
    sandbox.write(
        "pyproject.toml",
        &format!("# a remark\n{PROJECT}\n[tool.tilsit.tasks]\n"),
    );
    assert_eq!(sandbox.run("lock --check").exit, 0);
    sandbox.write("pyproject.toml", &PROJECT.replace("'app'", "'app<1'"));
    let (exit, answer) = sandbox.run_json("lock --check");
    assert_eq!((exit, answer["status"].as_str()), (1, Some("no")));
    sandbox.write("pyproject.toml", &PROJECT.replace("['app']", "[]"));
    let (exit, answer) = sandbox.run_json("lock --check");
    assert_eq!(exit, 6, "{answer}");
    assert_eq!(answer["errors"][0]["code"], "TL0304");
}

#[test]
fn a_lock_that_was_edited_is_made_again() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let good = sandbox.read("pylock.toml");
    sandbox.write(
        "pylock.toml",
        &good.replacen("== \"win32\"", "== \"linux\"", 1),
    );
    assert_eq!(sandbox.run("lock --check").exit, 6);
    sandbox.run_well("lock");
    assert_eq!(sandbox.read("pylock.toml"), good);
}

#[test]
fn broken_locks_are_told_with_their_place() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let good = sandbox.read("pylock.toml");
    let merged = good.replacen(
        "[[packages]]",
        "<<<<<<< ours\n[[packages]]\n=======\n>>>>>>> theirs\n",
        1,
    );
    sandbox.write("pylock.toml", &merged);
    assert_snapshot!(sandbox.run("sync --frozen"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project/pylock.toml` has an undecided merge in line 14 [TL0106]
    hint: `tilsit lock` makes it again; move the file away if it cannot
    ");
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
    warning: `[ROOT]/project/pylock.toml` has an undecided merge in line 14; it is made anew
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + fancy 1.0 (required by the group `dev` of demo)
     + lib 1.0 (required by app, fancy)
    Locked 4 packages in [TIME]
    ");
    assert_eq!(sandbox.read("pylock.toml"), good);
    for (wrong, right) in [
        ("lock-version = \"2.0\"", "lock-version = \"1.0\""),
        ("\nversion = 7\n", "\nversion = 1\n"),
        ("name = 5", "name = \"app\""),
        ("package = \"no\"", "package = false"),
    ] {
        assert!(good.contains(right), "{right}");
        sandbox.write("pylock.toml", &good.replacen(right, wrong, 1));
        let answer = sandbox.run("sync --frozen");
        assert_eq!(answer.exit, 2, "{answer}");
        assert!(answer.stderr.contains("pylock.toml"), "{answer}");
    }
}

#[test]
fn conflicting_extras_are_locked_apart() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let project = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
[project.optional-dependencies]
old = ['lib<1.5']
new = ['lib>=1.5']
";
    sandbox.write("pyproject.toml", project);
    let answer = sandbox.run("lock");
    assert_eq!(answer.exit, 1, "{answer}");
    let conflicts = "[tool.tilsit]\nconflicts = [[{ extra = 'old' }, { extra = 'new' }]]\n";
    sandbox.write("pyproject.toml", &format!("{project}{conflicts}"));
    sandbox.run_well("lock");
    assert_snapshot!(pins(&sandbox), @r#"
    lib 1.0 ; "new" not in extras and "old" in extras
    lib 1.5 ; "new" in extras
    "#);
    let before = sandbox.read("pylock.toml");
    sandbox.run_well("lock --refresh");
    assert_eq!(sandbox.read("pylock.toml"), before);
    sandbox.run_well("sync --extra old");
    assert_snapshot!(crate::installed(&sandbox), @"lib==1.0");
    sandbox.run_well("sync --extra new");
    assert_snapshot!(crate::installed(&sandbox), @"lib==1.5");
    let answer = sandbox.run("sync --extra old --extra new");
    assert_eq!(answer.exit, 2, "{answer}");
}

#[test]
fn a_project_that_cannot_be_met_leaves_the_lock_as_it_was() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let before = sandbox.read("pylock.toml");
    sandbox.write("pyproject.toml", &PROJECT.replace("'app'", "'app>7'"));
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 1
    -- stderr
    error: `demo[nice] @ file://[ROOT]/project` (the workspace) cannot be met: `demo` 0.1 needs `app>7`, but the only version of `app` is 1.0 [TL0301]
    ");
    assert_eq!(sandbox.read("pylock.toml"), before);
}

#[test]
fn without_a_project_there_is_a_hint() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: neither `[ROOT]/project` nor a folder above it has a pyproject.toml with `[project]` or `[tool.poetry]`, or a Pipfile [TL0104]
    hint: make a project here: `tilsit init`
    ");
}
