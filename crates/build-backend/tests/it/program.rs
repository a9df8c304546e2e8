//! The wheel of a program that is compiled already.

use std::path::Path;

use tilsit_archive::Limits;
use tilsit_build_backend::{
    BuildError, BuildOptions, Built, ProgramSystem, ProgramWheel, build_program_wheel,
};
use tilsit_dist::wheel::Wheel;
use tilsit_packaging::version::Version;

/// The project of a program, which another backend builds elsewhere.
const PYPROJECT: &str = r#"[build-system]
requires = ["maturin"]
build-backend = "maturin"

[project]
name = "Demo-Program"
description = "A program"
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
dynamic = ["version"]
"#;

fn build(
    folder: &Path,
    os: &str,
    pyproject: &str,
    options: &BuildOptions,
) -> Result<Built, BuildError> {
    let program = folder.join("target");
    std::fs::write(&program, "MZ, and so on").expect("a file");
    let wheel = ProgramWheel {
        program: &program,
        name: "demo.exe",
        system: ProgramSystem {
            os,
            machine: "x86_64",
            macos_oldest: None,
        },
        version: &"1.2".parse::<Version>().expect("a version"),
        pyproject,
        readme: "# Demo\n",
        stands_alone: false,
        modules: &[("demo/py.typed", ""), ("demo/__init__.py", "one = 1\n")],
    };
    build_program_wheel(&wheel, &folder.join("out"), options)
}

#[test]
fn it_brings_the_program_the_package_and_the_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let built = build(
        folder.path(),
        "windows",
        PYPROJECT,
        &BuildOptions::default(),
    )
    .unwrap();
    let name = built.path.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "demo_program-1.2-py3-none-win_amd64.whl");
    let wheel = Wheel::open(&built.path, &Limits::default()).unwrap();
    wheel.verify().unwrap();
    assert_eq!(wheel.findings(), []);
    let modes: Vec<String> = wheel
        .archive()
        .entries()
        .iter()
        .map(|entry| format!("{:o} {}", entry.mode(), entry.name()))
        .collect();
    insta::assert_snapshot!(modes.join("\n"), @r"
    644 demo/__init__.py
    644 demo/py.typed
    755 demo_program-1.2.data/scripts/demo.exe
    644 demo_program-1.2.dist-info/METADATA
    644 demo_program-1.2.dist-info/WHEEL
    644 demo_program-1.2.dist-info/RECORD
    ");
    let text = |name: &str| {
        let bytes = wheel.read_dist_info(name).unwrap().unwrap();
        String::from_utf8(bytes).unwrap()
    };
    insta::assert_snapshot!(text("METADATA"), @r"
    Metadata-Version: 2.4
    Name: Demo-Program
    Version: 1.2
    Summary: A program
    Description-Content-Type: text/markdown
    License-Expression: MIT
    Requires-Python: >=3.9

    # Demo
    ");
    let made_by = format!("Generator: tilsit {}", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(text("WHEEL").replace(&made_by, "Generator: tilsit"), @r"
    Wheel-Version: 1.0
    Generator: tilsit
    Root-Is-Purelib: false
    Tag: py3-none-win_amd64
    ");
}

#[test]
fn its_bytes_are_those_of_its_parts_alone() {
    let bytes = |options: &BuildOptions| {
        let folder = tempfile::tempdir().unwrap();
        let built = build(folder.path(), "linux", PYPROJECT, options).unwrap();
        std::fs::read(built.path).unwrap()
    };
    let usual = BuildOptions::default();
    assert_eq!(bytes(&usual), bytes(&usual));
    let later = BuildOptions {
        modified_seconds: usual.modified_seconds + 60,
        ..BuildOptions::default()
    };
    assert_ne!(bytes(&usual), bytes(&later));
}

#[test]
fn what_cannot_be_made_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let options = BuildOptions::default();
    let error = build(folder.path(), "plan9", PYPROJECT, &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no wheel tag for programs of `plan9` on `x86_64`"
    );
    let error = build(folder.path(), "linux", "", &options).unwrap_err();
    let words = "pyproject.toml `project`: is missing";
    assert!(error.to_string().contains(words), "{error}");
    let program = folder.path().join("target");
    let program = program.display().to_string();
    assert!(error.to_string().contains(&program), "{error}");
    assert!(!folder.path().join("out").exists());
}
