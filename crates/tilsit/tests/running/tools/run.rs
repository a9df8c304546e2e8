//! `tool run`: from the installed tool where it fits, else from the cache.

use insta::assert_snapshot;

use super::{sandbox, tool_folder, wheel_folder};
use crate::wheels;

#[test]
fn a_tool_runs_from_the_cache() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("tool run app"), @"
    exit: 0
    -- stdout
    app 1.0
    -- stderr
    Installed 2 projects in [TIME]
    ");
    // The second time nothing is asked.
    std::fs::remove_dir_all(wheel_folder(&sandbox)).unwrap();
    assert_snapshot!(sandbox.run("tool run app"), @"
    exit: 0
    -- stdout
    app 1.0
    ");
    assert!(!tool_folder(&sandbox, "app").exists());
}

#[test]
fn versions_and_other_projects() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let stdout = |line: &str| sandbox.run_well(line).stdout;
    assert_eq!(stdout("tool run lib@1.0"), "lib 1.0\n");
    assert_eq!(stdout("tool run lib@latest"), "lib 1.5\n");
    assert_eq!(stdout("tool run lib==1.0"), "lib 1.0\n");
    assert_eq!(
        stdout("tool run --from app==1.0 --with extra-lib app"),
        "app 1.0\n"
    );
    let (exit, envelope) = sandbox.run_json("tool run lib");
    assert_eq!((exit, &envelope["result"]["exit_code"]), (0, &0.into()));
    let wheel = wheel_folder(&sandbox).join("app-1.0-py3-none-any.whl");
    assert_eq!(
        stdout(&format!("tool run {}", wheel.display())),
        "app 1.0\n"
    );
}

#[test]
fn the_installed_tool_is_run_where_it_fits() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib==1.0");
    let stdout = |line: &str| sandbox.run_well(line).stdout;
    assert_eq!(stdout("tool run lib"), "lib 1.0\n");
    assert_eq!(stdout("tool run --isolated lib"), "lib 1.5\n");
    assert_eq!(stdout("tool run lib@1.5"), "lib 1.5\n");
    assert_eq!(stdout("tool run lib@latest"), "lib 1.5\n");
    assert_eq!(stdout("tool run --with extra-lib lib"), "lib 1.5\n");
    // No index, no cache, no Python that is asked.
    std::fs::remove_dir_all(wheel_folder(&sandbox)).unwrap();
    assert_snapshot!(sandbox.run("tool run lib"), @"
    exit: 0
    -- stdout
    lib 1.0
    ");
    super::break_python(&tool_folder(&sandbox, "lib"));
    let answer = sandbox.run("tool run --offline lib@1.5");
    assert_eq!(answer.stdout, "lib 1.5\n", "{answer}");
}

#[test]
fn arguments_are_the_programs() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let entry_points = "[console_scripts]\necho = echo:main\n";
    wheels::wheel_with(
        &wheel_folder(&sandbox),
        ("echo", "1.0"),
        &[],
        entry_points,
        &[],
    );
    let line = "tool run echo --help -x --with y";
    assert_eq!(
        sandbox.run_well(line).stdout,
        "echo 1.0 --help -x --with y\n"
    );
    sandbox.run_well("tool install echo");
    assert_eq!(
        sandbox.run_well(line).stdout,
        "echo 1.0 --help -x --with y\n"
    );
}

#[test]
fn a_program_that_is_not_there() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let folder = wheel_folder(&sandbox);
    wheels::wheel_with(&folder, ("leaf", "1.0"), &[], "", &[]);
    let entry_points = "[console_scripts]\none = many:main\ntwo = many:main\n";
    wheels::wheel_with(&folder, ("many", "1.0"), &[], entry_points, &[]);
    assert_snapshot!(sandbox.run("tool run leaf"), @"
    exit: 1
    -- stderr
    Installed 1 project in [TIME]
    error: `leaf` has no program `leaf` [TL1205]
    hint: is it in another project? `tilsit tool run --from PROJECT leaf`
    ");
    assert_snapshot!(sandbox.run("tool run many"), @"
    exit: 1
    -- stderr
    Installed 1 project in [TIME]
    error: `many` has no program `many` [TL1205]
      caused by: it has `one`, `two`
    hint: `tilsit tool run --from many PROGRAM` runs one of them
    ");
    assert_eq!(
        sandbox.run_well("tool run --from many two").stdout,
        "many 1.0\n"
    );
    sandbox.run_well("tool install many");
    assert_snapshot!(sandbox.run("tool run --from many three"), @"
    exit: 1
    -- stderr
    error: `many` has no program `three` [TL1205]
      caused by: it has `one`, `two`
    hint: `tilsit tool run --from many PROGRAM` runs one of them
    ");
    assert_snapshot!(sandbox.run("tool run ./missing"), @"
    exit: 2
    -- stderr
    error: there is nothing at `./missing` (the command line) [TL0101]
    ");
    assert_snapshot!(sandbox.run("tool run"), @"
    exit: 0
    -- stdout
    many v1.0
    - one
    - two
    ");
}
