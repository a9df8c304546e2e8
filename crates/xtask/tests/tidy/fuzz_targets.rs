//! Every parser of foreign bytes has a fuzz target, a body, and seeds; the three lists agree.

use std::collections::BTreeSet;
use std::fs;

use crate::root;

/// Parsers of foreign bytes, by the file they stand in, and the fuzz target that covers each.
/// A new parser gets its line here in the change that brings it.
const PARSERS: &[(&str, &str)] = &[];

#[test]
fn targets_bodies_and_seeds_agree() {
    let folder = root().join("fuzz");
    let targets = names(&folder.join("fuzz_targets"));
    let seeds = names(&folder.join("seeds"));
    let bodies: BTreeSet<String> = tilsit_fuzz::TARGETS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(
        targets, bodies,
        "fuzz/fuzz_targets and tilsit_fuzz::TARGETS differ"
    );
    assert_eq!(seeds, bodies, "fuzz/seeds and tilsit_fuzz::TARGETS differ");
    let manifest = fs::read_to_string(folder.join("targets/Cargo.toml")).unwrap();
    for name in &bodies {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "fuzz/targets/Cargo.toml lacks `{name}`"
        );
    }
}

#[test]
fn every_parser_has_a_target() {
    assert!(!PARSERS.is_empty());
    for (parser, target) in PARSERS {
        assert!(
            root().join(parser).is_file(),
            "the parser `{parser}` is gone: take its line out"
        );
        assert!(
            tilsit_fuzz::TARGETS.iter().any(|(name, _)| name == target),
            "the parser `{parser}` names the fuzz target `{target}`, which does not exist"
        );
    }
}

fn names(folder: &std::path::Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| {
            entry
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|name| !name.starts_with('.'))
        .collect()
}
