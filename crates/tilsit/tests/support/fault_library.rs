//! The library of `faults.c`, compiled for a test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the library into a folder; none where there is no C compiler.
pub(crate) fn fault_library(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/faults.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    let compiled = compiled.is_ok_and(|status| status.success()).then_some(());
    tilsit_testing::require("a C compiler on Linux", compiled)?;
    Some(library)
}
