//! `build --matrix` and `build --all`: a wheel for each Python, tested, and the members of a workspace.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

/// A sandbox without an index, which knows one Python.
fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = crate::sandbox();
    sandbox.set("TILSIT_NO_INDEX", "1");
    sandbox.set("TILSIT_PYTHON", python.display());
    Some(sandbox)
}

fn matrix(sandbox: &Sandbox, words: &str) -> (i32, Value) {
    let python = tilsit_testing::python().expect("it was asked for");
    let line = format!("build demo --matrix --python {} {words}", python.display());
    sandbox.run_json(&line)
}

#[test]
fn a_pure_wheel_is_built_and_imported() {
    let Some(sandbox) = sandbox() else { return };
    let (exit, envelope) = matrix(&sandbox, "");
    assert_eq!(exit, 0, "{envelope}");
    let one = &envelope["result"]["pythons"][0];
    assert_eq!(
        (&one["made"], &one["test"]),
        (&"built".into(), &"passed".into())
    );
    assert!(sandbox.path("demo/dist/tilsit_demo-1.0.tar.gz").exists());
    assert!(
        sandbox
            .path("demo/dist/tilsit_demo-1.0-py3-none-any.whl")
            .exists()
    );
    sandbox.write("demo/src/tilsit_demo/__init__.py", "import absent_one\n");
    let (exit, envelope) = matrix(&sandbox, "");
    assert_eq!(exit, 1, "{envelope}");
    let one = &envelope["result"]["pythons"][0];
    assert_eq!(one["test"], "failed");
    let error = one["error"].as_str().expect("an error");
    assert!(error.contains("import of what the wheel has"), "{error}");
}

#[test]
fn cibuildwheels_table_is_heeded() {
    let Some(sandbox) = sandbox() else { return };
    let table = "
[dependency-groups]
none = []
[tool.cibuildwheel]
before-all = 'echo all > {project}/all.txt'
before-build = 'echo build >> {project}/all.txt'
test-command = ['python -c \"import tilsit_demo\"', 'python checks/check.py', 'echo $HERE >> {project}/all.txt']
test-sources = ['checks']
test-groups = ['none']
environment = { FIRST = 'one', HERE = '$FIRST-two' }
typing-error = 1
";
    sandbox.write(
        "demo/pyproject.toml",
        &format!("{}{table}", crate::PYPROJECT),
    );
    let check = "import os, pathlib\nassert os.listdir() == ['checks'], os.listdir()\n\
                 assert os.environ['HERE'] == 'one-two'\nassert 'test' in str(pathlib.Path.cwd())\n";
    sandbox.write("demo/checks/check.py", check);
    let (exit, envelope) = matrix(&sandbox, "");
    assert_eq!(exit, 0, "{envelope}");
    assert_eq!(sandbox.read("demo/all.txt"), "all\nbuild\none-two\n");
    sandbox.write("demo/checks/check.py", "raise SystemExit(7)\n");
    let (exit, envelope) = matrix(&sandbox, "");
    assert_eq!(exit, 1);
    let error = envelope["result"]["pythons"][0]["error"]
        .as_str()
        .expect("an error");
    assert!(
        error.contains("`test-command` ended with exit code 7"),
        "{error}"
    );
    let text = format!("{}\n[tool.cibuildwheel]\nskip = '*'\n", crate::PYPROJECT);
    sandbox.write("demo/pyproject.toml", &text);
    let python = tilsit_testing::python().expect("it was asked for");
    let line = format!("build demo --matrix --python {}", python.display());
    assert_snapshot!(sandbox.run(&line), @"
    exit: 1
    -- stderr
    error: no Python of this machine is one that a wheel is wanted for [TL0201]
    hint: `tilsit python list` shows them; `requires-python` and `[tool.cibuildwheel]` limit them
    ");
}

#[test]
fn all_members_are_built() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit.workspace]\nmembers = ['one', 'two', 'three']\n",
    );
    for name in ["one", "two", "three"] {
        let text = crate::PYPROJECT.replace("tilsit-demo", name);
        // One is no package.
        let text = match name {
            "three" => text
                .split_once("[project]")
                .map(|(_, rest)| format!("[project]{rest}")),
            _ => Some(text),
        };
        sandbox.write(
            &format!("{name}/pyproject.toml"),
            &text.expect("it has a project"),
        );
        sandbox.write(&format!("{name}/src/{name}/__init__.py"), "");
    }
    sandbox.run_well("build --all");
    let mut names: Vec<String> = std::fs::read_dir(sandbox.path("dist"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let expected = [
        "one-1.0-py3-none-any.whl",
        "one-1.0.tar.gz",
        "two-1.0-py3-none-any.whl",
        "two-1.0.tar.gz",
    ];
    assert_eq!(names, expected);
    sandbox.run_well("build --package two --wheel -o other");
    assert!(sandbox.path("other/two-1.0-py3-none-any.whl").exists());
    assert_snapshot!(sandbox.run("build --package four"), @"
    exit: 2
    -- stderr
    error: the workspace has no member `four` [TL0002]
    hint: its members are one, three, two
    ");
}
