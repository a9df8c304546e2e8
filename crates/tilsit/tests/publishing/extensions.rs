//! Extension modules of C and C++ in our own backend: built, made to run elsewhere, installed and
//! imported by the program.

use std::process::Command;

use crate::sandbox::Sandbox;

const PYPROJECT: &str = r#"[build-system]
requires = ["tilsit-build"]
build-backend = "tilsit_build"

[project]
name = "fast"
version = "1.0"

[[tool.tilsit.build.ext-modules]]
name = "fast._c"
sources = ["src/fast/c.c"]

[[tool.tilsit.build.ext-modules]]
name = "fast._cxx"
sources = ["src/fast/cxx.cpp"]
"#;

/// A project with two extensions, in a sandbox that knows a Python with headers.
fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::python();
    let python = python.filter(|python| says(python, HAS_HEADERS) == "True\n");
    let python = tilsit_testing::require("a Python with headers", python)?;
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_NO_INDEX", "1");
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.write("fast/pyproject.toml", PYPROJECT);
    let init = "from fast import _c, _cxx\nprint(_c.value() + _cxx.value())\n";
    sandbox.write("fast/src/fast/__init__.py", init);
    sandbox.write("fast/src/fast/c.c", &module("_c", "", "40"));
    let sum = "#include <string>\nstatic long size() { return std::string(\"ab\").size(); }\n";
    sandbox.write("fast/src/fast/cxx.cpp", &module("_cxx", sum, "size()"));
    Some(sandbox)
}

const HAS_HEADERS: &str = "import os, sysconfig; \
    print(os.path.exists(os.path.join(sysconfig.get_paths()['include'], 'Python.h')))";

fn module(name: &str, before: &str, value: &str) -> String {
    format!(
        "#include <Python.h>
{before}
static PyObject *value(PyObject *self, PyObject *none) {{ return PyLong_FromLong({value}); }}
static PyMethodDef methods[] = {{
    {{\"value\", value, METH_NOARGS, NULL}}, {{NULL, NULL, 0, NULL}}}};
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, \"{name}\", NULL, -1, methods}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&definition); }}
"
    )
}

fn says(python: &std::path::Path, code: &str) -> String {
    let output = Command::new(python).args(["-I", "-c", code]).output();
    let output = output.expect("Python starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn each_python_gets_a_wheel_that_runs_elsewhere() {
    let Some(sandbox) = sandbox() else { return };
    let python = tilsit_testing::python().expect("it was asked for");
    let line = format!("build fast --matrix --python {}", python.display());
    let (exit, envelope) = sandbox.run_json(&line);
    assert_eq!(exit, 0, "{envelope}");
    let one = &envelope["result"]["pythons"][0];
    assert_eq!(one["test"], "passed", "{envelope}");
    let wheel = one["wheel"].as_str().expect("a path");
    if cfg!(target_os = "linux") {
        assert!(wheel.contains("-manylinux"), "{wheel}");
    }
    sandbox.run_well("venv environment");
    let name = wheel.rsplit('/').next().unwrap_or_default();
    sandbox.run_well(&format!(
        "pip install --python environment fast/dist/{name}"
    ));
    let python = sandbox.path("environment/bin/python");
    assert_eq!(says(&python, "import fast"), "42\n");
    // What was compiled is kept, and looked after.
    let kept = sandbox.run_well("-v cache size");
    assert!(kept.stderr.contains("compiled objects"), "{}", kept.stderr);
}

#[test]
fn an_editable_project_is_compiled_where_it_is() {
    let Some(sandbox) = sandbox() else { return };
    sandbox.run_well("venv environment");
    sandbox.run_well("pip install --python environment -e ./fast");
    let python = sandbox.path("environment/bin/python");
    assert_eq!(says(&python, "import fast"), "42\n");
    let code = "import fast._c; print(fast._c.__file__)";
    let place = says(&python, code);
    assert!(place.contains("/fast/src/fast/_c."), "{place}");
}

#[test]
fn faults_are_told_with_what_helps() {
    let Some(mut sandbox) = sandbox() else { return };
    sandbox.write("fast/src/fast/c.c", "#include <Python.h>\nint one = two;\n");
    let answer = sandbox.run("build fast --wheel");
    assert_eq!(answer.exit, 2, "{}", answer.stderr);
    let told = "the extension `fast._c` cannot be built: `src/fast/c.c` cannot be compiled";
    assert!(answer.stderr.contains(told), "{}", answer.stderr);
    assert!(answer.stderr.contains("c.c:2:"), "{}", answer.stderr);
    sandbox.set("CC", "no-such-compiler");
    let answer = sandbox.run("build fast --wheel");
    let hint = "extensions need a compiler";
    assert!(answer.stderr.contains(hint), "{}", answer.stderr);
}
