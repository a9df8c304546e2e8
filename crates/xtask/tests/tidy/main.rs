//! Tidy tests: the rules of the house that no compiler checks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod dependencies;
mod fuzz_targets;
mod layers;
mod registries;
mod sources;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask lies two levels below the root")
        .to_path_buf()
}

/// The files git knows (or would add), relative to the root, sorted.
fn files() -> Vec<String> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("file names are UTF-8");
    let mut files: Vec<String> = text
        .split('\0')
        .filter(|name| !name.is_empty() && root().join(name).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    files
}

/// Our Rust sources: path and text.
fn rust_sources() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "rs")
        })
        .map(|name| {
            let text = std::fs::read_to_string(root().join(&name)).expect("sources are UTF-8");
            (name, text)
        })
        .collect()
}

/// What `cargo metadata` says of our own packages.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let value: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    value["packages"]
        .as_array()
        .expect("metadata lists packages")
        .clone()
}
