//! `pip install`: what comes, what stays, and what is refused.

use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// What a program of the environment prints.
fn program(sandbox: &Sandbox, name: &str) -> String {
    let output = Command::new(sandbox.path(".venv/bin").join(name))
        .output()
        .expect("the program starts");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn requirements_are_installed_and_work() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app"), @"
    exit: 0
    -- stdout
    Successfully installed app-1.0 lib-1.5
    -- stderr
    Resolved 2 projects in [TIME]
    Installed 2 wheels in [TIME]
     + app==1.0
     + lib==1.5
    ");
    assert_eq!(program(&sandbox, "app"), "app 1.0\n");
    assert_snapshot!(sandbox.run("pip install app"), @"
    exit: 0
    -- stdout
    Requirement already satisfied: app in .venv/lib/pythonX.Y/site-packages (1.0)
    Requirement already satisfied: lib in .venv/lib/pythonX.Y/site-packages (1.5)
    -- stderr
    Checked 2 projects in [TIME]
    Everything is there already.
    ");
    assert_snapshot!(sandbox.run("pip install lib<1.5"), @"
    exit: 0
    -- stdout
      Attempting uninstall: lib
        Found existing installation: lib 1.5
        Uninstalling lib-1.5:
          Successfully uninstalled lib-1.5
    Successfully installed lib-1.0
    -- stderr
    Resolved 1 project in [TIME]
    Installed 1 wheel in [TIME]
     ~ lib==1.0 (was 1.5)
    ");
    assert_eq!(program(&sandbox, "lib"), "lib 1.0\n");
    let kept = sandbox.run_well("pip install app fancy");
    assert!(!kept.stderr.contains("lib=="), "{kept}");
    assert_snapshot!(sandbox.run("pip install -U lib fancy==1.0 --dry-run"), @"
    exit: 0
    -- stdout

    Requirement already satisfied: fancy==1.0 in .venv/lib/pythonX.Y/site-packages (1.0)
    Requirement already satisfied: lib in .venv/lib/pythonX.Y/site-packages (1.0)
    -- stderr
    Resolved 2 projects in [TIME]
    ");
    let (_, envelope) = sandbox.run_json("pip install --reinstall lib");
    assert_eq!(envelope["result"]["installed"][0]["name"], "lib");
    assert_eq!(envelope["result"]["installed"][0]["before"], "1.0");
}

#[test]
fn a_wheel_can_be_named_by_its_path() {
    let Some(mut sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let folder = sandbox.root().join("wheels");
    std::fs::copy(
        folder.join("lib-1.0-py3-none-any.whl"),
        sandbox.path("lib-1.0-py3-none-any.whl"),
    )
    .unwrap();
    sandbox.set("TILSIT_FIND_LINKS", "");
    sandbox.run_well("pip install ./lib-1.0-py3-none-any.whl");
    let freeze = sandbox.run_well("pip freeze").stdout;
    assert!(
        freeze.starts_with("lib @ file://[ROOT]/project/lib-1.0-py3-none-any.whl"),
        "{freeze}"
    );
}

#[test]
fn hashes_are_checked() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.write("app.in", "app\n");
    sandbox.run_well("pip compile app.in -o app.txt --generate-hashes");
    sandbox.run_well("pip install -r app.txt --require-hashes");

    assert_snapshot!(sandbox.run("pip install fancy --require-hashes"), @"
    exit: 2
    -- stderr
    error: hashes are required, and `fancy` has none [TL0303]
    hint: `tilsit pip compile --generate-hashes` writes all hashes
    ");
    let zeros = "0".repeat(64);
    sandbox.write(
        "wrong.txt",
        &format!("fancy==1.0 --hash=sha256:{zeros}\nlib==1.0 --hash=sha256:{zeros}\n"),
    );
    let answer = sandbox.run("pip install -r wrong.txt");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(answer.stderr.contains("[TL0404]"), "{answer}");
    sandbox.write(
        "partial.txt",
        &sandbox
            .read("app.txt")
            .replace("app==", "fancy==1.0\napp=="),
    );
    let answer = sandbox.run("pip install -r partial.txt --require-hashes");
    assert_eq!(answer.exit, 2, "{answer}");
    assert!(answer.stderr.contains("[TL0303]"), "{answer}");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "app==1.0\nlib==1.5\n"
    );
}

#[test]
fn an_environment_must_be_there() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app"), @"
    exit: 2
    -- stderr
    error: no virtual environment found [TL0203]
      caused by: none is active, and there is no `.venv` here or above
    hint: make one with `tilsit venv`, name one with `--python FOLDER`, or use `--system`
    ");
    assert_snapshot!(sandbox.run("pip install"), @"
    exit: 2
    -- stderr
    error: You must give at least one requirement to install [TL0002]
    hint: as `tilsit pip install flask`, or `-r requirements.txt`
    ");
}

#[test]
fn a_broken_wheel_changes_nothing() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let path = sandbox.root().join("wheels/app-1.0-py3-none-any.whl");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 0xff;
    std::fs::write(&path, bytes).unwrap();
    let answer = sandbox.run("pip install app");
    assert_eq!(answer.exit, 1, "{answer}");
    assert_eq!(sandbox.run_well("pip list").stdout, "");
}
