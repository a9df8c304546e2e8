//! Versions and requirements as they stand on an index: `fixtures/packaging`.

use std::path::Path;

use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/packaging")
        .join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn versions() {
    let lines = lines("versions.txt");
    let mut versions = Vec::new();
    let mut wrong = Vec::new();
    for line in &lines {
        match line.parse::<Version>() {
            Ok(version) => versions.push(version),
            Err(_) => wrong.push(line.as_str()),
        }
    }
    // What old tools put in the place of a version: parts of names and platforms.
    assert!(wrong.len() * 100 < lines.len(), "{wrong:?}");
    versions.sort();
    for pair in versions.windows(2) {
        assert!(pair[0] <= pair[1]);
    }
    for version in &versions {
        let again: Version = version.to_string().parse().unwrap();
        assert_eq!((&again, again.to_string()), (version, version.to_string()));
    }
}

#[test]
fn requirements() {
    let versions: Vec<Version> = lines("versions.txt")
        .iter()
        .filter_map(|line| line.parse().ok())
        .collect();
    for line in lines("requirements.txt") {
        let requirement: Requirement = line.parse().unwrap_or_else(|error| panic!("{error}"));
        let shown = requirement.to_string();
        let again: Requirement = shown.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again, requirement, "{line}");
        assert_eq!(again.to_string(), shown, "{line}");
        let specifiers = requirement.specifiers().expect("no URLs among them");
        let range = VersionRange::from(specifiers);
        for version in versions.iter().step_by(37) {
            assert_eq!(
                range.contains(version),
                specifiers.contains(version),
                "{version} in `{line}`"
            );
        }
    }
}
