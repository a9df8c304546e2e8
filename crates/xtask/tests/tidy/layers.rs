//! A crate depends only on crates of strictly lower levels, and outside crates stay where they belong.

use std::collections::BTreeMap;

use crate::packages;

/// Outside crates, and the only crates of ours that may name them as a direct dependency.
const CONFINED: &[(&str, &[&str])] = &[
    ("clap", &["tilsit"]),
    ("indicatif", &["tilsit"]),
    ("axum", &["tilsit-index-server"]),
    ("sqlx", &["tilsit-index-store"]),
    ("tantivy", &["tilsit-index-server"]),
    ("object_store", &["tilsit-index-store"]),
    ("reqwest", &["tilsit-index-client", "tilsit-index-store"]),
    ("rustls", &["tilsit-index-client", "tilsit-index-store"]),
    ("insta", &[]),
];

#[test]
fn dependencies_point_strictly_down() {
    let packages = packages();
    let level: BTreeMap<&str, Option<u64>> = packages
        .iter()
        .map(|package| {
            let value = &package["metadata"]["layer"]["level"];
            assert!(
                !value.is_null(),
                "{} has no [package.metadata.layer] level",
                package["name"]
            );
            (package["name"].as_str().unwrap(), value.as_u64())
        })
        .collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let from = package["name"].as_str().unwrap();
        // `None` is a development crate: it may use any crate, and no product crate may use it.
        let Some(from_level) = level[from] else {
            continue;
        };
        for dependency in normal_dependencies(package) {
            match level.get(dependency) {
                Some(Some(to_level)) if to_level >= &from_level => {
                    wrong.push(format!(
                        "{from} (level {from_level}) -> {dependency} (level {to_level})"
                    ));
                }
                Some(None) => wrong.push(format!("{from} -> {dependency} (a development crate)")),
                _ => {}
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "dependencies that do not point down:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn outside_crates_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for package in &packages() {
        let from = package["name"].as_str().unwrap();
        for dependency in normal_dependencies(package) {
            for (confined, homes) in CONFINED {
                if dependency == *confined && !homes.contains(&from) {
                    wrong.push(format!("{from} -> {dependency}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "confined crates outside their home:\n{}",
        wrong.join("\n")
    );
}

fn normal_dependencies(package: &serde_json::Value) -> impl Iterator<Item = &str> {
    package["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .map(|dependency| dependency["name"].as_str().unwrap())
}
