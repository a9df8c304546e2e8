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
fn codes_are_found_as_typed() {
    for typed in ["TL0002", "tl0002", "0002", "2"] {
        assert_eq!(Code::find(typed), Some(Code::Usage), "{typed}");
    }
    for typed in ["TL9999", "x", "", "TL"] {
        assert_eq!(Code::find(typed), None, "{typed}");
    }
}
