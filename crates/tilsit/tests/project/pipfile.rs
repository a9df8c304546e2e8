//! Projects with a Pipfile: locked, synced and run in place, and pipenv takes what was made.

use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::wheels;

const PIPFILE: &str = "\
[[source]]
name = 'main'
url = 'https://index.example/simple'
verify_ssl = true

[packages]
app = '*'
extra-lib = {version = '*', sys_platform = \"== 'win32'\"}

[dev-packages]
fancy = {version = '*', extras = ['more']}

[docs]
lib = '<1.5'
";

pub(crate) fn sandbox(pipfile: &str) -> Option<Sandbox> {
    let mut sandbox = crate::sandbox()?;
    let environments = sandbox.root().join("environments").display().to_string();
    sandbox.set("WORKON_HOME", environments);
    sandbox.write("Pipfile", pipfile);
    Some(sandbox)
}

#[test]
fn a_pipfile_is_used_in_place() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
     + app 1.0 (required by the group `default`)
     + extra-lib 3.1 (required by fancy, the group `default`)
     + fancy 1.0 (required by the group `develop`)
     + lib 1.0 (required by app, fancy, the group `docs`)
    Locked 4 packages in [TIME]
    ");
    assert!(!sandbox.path("pylock.toml").exists());
    let lock: serde_json::Value = serde_json::from_str(&sandbox.read("Pipfile.lock")).unwrap();
    assert_eq!(lock["_meta"]["pipfile-spec"], 6);
    assert_eq!(
        lock["default"]["extra-lib"]["markers"],
        "sys_platform == 'win32'"
    );
    assert_eq!(lock["develop"]["extra-lib"]["version"], "==3.1");
    assert_eq!(lock["docs"]["lib"]["hashes"].as_array().unwrap().len(), 1);
    assert_eq!(sandbox.run("lock --check").exit, 0);
    sandbox.run_well("sync --dev");
    let environments = sandbox.root().join("environments");
    let mut made = std::fs::read_dir(environments).unwrap();
    let name = made.next().unwrap().unwrap().file_name();
    assert!(name.to_string_lossy().starts_with("project-"), "{name:?}");
    assert_snapshot!(sandbox.run("run --dev fancy"), @"
    exit: 0
    -- stdout
    fancy 1.0
    ");
    assert_snapshot!(sandbox.run("sync --check"), @"
    exit: 1
    -- stderr
    error: the environment is not as the lock says: 0 projects to install, 2 projects to uninstall [TL0503]
    hint: `tilsit sync` makes it so
    ");
    // What changes nothing that is asked for makes no new lock; scripts are tasks.
    sandbox.write("Pipfile", &format!("{PIPFILE}\n[scripts]\nx = 'app'\n"));
    assert_eq!(sandbox.run("lock --check").exit, 0);
    assert_snapshot!(sandbox.run("run x"), @"
    exit: 0
    -- stdout
    app 1.0
    ");
    sandbox.write("Pipfile", &PIPFILE.replace("'<1.5'", "'*'"));
    assert_eq!(sandbox.run("lock --check").exit, 6);
}

#[test]
fn a_lock_with_other_hashes_is_refused() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    sandbox.run_well("lock");
    wheels::wheel(
        &sandbox.root().join("wheels"),
        "app",
        "1.0",
        &["lib>=1", "fancy"],
    );
    let refused = sandbox.run("sync");
    assert_snapshot!(refused, @"
    exit: 1
    -- stderr
    error: `Pipfile.lock`: no file of `app` that the index has is one that was locked: their hashes are others [TL0108]
    hint: `tilsit lock` makes it again; move the file away if it cannot
    ");
    sandbox.write("Pipfile.lock", "{\"_meta\": 1}");
    assert_snapshot!(sandbox.run("sync"), @"
    exit: 2
    -- stderr
    error: `Pipfile.lock`: its `_meta` is no object [TL0106]
    hint: `tilsit lock` makes it again; move the file away if it cannot
    ");
    sandbox.write("Pipfile", "[packages]\napp = 1\n");
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project/Pipfile` is not valid: `app` in `[packages]`: integer is no requirement [TL0104]
    ");
}

#[test]
fn a_folder_that_is_there_is_the_environment() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    sandbox.run_well("venv");
    sandbox.run_well("sync");
    assert!(!sandbox.root().join("environments").exists());
    sandbox.run_well("run app");
}

/// Pipfiles of several kinds; the last is a folder's.
const PIPFILES: [&str; 5] = [
    PIPFILE,
    "[packages]\napp = '*'\n",
    "[packages]\nApp = '==1.0'\nlib = '>=1,<2'\n\n[dev-packages]\nextra_lib = '*'\n",
    "[packages]\nfancy = {version = '*', extras = ['more'], markers = \"python_version >= '3'\"}\n\n[pipenv]\nallow_prereleases = false\n\n[scripts]\nx = 'app'\n",
    "[packages]\nhere = {path = './here', editable = true}\n\n[docs]\napp = '*'\n",
];

/// pipenv, working on a sandbox with its wheels and nothing else.
fn pipenv(sandbox: &Sandbox, program: &Path, words: &[&str]) -> Output {
    Command::new(program)
        .args(words)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.root().join("home"))
        .env("WORKON_HOME", sandbox.root().join("environments"))
        .env("PIPENV_IGNORE_VIRTUALENVS", "1")
        .env("PIPENV_VERBOSITY", "-1")
        .env("PIPENV_CACHE_DIR", sandbox.root().join("pipenv-cache"))
        .env("PIP_NO_INDEX", "1")
        .env("PIP_FIND_LINKS", sandbox.root().join("wheels"))
        .output()
        .expect("pipenv starts")
}

#[test]
fn pipenv_takes_our_locks() {
    let wanted = ["pipenv==2026.10.3"];
    let environment = tilsit_testing::python_environment("pipenv", &wanted);
    let Some(environment) = tilsit_testing::require("pipenv", environment) else {
        return;
    };
    let program = environment.join("bin/pipenv");
    for text in PIPFILES {
        let text = if text.contains("[[source]]") {
            text.to_owned()
        } else {
            format!(
                "[[source]]\nname = 'main'\nurl = 'https://index.example/simple'\nverify_ssl = true\n\n{text}"
            )
        };
        let Some(sandbox) = sandbox(&text) else {
            return;
        };
        sandbox.write(
            "here/pyproject.toml",
            "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n[project]\nname = 'here'\nversion = '1'\n",
        );
        sandbox.write("here/backend.py", BACKEND);
        sandbox.run_well("lock");
        let output = pipenv(&sandbox, &program, &["verify"]);
        assert!(output.status.success(), "{text}\n{output:?}");
        sandbox.run_well("sync --all-groups");
        // It finds the environment that we made.
        let output = pipenv(&sandbox, &program, &["--venv"]);
        let place = String::from_utf8_lossy(&output.stdout);
        let place = Path::new(place.trim());
        assert!(place.join("pyvenv.cfg").is_file(), "{text}\n{output:?}");
    }
}

/// A backend that makes the metadata of `here` and its editable wheel.
const BACKEND: &str = r#"
import base64, hashlib, os, zipfile
INFO = "here-1.dist-info"
METADATA = "Metadata-Version: 2.1\nName: here\nVersion: 1\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
def _record(files):
    lines = []
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(text)}\n")
    return "".join(lines) + f"{INFO}/RECORD,,\n"
def build_wheel(folder, settings=None, metadata=None):
    name = "here-1-py3-none-any.whl"
    files = {"here.pth": os.getcwd() + "\n", f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": WHEEL}
    files[f"{INFO}/RECORD"] = _record(files)
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name
build_editable = build_wheel
"#;
