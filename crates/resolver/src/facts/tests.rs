//! Sets of candidates: what is found by halving is what each comparison says.

use tilsit_packaging::requirement::RequirementSource;
use tilsit_packaging::specifier::VersionSpecifiers;

use super::*;

/// Candidates of these versions, sorted.
fn facts(versions: &[&str]) -> ProjectFacts {
    let usable = |text: &&str| Usable {
        version: text.parse().expect("a version"),
        url: None,
        yanked: None,
        only: None,
        tier: 0,
    };
    let mut facts = ProjectFacts {
        presence: Presence::Found,
        usable: versions.iter().map(usable).collect(),
        refused: Vec::new(),
        refused_urls: Vec::new(),
        sets: FxHashMap::default(),
        scope: Marker::TRUE,
        is_same_in_parts: true,
    };
    facts.sort();
    facts
}

#[test]
fn sets_hold_what_the_comparisons_admit() {
    let facts = facts(&[
        "0.9",
        "1.0.dev1",
        "1.0a1",
        "1.0rc1",
        "1.0",
        "1.0+local",
        "1.0.post1.dev1",
        "1.0.post1",
        "1.0.post1+x",
        "1.0.1",
        "1.1.dev0",
        "1.1a1",
        "1.1",
        "1.1+cu118",
        "1.10",
        "2.0rc1",
        "2.0",
        "2.0.post1",
        "1!0.5",
        "1!1.0",
    ]);
    for text in [
        "",
        ">=1.0",
        ">1.0",
        "<1.0",
        "<=1.0",
        "==1.0",
        "!=1.0",
        "==1.0.*",
        "!=1.0.*",
        "~=1.0",
        "~=1.0.1",
        "==1.0+local",
        "!=1.0+local",
        ">1.0.post1",
        "<1.1a1",
        "<=1.1",
        ">=1.0,!=1.1",
        "===1.0",
        "===1.0,>=1",
        ">=1!0",
        "<2.0rc1",
        ">=2.0,<1.0",
        ">1.0,<1.0.2,!=1.0.1",
    ] {
        let specifiers: VersionSpecifiers = text.parse().expect("specifiers");
        let set = facts.compute_set(&RequirementSource::Specifiers(specifiers.clone()));
        let found: Vec<u32> = set.places(facts.count()).collect();
        let admitted: Vec<u32> = (0..facts.count())
            .filter(|&index| specifiers.contains(&facts.usable[index as usize].version))
            .collect();
        assert_eq!(found, admitted, "`{text}`");
    }
}
