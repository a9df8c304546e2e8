//! `run`: scripts with and without a metadata block.

#[path = "../support/fault_library.rs"]
mod fault_library;
#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/wheels.rs"]
mod wheels;

mod places;
mod scripts;
mod tools;

use insta::assert_snapshot;
use sandbox::Sandbox;

const SCRIPT: &str = "\
# /// script
# requires-python = '>=3.9'
# dependencies = ['app']
# ///
import sys
import app, lib
print(app.VERSION, lib.VERSION, sys.argv[1:])
sys.exit(3)
";

fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = Sandbox::new();
    wheels::usual(&sandbox.root().join("wheels"));
    let links = sandbox.root().join("wheels").display().to_string();
    sandbox.set("TILSIT_NO_INDEX", "1");
    sandbox.set("TILSIT_FIND_LINKS", links);
    sandbox.set("TILSIT_PYTHON", python.display());
    Some(sandbox)
}

#[test]
fn a_script_gets_what_it_needs() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("report.py", SCRIPT);
    assert_snapshot!(sandbox.run("run report.py -v --json x"), @"
    exit: 3
    -- stdout
    1.0 1.5 ['-v', '--json', 'x']
    -- stderr
    Installed 2 projects in [TIME]
    ");
    // The second time the environment is there, even without the wheels.
    std::fs::remove_dir_all(sandbox.root().join("wheels")).unwrap();
    assert_snapshot!(sandbox.run("run report.py"), @"
    exit: 3
    -- stdout
    1.0 1.5 []
    ");
    let (exit, envelope) = sandbox.run_json("run report.py");
    assert_eq!(exit, 3);
    assert_eq!(envelope["result"]["exit_code"], 3);
}

#[test]
fn a_newer_answer_is_found_when_asked_for() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("report.py", SCRIPT);
    sandbox.run("run report.py");
    wheels::wheel(&sandbox.root().join("wheels"), "lib", "1.9", &[]);
    assert!(sandbox.run("run report.py").stdout.contains("1.0 1.5"));
    assert!(sandbox.run("run -U report.py").stdout.contains("1.0 1.9"));
    assert!(sandbox.run("run report.py").stdout.contains("1.0 1.9"));
}

#[test]
fn a_plain_file_just_runs() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("plain.py", "import sys\nprint('plain', *sys.argv[1:])\n");
    assert_snapshot!(sandbox.run("run plain.py --help -x"), @"
    exit: 0
    -- stdout
    plain --help -x
    ");
    assert_snapshot!(sandbox.run("run --with lib==1.0 plain.py"), @"
    exit: 0
    -- stdout
    plain
    -- stderr
    Installed 1 project in [TIME]
    ");
    assert_snapshot!(sandbox.run("run absent.py"), @"
    exit: 2
    -- stderr
    error: cannot read `[ROOT]/project/absent.py` [TL0002]
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn a_wrong_block_is_said() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("bad.py", "# /// script\n# dependencies = ['app\n# ///\n");
    assert_snapshot!(sandbox.run("run bad.py"), @"
    exit: 2
    -- stderr
    error: the metadata of `bad.py`, line 2 is not valid [TL0103]
      caused by: unclosed array, expected `]`
    ");
    sandbox.write("old.py", "# /// script\n# requires-python = '<3'\n# ///\n");
    assert_eq!(sandbox.run("run old.py").exit, 1);
    sandbox.write(
        "none.py",
        "# /// script\n# dependencies = ['absent']\n# ///\n",
    );
    assert_snapshot!(sandbox.run("run none.py"), @"
    exit: 1
    -- stderr
    error: `absent` (none.py) cannot be met: there is no project named `absent` [TL0301]
    hint: no index that was asked has `absent`: check its spelling and the indexes (`--index-url`)
    ");
}
