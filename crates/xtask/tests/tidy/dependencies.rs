//! Outside crates: their versions in one place, their number, their licences.

use std::fs;

use crate::{files, root};

/// Packages in Cargo.lock, our own included. A rise needs a reason in the change that makes it.
/// 64 of them came with the search engine of the index, 29 with the renderer of descriptions,
/// 15 with the client for S3-compatible stores (7 of them for other systems), 23 with the server that
/// its tests run against; four of the last are our own (`elf`, `binaries`, `repair`, `sandbox`), one filters
/// system calls for the last of these.
const LOCKED_MAX: usize = 509;

#[test]
fn versions_stand_in_the_workspace_table_only() {
    let mut wrong = Vec::new();
    for name in files() {
        if !name.ends_with("Cargo.toml")
            || name == "Cargo.toml"
            || name == "fuzz/targets/Cargo.toml"
        {
            continue;
        }
        let text = fs::read_to_string(root().join(&name)).unwrap();
        let mut in_dependencies = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line.ends_with("dependencies]");
            } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
                wrong.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "dependencies that are not `workspace = true`:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_number_of_packages_is_known() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let count = lock.lines().filter(|line| *line == "[[package]]").count();
    assert!(
        count <= LOCKED_MAX,
        "{count} packages in Cargo.lock; {LOCKED_MAX} are allowed"
    );
}
