//! The wheel has the files and the metadata that other backends give it, and pip installs it.

use std::collections::BTreeSet;
use std::process::Command;

use tilsit_archive::Limits;
use tilsit_build_backend::{BuildOptions, build_wheel};
use tilsit_dist::wheel::Wheel;

use crate::{Example, PYPROJECT};

/// Builds the wheel in the folder given with the backend's own hook and prints its name.
const BUILD: &str = "
import os, sys
from hatchling.build import build_wheel
os.chdir(sys.argv[1])
print(build_wheel(sys.argv[2]))
";

#[test]
fn hatchling_puts_the_same_files_in_and_says_the_same() {
    let environment = tilsit_testing::python_environment("hatchling", &["hatchling==1.27.0"]);
    let Some(environment) = tilsit_testing::require("hatchling", environment) else {
        return;
    };
    let example = Example::new();
    let built = build_wheel(&example.source(), &example.out(), &BuildOptions::default()).unwrap();
    let ours = Wheel::open(&built.path, &Limits::default()).unwrap();
    let tables = "\n[tool.hatch.build.targets.wheel]\npackages = ['src/demo_project']\n";
    example.write("pyproject.toml", &format!("{PYPROJECT}{tables}"));
    let output = Command::new(environment.join("bin/python"))
        .args(["-I", "-c", BUILD])
        .args([example.source(), example.out()])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let name = String::from_utf8(output.stdout).unwrap();
    let name = name.lines().last().unwrap();
    // It wrote over ours, which has the same name and is open.
    let theirs = Wheel::open(example.out().join(name), &Limits::default()).unwrap();
    let names = |wheel: &Wheel<_>| -> BTreeSet<String> {
        wheel.files().iter().map(|file| file.name.clone()).collect()
    };
    assert_eq!(names(&ours), names(&theirs));
    let (ours, theirs) = (ours.metadata(), theirs.metadata());
    assert_eq!(ours.name(), theirs.name());
    assert_eq!(ours.version, theirs.version);
    assert_eq!(ours.summary, theirs.summary);
    assert_eq!(ours.license_expression, theirs.license_expression);
    assert_eq!(ours.license_files, theirs.license_files);
    assert_eq!(ours.requires_python, theirs.requires_python);
    assert_eq!(ours.author_email, theirs.author_email);
    assert_eq!(ours.provides_extra, theirs.provides_extra);
    let requirements = |list: &[tilsit_packaging::requirement::Requirement]| -> BTreeSet<String> {
        list.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        requirements(&ours.requires_dist),
        requirements(&theirs.requires_dist)
    );
}

#[test]
fn pip_installs_the_wheel_and_the_command_runs() {
    let clients = ["twine==7.0.0", "uv==0.13.8", "pip==26.3"];
    let clients = tilsit_testing::python_environment("clients", &clients);
    let Some(clients) = tilsit_testing::require("pip", clients) else {
        return;
    };
    let example = Example::new();
    let built = build_wheel(&example.source(), &example.out(), &BuildOptions::default()).unwrap();
    let target = example.temporary().join("target");
    let status = Command::new(clients.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
        ])
        .arg(&target)
        .arg(&built.path)
        .status()
        .unwrap();
    assert!(status.success());
    let output = Command::new(target.join("bin/demo"))
        .env("PYTHONPATH", &target)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
}
