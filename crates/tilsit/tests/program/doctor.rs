//! `doctor`: what it says of a machine that is well, and of each thing that is not.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A sandbox with a Python of its own search path and a local index.
fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = Sandbox::new();
    let program = sandbox.command("").get_program().to_owned();
    let folders = [
        std::path::Path::new(&program)
            .parent()
            .expect("the test's own data is in order"),
        python.parent().expect("the test's own data is in order"),
    ];
    let path = std::env::join_paths(folders).expect("the test's own data is in order");
    sandbox.set(
        "PATH",
        path.to_str().expect("the test's own data is in order"),
    );
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.write(
        "index/pip/index.html",
        "<!DOCTYPE html><html><body></body></html>",
    );
    let index = format!("file://{}/", sandbox.path("index").display());
    sandbox.set("TILSIT_INDEX_URL", index);
    // The machine's own settings are not what is tested.
    sandbox.set("PIP_CONFIG_FILE", "/dev/null");
    Some(sandbox)
}

/// The check of that name, as `state: message`, with its details and hints behind it.
fn check(result: &Value, name: &str) -> String {
    let checks = result["checks"]
        .as_array()
        .expect("the test's own data is in order");
    let found = checks.iter().find(|check| check["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no `{name}` in {result}"));
    let mut text = format!(
        "{}: {}",
        found["state"]
            .as_str()
            .expect("the test's own data is in order"),
        found["message"]
            .as_str()
            .expect("the test's own data is in order")
    );
    for key in ["details", "hints"] {
        for line in found[key]
            .as_array()
            .expect("the test's own data is in order")
        {
            text = format!(
                "{text} | {}",
                line.as_str().expect("the test's own data is in order")
            );
        }
    }
    text
}

#[test]
fn a_machine_that_is_well() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("venv -q");
    let (exit, envelope) = sandbox.run_json("doctor");
    let result = &envelope["result"];
    assert_eq!(
        (exit, &result["errors"]),
        (0, &Value::from(0)),
        "{envelope}"
    );
    assert_eq!(envelope["status"], "ok");
    for (name, expected) in [
        ("program", "ok: tilsit "),
        ("environment", "ok: `.venv` with Python 3."),
        ("variables", "ok: none"),
        ("configuration", "ok: every setting"),
        ("certificates", "ok: those of the system"),
        ("index", "ok: `file://[ROOT]"),
        ("cache", "ok: `[ROOT]/cache`"),
        ("clock", "ok: 20"),
    ] {
        let found = check(result, name);
        assert!(found.starts_with(expected), "{name}: {found}");
    }
    let text = sandbox.run("doctor").stdout;
    assert!(text.contains("ok    index: `file://[ROOT]"), "{text}");
}

#[test]
fn each_thing_that_is_wrong_is_named_with_what_to_do() {
    let cases = [
        (
            "VIRTUAL_ENV",
            "gone",
            "environment",
            "error: the active environment `gone` is not there | leave it",
        ),
        (
            "PYTHONPATH",
            "/x",
            "variables",
            "warn: `PYTHONPATH` is set |",
        ),
        (
            "SSL_CERT_FILE",
            "/none.pem",
            "certificates",
            "error: cannot read `/none.pem`",
        ),
        (
            "TILSIT_CERT",
            "empty.pem",
            "certificates",
            "error: those in `[ROOT]/project/empty.pem`",
        ),
        (
            "TILSIT_INDEX_URL",
            "http://127.0.0.1:9/",
            "index",
            "error: cannot connect to `http://127.0.0.1:9/pip/`",
        ),
        ("TILSIT_OFFLINE", "1", "index", "warn: `file://[ROOT]"),
        (
            "TILSIT_PYTHON",
            "3.99",
            "Pythons",
            "error: no Python found that is 3.99",
        ),
        (
            "PIP_CONFIG_FILE",
            "pip.conf",
            "configuration",
            "warn: 1 setting could not be understood",
        ),
        ("TILSIT_CACHE_DIR", "empty.pem", "cache", "error: "),
    ];
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("empty.pem", "");
    sandbox.write("pip.conf", "[global]\ntimeout = soon\n");
    for (variable, value, name, expected) in cases {
        let mut command = sandbox.command("--json doctor");
        let answer = sandbox.finish(command.env(variable, value));
        let exit = answer.exit;
        let envelope: Value = serde_json::from_str(&answer.stdout).unwrap();
        let found = check(&envelope["result"], name);
        assert!(found.starts_with(expected), "{variable}: {found}");
        let is_error = expected.starts_with("error");
        assert_eq!(exit, i32::from(is_error), "{variable}: {envelope}");
        assert!(
            found.starts_with("warn: `file") || found.contains(" | "),
            "{found}"
        );
    }
}
