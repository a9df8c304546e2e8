//! The wheels that `tilsit build --self` makes, on an index that has nothing else: pip installs the
//! program from there, and pip and build call our backend, `tilsit-build`, and get the same bytes that
//! `tilsit build` gives.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::{output, package};
use crate::server::Index;

const PYPROJECT: &str = "[build-system]
requires = ['tilsit-build']
build-backend = 'tilsit_build'

[project]
name = 'demo'
version = '1.0'
description = 'Built by others'

[project.scripts]
demo = 'demo:main'
";

/// An index with both wheels, foreign front ends, and a project.
struct Others {
    folder: tempfile::TempDir,
    index: Index,
    tools: PathBuf,
}

impl Others {
    fn prepare() -> Option<Self> {
        let tools =
            tilsit_testing::python_environment("front-ends", &["build==1.6.1", "pip==26.3"]);
        let tools = tilsit_testing::require("pip and build", tools)?;
        let folder = tempfile::tempdir().unwrap();
        let others = Self {
            index: Index::start(&folder.path().join("index")),
            folder,
            tools,
        };
        others.tilsit(|tilsit| tilsit.args(["build", "--self", "-o", "self"]));
        let url = format!("{}/legacy/", others.index.address);
        for entry in std::fs::read_dir(others.path("self")).unwrap() {
            others.tilsit(|tilsit| {
                tilsit
                    .args(["publish", "--repository-url", &url])
                    .args(["--token", &others.index.token])
                    .arg(entry.as_ref().unwrap().path())
            });
        }
        others.write(PYPROJECT, "def main():\n    print('first')\n");
        Some(others)
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn write(&self, pyproject: &str, code: &str) {
        std::fs::create_dir_all(self.path("demo/src/demo")).unwrap();
        std::fs::write(self.path("demo/pyproject.toml"), pyproject).unwrap();
        std::fs::write(self.path("demo/src/demo/__init__.py"), code).unwrap();
    }

    fn tilsit(&self, with: impl Fn(&mut Command) -> &mut Command) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tilsit"));
        command
            .env("TILSIT_CACHE_DIR", self.path("cache"))
            .current_dir(self.folder.path());
        output(with(&mut command));
    }

    /// A module of the front ends' environment, for which our index is the only one.
    fn module(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.tools.join("bin/python"));
        command
            .args(["-m", name])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.path(""))
            .env("PATH", "/usr/bin:/bin")
            .env("PIP_INDEX_URL", format!("{}/simple/", self.index.address))
            .env("PIP_NO_CACHE_DIR", "1");
        command
    }
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn pip_installs_the_program() {
    let Some(others) = Others::prepare() else {
        return;
    };
    output(&mut others.module("venv", &["--without-pip", "environment"]));
    let python = others.path("environment/bin/python");
    let into = python.to_string_lossy();
    output(&mut others.module("pip", &["--python", &into, "install", "tilsit"]));
    let mut tilsit = Command::new(&python);
    tilsit.args(["-m", "tilsit", "--version"]).env_clear();
    let version = format!("tilsit {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(output(tilsit.env("HOME", others.path(""))), version);
}

#[test]
fn others_build_what_we_build() {
    let Some(others) = Others::prepare() else {
        return;
    };
    let (ours, by_build, by_pip) = (
        others.path("ours"),
        others.path("by-build"),
        others.path("by-pip"),
    );
    others.tilsit(|tilsit| tilsit.args(["build", "demo", "-o", "ours"]));
    let sdist = "demo-1.0.tar.gz";
    let wheel = "demo-1.0-py3-none-any.whl";
    output(&mut others.module("build", &["demo", "--outdir", "by-build"]));
    output(&mut others.module("pip", &["wheel", "-C", "a=b", "./demo", "-w", "by-pip"]));
    assert_eq!(bytes(&by_build, sdist), bytes(&ours, sdist));
    assert_eq!(bytes(&by_build, wheel), bytes(&ours, wheel));
    assert_eq!(bytes(&by_pip, wheel), bytes(&ours, wheel));
}

#[test]
fn others_install_editable() {
    let Some(others) = Others::prepare() else {
        return;
    };
    output(&mut others.module("venv", &["--without-pip", "environment"]));
    let python = others.path("environment/bin/python");
    let into = python.to_string_lossy();
    output(&mut others.module("pip", &["--python", &into, "install", "-e", "./demo"]));
    let demo = || output(&mut Command::new(others.path("environment/bin/demo")));
    assert_eq!(demo(), "first\n");
    others.write(PYPROJECT, "def main():\n    print('changed')\n");
    assert_eq!(demo(), "changed\n");
}

#[test]
fn others_show_why_a_build_fails() {
    let Some(others) = Others::prepare() else {
        return;
    };
    let wrong = PYPROJECT.replace("version = '1.0'", "version = 'one'");
    others.write(&wrong, "");
    let failed = others.module("pip", &["wheel", "./demo"]).output().unwrap();
    assert!(!failed.status.success());
    let text = String::from_utf8_lossy(&failed.stderr).into_owned()
        + &String::from_utf8_lossy(&failed.stdout);
    assert!(text.contains("error: cannot build "), "{text}");
    assert!(text.contains("`one`"), "{text}");
}

#[test]
fn its_version_is_that_of_the_program() {
    let text = std::fs::read_to_string(package().join("backend/pyproject.toml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for line in [
        format!("version = \"{version}\""),
        format!("dependencies = [\"tilsit>={version}\"]"),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
}
