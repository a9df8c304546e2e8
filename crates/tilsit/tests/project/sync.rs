//! `sync` and `run`: what is in the environment afterwards, and what is refused.

use insta::assert_snapshot;

use crate::installed;
use crate::wheels::wheel;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
description = 'a project of the tests'
requires-python = '>=3.9'
dependencies = ['app']
[project.optional-dependencies]
nice = ['extra-lib']
[dependency-groups]
dev = ['fancy']
docs = ['lib']
";

/// A backend that needs nothing.
const PACKAGE: &str = "[build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";

#[test]
fn the_environment_is_what_the_lock_says() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    let answer = sandbox.run_well("sync");
    assert!(answer.stderr.contains("Locked 4 packages"), "{answer}");
    assert!(
        answer.stderr.contains("Made the environment `.venv`"),
        "{answer}"
    );
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    fancy==1.0
    lib==1.0
    ");
    assert_snapshot!(sandbox.run("sync"), @"
    exit: 0
    -- stderr
    Checked 3 projects in [TIME]
    ");
    sandbox.run_well("sync --no-dev --extra nice");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    lib==1.0
    ");
    sandbox.run_well("sync --only-group docs");
    assert_snapshot!(installed(&sandbox), @"lib==1.0");
    sandbox.run_well("sync --inexact --all-extras --no-default-groups");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    lib==1.0
    ");
    assert_snapshot!(sandbox.run("sync --check"), @"
    exit: 1
    -- stderr
    error: the environment is not as the lock says: 1 project to install, 1 project to uninstall [TL0503]
    hint: `tilsit sync` makes it so
    ");
    assert_snapshot!(sandbox.run("sync --dry-run"), @"
    exit: 0
    -- stdout
    - extra-lib 3.1 (7 files)
    + fancy 1.0 (7 files)
    ");
    assert_snapshot!(sandbox.run("sync --extra nicer"), @"
    exit: 2
    -- stderr
    error: no member of the lock has the extra `nicer` [TL0107]
    ");
    assert_snapshot!(sandbox.run("sync --group tests"), @"
    exit: 2
    -- stderr
    error: the lock has no group `tests` [TL0107]
    ");
}

#[test]
fn the_project_itself_is_editable_unless_that_is_not_wanted() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", &format!("{PROJECT}{PACKAGE}"));
    sandbox.write("src/demo/__init__.py", "VALUE = 1\n");
    sandbox.run_well("sync --no-dev");
    let mut command = sandbox.command("run --no-dev python -c");
    command.arg("import demo; print(demo.VALUE)");
    assert_eq!(sandbox.finish(&mut command).stdout, "1\n");
    sandbox.write("src/demo/__init__.py", "VALUE = 22\n");
    let mut command = sandbox.command("run --no-dev python -c");
    command.arg("import demo; print(demo.VALUE)");
    assert_eq!(sandbox.finish(&mut command).stdout, "22\n");
    // Nothing is built again for that.
    let answer = sandbox.run_well("sync --no-dev");
    assert!(answer.stderr.contains("Checked 3 projects"), "{answer}");
    sandbox.run_well("sync --no-dev --no-editable");
    let there = sandbox.path(".venv/lib");
    let found = tilsit_files::walk(there).unwrap();
    assert!(
        found
            .iter()
            .any(|entry| entry.path.ends_with("demo/__init__.py"))
    );
    sandbox.run_well("sync --no-dev --no-install-project");
    assert!(!installed(&sandbox).contains("demo"));
}

#[test]
fn a_lock_that_must_not_change_is_taken_or_refused() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    assert_eq!(sandbox.run("sync --frozen").exit, 6);
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("['app']", "['app', 'extra-lib']"),
    );
    let answer = sandbox.run("sync --locked");
    assert_eq!(answer.exit, 6, "{answer}");
    assert!(!sandbox.path(".venv").exists());
    sandbox.run_well("sync --frozen --no-dev");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    lib==1.0
    ");
    assert_eq!(sandbox.read("pylock.toml"), lock);
}

#[test]
fn a_tampered_lock_is_refused() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    let start = lock.find("sha256 = \"").unwrap() + "sha256 = \"".len();
    let mut other = lock.clone();
    other.replace_range(start..start + 64, &"0".repeat(64));
    sandbox.write("pylock.toml", &other);
    let answer = sandbox.run("sync --frozen");
    assert_ne!(answer.exit, 0, "{answer}");
    assert!(
        answer.stderr.contains("app-1.0-py3-none-any.whl"),
        "{answer}"
    );
    assert_eq!(installed(&sandbox), "");
    let foreign = lock.replacen(
        "wheels = [",
        "index = \"https://index.example/simple/\"\nwheels = [",
        1,
    );
    sandbox.write("pylock.toml", &foreign);
    assert_snapshot!(sandbox.run("sync --frozen"), @"
    exit: 1
    -- stderr
    warning: `pylock.toml` was changed by somebody else since it was written
    error: the lock takes `app` from `https://index.example/simple/`, which is none of the indexes of this project [TL0108]
    hint: name it in `[[tool.tilsit.index]]` or with `--index` if you trust it
    ");
    assert_eq!(installed(&sandbox), "");
}

#[test]
fn the_digest_is_the_same_at_two_places() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let Some(other) = crate::sandbox() else {
        return;
    };
    let mut digests = Vec::new();
    for sandbox in [&sandbox, &other] {
        sandbox.write("pyproject.toml", &format!("{PROJECT}{PACKAGE}"));
        sandbox.write("src/demo/__init__.py", "");
        digests.push(sandbox.run_well("sync --digest").stdout);
    }
    assert!(digests[0].starts_with("sha256:"), "{digests:?}");
    assert_eq!(digests[0], digests[1]);
    let file = sandbox.path(".venv/lib");
    let found = tilsit_files::walk(file).unwrap();
    let module = found
        .iter()
        .find(|entry| entry.path.ends_with("app/__init__.py"))
        .unwrap();
    // Not through the link, which would change the cache too.
    tilsit_files::remove_file(&module.path).unwrap();
    tilsit_files::write(&module.path, "VERSION = 'other'\n").unwrap();
    assert_ne!(sandbox.run_well("sync --digest").stdout, digests[0]);
}

