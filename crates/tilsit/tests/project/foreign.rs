//! Locks between installers: pip and uv install ours, and ours installs theirs; each comes to the
//! same set of distributions.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::wheels::wheel;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
description = 'a project of the tests'
requires-python = '>=3.9'
dependencies = ['app', \"extra-lib ; sys_platform == 'win32'\"]
[project.optional-dependencies]
nice = ['extra-lib', \"other ; python_version < '3.5'\"]
[dependency-groups]
dev = ['fancy']
docs = ['lib']
";

/// A folder with pip and uv.
fn tools() -> Option<PathBuf> {
    tilsit_testing::python_environment("locks", &["pip==26.3", "uv==0.13.8"])
}

fn sandbox() -> Option<crate::Sandbox> {
    let sandbox = crate::sandbox()?;
    wheel(&sandbox.root().join("wheels"), "other", "1.0", &[]);
    sandbox.write("pyproject.toml", PROJECT);
    Some(sandbox)
}

/// Runs a foreign tool in the project, without the configuration of this machine.
fn run(sandbox: &crate::Sandbox, program: &Path, line: &str) -> String {
    let output = Command::new(program)
        .args(line.split_whitespace())
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.root().join("home"))
        .env("UV_NO_CONFIG", "1")
        .env("PIP_CONFIG_FILE", "/dev/null")
        .output()
        .expect("the tool starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "`{line}` failed:\n{stdout}{stderr}"
    );
    stdout.into_owned()
}

/// What is in an environment, as `name==version` lines.
fn installed(sandbox: &crate::Sandbox, environment: &str) -> String {
    let line = format!("pip freeze --python {environment}");
    let text = sandbox.run_well(&line).stdout;
    // The project itself has another URL in each sandbox.
    text.replace('_', "-")
}

#[test]
fn pip_and_uv_install_our_locks() {
    let Some(tools) = tilsit_testing::require("pip and uv", tools()) else {
        return;
    };
    let Some(sandbox) = sandbox() else { return };
    sandbox.run_well("lock");
    for environment in ["ours", "pips", "uvs"] {
        sandbox.run_well(&format!("venv -q {environment}"));
    }
    let (pip, uv) = (tools.join("bin/pip"), tools.join("bin/uv"));
    for (ours, pips, uvs) in [
        ("", "-r pylock.toml", ""),
        (
            "--group pylock.toml:docs",
            "-r pylock.toml --group pylock.toml:docs",
            "--group docs",
        ),
        ("", "-r pylock.toml[nice]", "--extra nice"),
    ] {
        let lock = if pips.ends_with(']') {
            "pylock.toml[nice]"
        } else {
            "pylock.toml"
        };
        sandbox.run_well(&format!("pip sync --python ours {ours} {lock}"));
        run(
            &sandbox,
            &pip,
            &format!("--python pips install --no-index {pips}"),
        );
        run(
            &sandbox,
            &uv,
            &format!("pip sync -q --preview --python uvs {uvs} pylock.toml"),
        );
        let expected = installed(&sandbox, "ours");
        assert_eq!(installed(&sandbox, "pips"), expected, "{pips}");
        // Without a word on groups uv takes none of the default ones.
        let others = installed(&sandbox, "uvs");
        assert!(
            others.lines().all(|line| expected.contains(line)),
            "{others}\n{expected}"
        );
        assert!(others.contains("app==1.0"), "{others}");
    }
}

/// A project that is a package is in its lock as a folder, which has no hash: pip 26.3 refuses that
/// beside files that have one. When this fails, pip has learned it, and the documentation may say so.
#[test]
fn pip_refuses_the_project_itself_beside_hashes() {
    let Some(tools) = tilsit_testing::require("pip and uv", tools()) else {
        return;
    };
    let Some(sandbox) = sandbox() else { return };
    let flit = "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.buildapi'\n";
    sandbox.write("pyproject.toml", &format!("{PROJECT}{flit}"));
    sandbox.write("demo.py", "\"\"\"A module.\"\"\"\n");
    sandbox.run_well("lock");
    let text = sandbox.read("pylock.toml");
    assert!(
        text.contains("directory = { path = \".\", editable = true }"),
        "{text}"
    );
    sandbox.run_well("venv -q pips");
    let pip = tools.join("bin/pip");
    let output = Command::new(&pip)
        .args([
            "--python",
            "pips",
            "install",
            "--no-index",
            "-r",
            "pylock.toml",
        ])
        .current_dir(sandbox.path(""))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        words.contains("cannot be installed when requiring hashes"),
        "{words}"
    );
}

#[test]
fn ours_installs_the_locks_of_pip_and_uv() {
    let Some(tools) = tilsit_testing::require("pip and uv", tools()) else {
        return;
    };
    let Some(sandbox) = sandbox() else { return };
    let (pip, uv) = (tools.join("bin/pip"), tools.join("bin/uv"));
    let links = sandbox.root().join("wheels");
    let links = links.display();
    run(
        &sandbox,
        &pip,
        &format!("lock --no-index --find-links {links} app fancy -o pylock.pip.toml"),
    );
    run(
        &sandbox,
        &uv,
        &format!("lock -q --no-index --find-links {links}"),
    );
    run(
        &sandbox,
        &uv,
        "export -q --frozen --format pylock.toml --no-emit-project -o pylock.uv.toml",
    );
    for lock in ["pylock.pip.toml", "pylock.uv.toml"] {
        sandbox.run_well("venv -q --clear there");
        sandbox.run_well(&format!("pip sync --python there {lock}"));
        assert_eq!(
            installed(&sandbox, "there"),
            "app==1.0\nfancy==1.0\nlib==1.0\n",
            "{lock}:\n{}",
            sandbox.read(lock)
        );
        sandbox.run_well(&format!("pip install --python there --reinstall -r {lock}"));
    }
}
