//! The table of codes holds together.

use std::collections::BTreeSet;

use super::{ALL, Code};

#[test]
fn codes_are_unique_and_in_order() {
    let ids: Vec<&str> = ALL.iter().map(|code| code.id()).collect();
    let sorted: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids, sorted.into_iter().collect::<Vec<_>>());
    for id in ids {
        assert!(id.len() == 6 && id.starts_with("TL"), "{id}");
        assert!(id[2..].bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
}

#[test]
fn explanations_say_something() {
    for code in ALL {
        let explanation = code.explanation();
        assert!(explanation.title.len() > 8, "{}", explanation.id);
        assert!(!explanation.title.ends_with('.'), "{}", explanation.id);
        assert!(explanation.text.len() > 120, "{}", explanation.id);
        assert!(explanation.text.ends_with('.'), "{}", explanation.id);
    }
}

#[test]
fn every_code_is_used() {
    let mut sources = String::new();
    let mut waiting = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if !path.ends_with("explain.rs") && !path.ends_with("tests.rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for code in ALL {
        let name = format!("Code::{code:?}");
        assert!(sources.contains(&name), "{name} is never given");
    }
}

#[test]
fn codes_are_found_as_typed() {
    for typed in ["TL0002", "tl0002", "0002", "2"] {
        assert_eq!(Code::find(typed), Some(Code::Usage), "{typed}");
    }
    for typed in ["TL9999", "x", "", "TL"] {
        assert_eq!(Code::find(typed), None, "{typed}");
    }
}
