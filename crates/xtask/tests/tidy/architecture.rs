//! ARCHITECTURE.md names files, folders and items that exist.

use std::fs;

use crate::{root, rust_sources};

#[test]
fn every_path_in_architecture_md_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut paths = 0;
    let mut missing = Vec::new();
    for word in backticked(&text) {
        let is_path =
            word.starts_with("crates/") || word.starts_with("docs/") || word.starts_with("fuzz/");
        if is_path && !word.contains(['<', '*']) {
            paths += 1;
            if !root().join(word).exists() {
                missing.push(word.to_owned());
            }
        }
    }
    assert!(
        paths > 20,
        "ARCHITECTURE.md names {paths} paths: the map is gone"
    );
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names what does not exist:\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_function_in_architecture_md_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let sources = rust_sources();
    let mut missing = Vec::new();
    for word in backticked(&text) {
        let Some(function) = word.strip_suffix("()") else {
            continue;
        };
        let name = function.rsplit("::").next().unwrap_or(function);
        let definition = format!("fn {name}");
        let defined = sources.iter().any(|(_, text)| {
            text.match_indices(&definition)
                .any(|(at, _)| text[at + definition.len()..].starts_with(['(', '<']))
        });
        if !defined {
            missing.push(word.to_owned());
        }
    }
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names functions that do not exist:\n{}",
        missing.join("\n")
    );
}

fn backticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
