//! No source, document or fixture names a registry's host; the default index comes from pip.

use std::fs;
use std::process::Command;

use crate::{files, root};

#[test]
fn no_file_names_the_default_index() {
    let script =
        "from pip._internal.models.index import PyPI; print(PyPI.netloc, PyPI.file_storage_domain)";
    let output = tilsit_testing::python()
        .and_then(|python| Command::new(python).args(["-c", script]).output().ok())
        .filter(|output| output.status.success());
    let Some(output) = tilsit_testing::require("a Python with pip", output) else {
        return;
    };
    let hosts = String::from_utf8(output.stdout).unwrap();
    let mut wrong = Vec::new();
    for name in files().iter().filter(|name| !name.ends_with("Cargo.lock")) {
        let bytes = fs::read(root().join(name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        if hosts.split_whitespace().any(|host| text.contains(host)) {
            wrong.push(name.clone());
        }
    }
    assert!(
        wrong.is_empty(),
        "files that name a registry's host:\n{}",
        wrong.join("\n")
    );
}
