//! Locks besides the project's own: those of scripts, and those with names.

use insta::assert_snapshot;

use crate::wheels::wheel;

const REPORT: &str = "\
# /// script
# requires-python = '>=3.9'
# dependencies = ['app']
# ///
import app, lib
print(app.VERSION, lib.VERSION)
";

#[test]
fn a_script_is_locked_and_runs_with_what_its_lock_says() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    sandbox.write("sub/report.py", REPORT);
    assert_snapshot!(sandbox.run("lock --script sub/report.py"), @"
    exit: 0
    -- stderr
     + app 1.0 (required by report-py)
     + lib 1.5 (required by app)
    Locked 2 packages in [TIME]
    ");
    assert!(!sandbox.path("pylock.toml").exists());
    // Newer ones come, and the lock stays.
    wheel(&wheels, "lib", "1.7", &[]);
    let ran = sandbox.run_well("run sub/report.py");
    assert_eq!(ran.stdout, "1.0 1.5\n");
    assert_eq!(
        sandbox.run_well("run --frozen sub/report.py").stdout,
        "1.0 1.5\n"
    );
    let again = sandbox.run_well("run sub/report.py");
    assert_eq!((&*again.stdout, &*again.stderr), ("1.0 1.5\n", ""));
    let added = sandbox.run_well("run --with fancy sub/report.py");
    assert_eq!(added.stdout.split_whitespace().next(), Some("1.0"));
    assert_snapshot!(sandbox.run("lock --script sub/report.py --check"), @"
    exit: 0
    -- stderr
    Nothing to change in the lock of 2 packages in [TIME]
    ");
    assert_snapshot!(sandbox.run("lock --script sub/report.py -P lib --dry-run"), @"
    exit: 0
    -- stderr
     ~ lib 1.5 -> 1.7
    Would lock 2 packages in [TIME]
    ");
    sandbox.run_well("lock --script sub/report.py -U");
    assert_eq!(sandbox.run_well("run sub/report.py").stdout, "1.0 1.7\n");
}

#[test]
fn the_lock_of_a_script_follows_what_the_script_asks_for() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("report.py", REPORT);
    sandbox.run_well("lock --script report.py");
    let less = REPORT.replace("['app']", "['app', 'lib<1.5']");
    sandbox.write("report.py", &less);
    assert_snapshot!(sandbox.run("lock --script report.py --check"), @"
    exit: 6
    -- stderr
     ~ lib 1.5 -> 1.0
    error: `pylock.report.toml` does not answer what the script asks for now [TL0304]
    hint: `tilsit lock --script report.py` makes it fit
    ");
    assert_eq!(sandbox.run("run --locked report.py").exit, 6);
    assert_eq!(
        sandbox.run_well("run --frozen report.py").stdout,
        "1.0 1.5\n"
    );
    assert_eq!(sandbox.run_well("run report.py").stdout, "1.0 1.0\n");
    sandbox.run_well("lock --script report.py --check");
    // What is added and removed goes into the lock at once.
    sandbox.run_well("add --script report.py fancy");
    let lock = sandbox.read("pylock.report.toml");
    assert!(lock.contains("name = \"fancy\""), "{lock}");
    sandbox.run_well("lock --script report.py --check");
    sandbox.run_well("remove --script report.py fancy");
    assert!(!sandbox.read("pylock.report.toml").contains("fancy"));
    let (script, lock) = (
        sandbox.read("report.py"),
        sandbox.read("pylock.report.toml"),
    );
    let refused = sandbox.run("add --script report.py absent");
    assert_eq!(refused.exit, 1, "{refused}");
    assert_eq!(sandbox.run("add --script report.py fancy --locked").exit, 6);
    assert_eq!(sandbox.read("report.py"), script);
    assert_eq!(sandbox.read("pylock.report.toml"), lock);
}

#[test]
fn the_environment_of_a_script_is_made_and_its_lock_handed_on() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("report.py", REPORT);
    let made = sandbox.run_well("sync --script report.py");
    assert!(made.stdout.starts_with("[ROOT]/cache/scripts-1/"), "{made}");
    assert!(!sandbox.path(".venv").exists());
    assert_snapshot!(sandbox.run("tree --script report.py"), @"
    exit: 0
    -- stdout
    report-py
    └── app v1.0
        └── lib v1.5
    ");
    assert_snapshot!(sandbox.run("export --script report.py --no-hashes --no-header"), @"
    exit: 0
    -- stdout
    app==1.0
        # via report-py
    lib==1.5
        # via app
    ");
}

#[test]
fn what_cannot_be_the_lock_of_a_script_is_said() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("report.v2.py", REPORT);
    assert_snapshot!(sandbox.run("lock --script report.v2.py"), @"
    exit: 2
    -- stderr
    error: `report.v2.py` cannot be locked [TL0103]
      caused by: its lock would be called `pylock.report.v2.toml`, and the name in the middle may not be empty or have a dot
    hint: give the script another name
    ");
    sandbox.write("plain.py", "print()\n");
    assert_snapshot!(sandbox.run("lock --script plain.py"), @"
    exit: 2
    -- stderr
    error: `plain.py` cannot be locked [TL0103]
      caused by: it has no block `# /// script`
    hint: `tilsit add --script plain.py REQUIREMENT` writes one
    ");
    assert_snapshot!(sandbox.run("run --frozen report.v2.py"), @"
    exit: 6
    -- stderr
    error: the script has no lock [TL0304]
    hint: `tilsit lock --script FILE` makes it
    ");
    // One file cannot be the lock of both.
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'demo'\nversion = '1'\nrequires-python = '>=3.9'\n\
         [tool.tilsit.locks.report]\n",
    );
    sandbox.write("report.py", REPORT);
    sandbox.run_well("lock --name report");
    assert_snapshot!(sandbox.run("lock --script report.py"), @"
    exit: 1
    -- stderr
    error: `pylock.report.toml` is the lock of a project [TL0108]
    hint: give one of the two another name, or remove the file
    ");
}

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app', 'lib>=1']
[project.optional-dependencies]
nice = ['extra-lib']
[dependency-groups]
dev = ['fancy']
[tool.tilsit.locks.low]
resolution = 'lowest-direct'
groups = []
venv = '.venv-low'
[tool.tilsit.locks.nice]
extras = ['nice']
";

#[test]
fn locks_with_names_are_made() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    assert_snapshot!(sandbox.run("lock --all"), @"
    exit: 0
    -- stderr
    pylock.toml
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + fancy 1.0 (required by the group `dev` of demo)
     + lib 1.0 (required by app, demo, fancy)
    Locked 4 packages in [TIME]
    pylock.low.toml
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + lib 1.0 (required by app, demo)
    Locked 3 packages in [TIME]
    pylock.nice.toml
     + app 1.0 (required by demo)
     + extra-lib 3.1 (required by demo[nice])
     + fancy 1.0 (required by the group `dev` of demo)
     + lib 1.0 (required by app, demo, fancy)
    Locked 4 packages in [TIME]
    ");
    assert_snapshot!(sandbox.run("lock --all --check"), @"
    exit: 0
    -- stderr
    pylock.toml
    Nothing to change in the lock of 4 packages in [TIME]
    pylock.low.toml
    Nothing to change in the lock of 3 packages in [TIME]
    pylock.nice.toml
    Nothing to change in the lock of 4 packages in [TIME]
    ");
}

#[test]
fn locks_with_names_are_installed_and_told_when_they_do_not_fit() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock --all");
    sandbox.run_well("sync --lock low");
    assert!(!sandbox.path(".venv").exists());
    let installed = sandbox.run_well("pip freeze --python .venv-low").stdout;
    assert_eq!(installed, "app==1.0\nlib==1.0\n");
    assert_eq!(sandbox.run_well("run --lock low lib").stdout, "lib 1.0\n");
    assert_snapshot!(sandbox.run("sync --lock low --extra nice --group dev"), @"
    exit: 2
    -- stderr
    error: the lock has no group `dev` [TL0107]
    ");
    sandbox.run_well("sync --lock nice --extra nice");
    assert_eq!(
        crate::installed(&sandbox),
        "app==1.0\nextra_lib==3.1\nfancy==1.0\nlib==1.0\n"
    );
    assert_snapshot!(sandbox.run("lock --name absent"), @"
    exit: 2
    -- stderr
    error: `[tool.tilsit.locks]` has no lock `absent` [TL0104]
    hint: its locks are: low, nice
    ");
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("['app', 'lib>=1']", "['lib']"),
    );
    assert_snapshot!(sandbox.run("lock --all --check"), @"
    exit: 6
    -- stderr
    pylock.toml
     - app 1.0
    pylock.low.toml
     - app 1.0
    pylock.nice.toml
     - app 1.0
    error: `pylock.toml` does not answer what the project asks for now [TL0304]
      caused by: `pylock.low.toml` does not answer what the project asks for now
      caused by: `pylock.nice.toml` does not answer what the project asks for now
    hint: `tilsit lock` makes it fit
    ");
}