#[test]
fn the_environment_is_made_anew_for_another_python() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("sync");
    // Not an environment.
    tilsit_files::remove_dir_all(sandbox.path(".venv")).unwrap();
    sandbox.write(".venv/mine.txt", "");
    let answer = sandbox.run("sync");
    assert_eq!(answer.exit, 2, "{answer}");
    assert!(sandbox.path(".venv/mine.txt").exists());
    let lock = sandbox.read("pylock.toml");
    sandbox.write("pylock.toml", &lock.replace("\">=3.9\"", "\">=3.99\""));
    tilsit_files::remove_dir_all(sandbox.path(".venv")).unwrap();
    sandbox.run_well("venv -q");
    let environment = sandbox.run("pip sync --python .venv pylock.toml");
    assert_eq!(environment.exit, 2, "{environment}\n{lock}");
    assert!(
        environment.stderr.contains("requires Python"),
        "{environment}"
    );
}

#[test]
fn locks_stand_in_the_place_of_requirements_files() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    sandbox.run_well("venv -q");
    sandbox.run_well("pip sync --python .venv pylock.toml");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    fancy==1.0
    lib==1.0
    ");
    sandbox.run_well("pip install --python .venv -r pylock.toml[nice]");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    fancy==1.0
    lib==1.0
    ");
    sandbox.run_well("pip sync --python .venv --group pylock.toml:docs pylock.toml");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    fancy==1.0
    lib==1.0
    ");
    assert_snapshot!(sandbox.run("pip install --python .venv -r pylock.toml app"), @"
    exit: 2
    -- stderr
    error: the lock `pylock.toml` cannot stand beside other files [TL0002]
    hint: install one after the other
    ");
}

#[test]
fn run_brings_the_environment_up_to_date_first() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    assert_eq!(sandbox.run_well("run app").stdout, "app 1.0\n");
    // What is done is not done again, and said by nobody.
    let answer = sandbox.run_well("run app");
    assert_eq!(
        (answer.stdout.as_str(), answer.stderr.as_str()),
        ("app 1.0\n", "")
    );
    wheel(&sandbox.root().join("wheels"), "app", "2.0", &["lib"]);
    sandbox.write("pyproject.toml", &PROJECT.replace("['app']", "['app>=2']"));
    assert_eq!(sandbox.run_well("run --no-sync app").stdout, "app 1.0\n");
    let answer = sandbox.run("run --locked app");
    assert_eq!(answer.exit, 6, "{answer}");
    assert_eq!(sandbox.run_well("run app").stdout, "app 2.0\n");
    sandbox.run_well("pip uninstall -y --python .venv app");
    assert_eq!(sandbox.run_well("run app").stdout, "app 2.0\n");
    // From a folder of the project too.
    std::fs::create_dir(sandbox.path("inside")).unwrap();
    let mut command = sandbox.command("run app");
    command.current_dir(sandbox.path("inside"));
    assert_eq!(sandbox.finish(&mut command).stdout, "app 2.0\n");
}

/// The third `sync` knows by a note that there is nothing to do; whatever changes takes the note away.
#[test]
fn what_changes_is_seen_by_a_sync_that_had_nothing_to_do() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    let settle = || {
        for _ in 0..3 {
            // A file that was just changed is not trusted.
            std::thread::sleep(std::time::Duration::from_millis(25));
            sandbox.run_well("sync");
        }
        let answer = sandbox.run_well("sync");
        assert!(answer.stderr.contains("Checked 3 projects"), "{answer}");
        let (_, envelope) = sandbox.run_json("sync");
        assert_eq!(envelope["result"]["unchanged"], 3, "{envelope}");
        let answer = sandbox.run_well("lock");
        assert!(answer.stderr.contains("Nothing to change"), "{answer}");
        let answer = sandbox.run_well("lock");
        assert!(answer.stderr.contains("4 packages"), "{answer}");
    };
    settle();
    sandbox.run_well("pip uninstall -y --python .venv lib");
    let answer = sandbox.run_well("sync");
    assert!(answer.stderr.contains("Installed 1 wheel"), "{answer}");
    settle();
    let lock = sandbox.read("pylock.toml");
    sandbox.write(
        "pylock.toml",
        "lock-version = '1.0'\ncreated-by = 'x'\npackages = []\n",
    );
    sandbox.run_well("lock");
    assert_eq!(sandbox.read("pylock.toml"), lock);
    settle();
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("'app'", "'app', 'other'"),
    );
    let answer = sandbox.run("lock");
    assert_ne!(answer.exit, 0, "{answer}");
    let answer = sandbox.run("sync");
    assert_ne!(answer.exit, 0, "{answer}");
    sandbox.write("pyproject.toml", PROJECT);
    tilsit_files::remove_dir_all(sandbox.path(".venv")).unwrap();
    let answer = sandbox.run_well("sync");
    assert!(answer.stderr.contains("Installed 3 wheels"), "{answer}");
    settle();
    // Another Python is asked for: the note does not count.
    for line in ["sync", "lock", "run python -V"] {
        let mut command = sandbox.command(line);
        let answer = sandbox.finish(command.env("TILSIT_PYTHON", "no-such-python"));
        assert_ne!(answer.exit, 0, "{line}: {answer}");
    }
}
