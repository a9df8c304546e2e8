//! Replays the seeds of every fuzz target, and a bounded number of mutations of each.
//!
//! It finds nothing that coverage-guided fuzzing would not; it keeps what was found from coming
//! back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use tilsit_fuzz::TARGETS;

/// Mutations of each seed; the whole replay stays within seconds.
const MUTATIONS: u64 = 64;

#[test]
fn seeds_and_their_mutations_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    assert!(!TARGETS.is_empty());
    for (name, target) in TARGETS {
        let mut seeds = 0;
        let files = std::fs::read_dir(folder.join(name))
            .unwrap_or_else(|error| panic!("no seeds for `{name}`: {error}"));
        for file in files {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            seeds += 1;
            target(&bytes);
            for number in 0..MUTATIONS {
                target(&mutate(&bytes, number));
            }
        }
        assert!(seeds > 0, "no seeds for `{name}`");
    }
}

/// The mutation of `bytes` with this number: a few bytes replaced, removed or repeated.
fn mutate(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut state = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (limit.max(1) as u64)).unwrap()
    };
    let mut mutant = bytes.to_vec();
    for _ in 0..=below(4) {
        let place = below(mutant.len());
        match below(4) {
            0 if !mutant.is_empty() => mutant[place] = u8::try_from(below(256)).unwrap(),
            1 if !mutant.is_empty() => {
                mutant.remove(place);
            }
            2 => mutant.insert(place.min(mutant.len()), u8::try_from(below(256)).unwrap()),
            _ => mutant.truncate(place.max(mutant.len() / 2)),
        }
    }
    mutant
}
