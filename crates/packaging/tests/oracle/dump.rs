//! Gets the tests of pypa/packaging, runs them under `dump.py`, and reads what it wrote.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Case;

const VERSION: &str = "26.3";
const PLUGIN: &str = include_str!("dump.py");
/// What the tests need; the version of pytest is pinned so that a dump can be repeated.
const REQUIREMENTS: &[&str] = &[
    "packaging==26.3",
    "pytest==8.4.2",
    "flit-core",
    "pretend",
    "tomli-w",
];

/// The items of a test file, such as `test_version`; `None` when they cannot be had in this ring.
pub(crate) fn cases(file: &str) -> Option<Vec<Case>> {
    let path = folder()?.join(file).with_extension("jsonl");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let case = |line: &str| {
        let mut value: Value = serde_json::from_str(line).expect("the plugin writes JSON");
        Case {
            test: value["test"].as_str().expect("a name").to_owned(),
            params: value["params"].take(),
            observations: match value["observations"].take() {
                Value::Array(observations) => observations,
                other => panic!("observations are a list, not {other}"),
            },
        }
    };
    Some(text.lines().map(case).collect())
}

/// The environment with the tools, and the unpacked source distribution.
pub(crate) fn sources() -> Option<(PathBuf, PathBuf)> {
    let environment = tilsit_testing::python_environment("pypa-packaging", REQUIREMENTS)?;
    let base = environment.with_file_name("pypa-packaging-dump");
    std::fs::create_dir_all(&base).expect("the target folder is writable");
    let lock = File::create(base.join("lock")).expect("the lock file opens");
    lock.lock().expect("the lock is taken");
    let source = source(&environment, &base);
    Some((environment, source))
}

/// The folder of the dump, made if it is not there yet.
fn folder() -> Option<PathBuf> {
    let environment = tilsit_testing::python_environment("pypa-packaging", REQUIREMENTS)?;
    let mut hasher = DefaultHasher::new();
    PLUGIN.hash(&mut hasher);
    let base = environment.with_file_name("pypa-packaging-dump");
    std::fs::create_dir_all(&base).expect("the target folder is writable");
    let folder = base.join(format!("{:016x}", hasher.finish()));
    let lock = File::create(base.join("lock")).expect("the lock file opens");
    lock.lock().expect("the lock is taken");
    let done = folder.join("done");
    if !done.is_file() {
        std::fs::create_dir_all(&folder).expect("the target folder is writable");
        let source = source(&environment, &base);
        dump(&environment, &source, &folder);
        std::fs::write(done, "").expect("the target folder is writable");
    }
    Some(folder)
}

/// The unpacked source distribution.
fn source(environment: &Path, base: &Path) -> PathBuf {
    let source = base.join(format!("packaging-{VERSION}"));
    if !source.join("tests").is_dir() {
        let python = environment.join("bin/python");
        // Metadata is asked of the build backend, which stands in the environment.
        run(Command::new(&python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-binary",
                ":all:",
                "--no-build-isolation",
            ])
            .arg(format!("packaging=={VERSION}"))
            .current_dir(base));
        run(Command::new(&python)
            .args(["-m", "tarfile", "-e"])
            .arg(format!("packaging-{VERSION}.tar.gz"))
            .current_dir(base));
    }
    source
}

/// Runs the tests. Some of them look at how often a function is called, and fail because the plugin
/// calls it too; what they observed before is good all the same.
fn dump(environment: &Path, source: &Path, folder: &Path) {
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let path = std::env::join_paths([source.join("src"), plugin]).expect("the paths can be joined");
    let output = Command::new(environment.join("bin/python"))
        .args([
            "-m",
            "pytest",
            "-q",
            "-p",
            "dump",
            "-p",
            "no:cacheprovider",
            "--ignore=tests/property",
            "--tb=line",
            "tests",
        ])
        .current_dir(source)
        .env("PYTHONPATH", path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TILSIT_ORACLE_OUT", folder)
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let failed = text
        .lines()
        .filter(|line| line.starts_with("FAILED"))
        .count();
    assert!(
        text.contains(" passed") && failed <= 8,
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
