//! The test rings: what a test may need, and what happens when it is not there.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Gives back `need`, or says that the calling test is not run.
///
/// # Panics
/// In the `ci` ring (`TILSIT_RING=ci`), where every need must be met.
#[expect(
    clippy::print_stdout,
    reason = "the summary of tests not run is this function's purpose"
)]
pub fn require<T>(name: &str, need: Option<T>) -> Option<T> {
    if need.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        assert!(!in_ci(), "the ci ring must have {name} (needed by {test})");
        println!("NOT RUN: {test} needs {name}");
        note_not_run(&format!("{test} needs {name}\n"));
    }
    need
}

/// Whether the tests run in the `ci` ring, where services and oracles must be present.
pub fn in_ci() -> bool {
    ring().is_some_and(|ring| ring == "ci")
}

/// Whether every case is tried that the `ci` ring samples (`TILSIT_RING=acceptance`).
pub fn in_acceptance() -> bool {
    ring().is_some_and(|ring| ring == "acceptance")
}

/// Whether the tests may fetch what they need with pip: in the `ci` ring, and where a developer
/// ran `cargo xtask test` (`TILSIT_RING=try`).
pub fn may_fetch() -> bool {
    ring().is_some_and(|ring| ring == "ci" || ring == "try")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the ring is chosen by the environment"
)]
fn ring() -> Option<OsString> {
    std::env::var_os("TILSIT_RING")
}

/// Adds a line to the list that `cargo xtask test` prints when all tests have run.
#[expect(
    clippy::disallowed_methods,
    reason = "the list is named by the environment"
)]
fn note_not_run(line: &str) {
    if let Some(path) = std::env::var_os("TILSIT_NOT_RUN") {
        let file = OpenOptions::new().append(true).create(true).open(path);
        // One short append is atomic; a list that cannot be written must not fail the test.
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

/// The root of the checkout.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/testing lies two levels below the root")
        .to_path_buf()
}

/// A file or folder below `fixtures/`.
pub fn fixture(relative: &str) -> PathBuf {
    workspace_root().join("fixtures").join(relative)
}

/// A folder of the conformance data, from `TILSIT_CONFORMANCE` or from beside the checkout.
#[expect(
    clippy::disallowed_methods,
    reason = "the place of the data is given by the environment"
)]
pub fn conformance_dir(relative: &str) -> Option<PathBuf> {
    let beside = || {
        let root = workspace_root();
        root.ancestors()
            .map(|folder| folder.join("../shared/conformance"))
            .find(|path| path.is_dir())
            .or_else(|| {
                // A linked worktree lies deeper than the main checkout.
                root.ancestors()
                    .map(|folder| folder.join("shared/conformance"))
                    .find(|path| path.is_dir())
            })
    };
    let folder = std::env::var_os("TILSIT_CONFORMANCE")
        .map(PathBuf::from)
        .or_else(beside)?;
    let folder = folder.join(relative);
    folder.is_dir().then_some(folder)
}
