//! The classifiers that exist.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::rule::Rule;

/// Written by `cargo xtask classifiers`.
const LIST: &str = include_str!("classifiers.txt");

/// What is known of a classifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It exists.
    Current,
    /// It is deprecated, and replaced by these.
    Deprecated(&'static str),
    /// It is this one, but for capitals and spaces.
    Misspelled(&'static str),
    /// It does not exist.
    Unknown,
}

/// Which rule a classifier breaks, and why.
pub(super) fn fault(classifier: &str) -> Option<(Rule, String)> {
    Some(match look_up(classifier) {
        Known::Current => return None,
        Known::Unknown => (
            Rule::ClassifierUnknown,
            format!("`{classifier}` does not exist: indexes refuse it"),
        ),
        Known::Misspelled(right) => (
            Rule::ClassifierUnknown,
            format!("`{classifier}` does not exist, `{right}` does: indexes refuse it"),
        ),
        Known::Deprecated("") => (
            Rule::ClassifierDeprecated,
            format!("`{classifier}` is deprecated: nothing replaces it"),
        ),
        Known::Deprecated(instead) => (
            Rule::ClassifierDeprecated,
            format!("`{classifier}` is deprecated: `{instead}` replaces it"),
        ),
    })
}

/// Looks a classifier up. Those that begin with `Private ::` are anybody's.
pub(super) fn look_up(classifier: &str) -> Known {
    if classifier.starts_with("Private ::") {
        return Known::Current;
    }
    for line in LIST.lines() {
        let Some(rest) = line.strip_prefix(classifier) else {
            continue;
        };
        if rest.is_empty() {
            return Known::Current;
        }
        if let Some(instead) = rest.strip_prefix(" =>") {
            return Known::Deprecated(instead.trim());
        }
    }
    misspelled(classifier).map_or(Known::Unknown, Known::Misspelled)
}

fn misspelled(classifier: &str) -> Option<&'static str> {
    static PLAIN: OnceLock<FxHashMap<String, &'static str>> = OnceLock::new();
    let known = PLAIN.get_or_init(|| {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        let current = lines.filter(|line| !line.contains(" =>"));
        current.map(|line| (plain(line), line)).collect()
    });
    known.get(&plain(classifier)).copied()
}

/// Without capitals and spaces.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifiers_are_known() {
        assert_eq!(
            look_up("Programming Language :: Python :: 3"),
            Known::Current
        );
        assert_eq!(
            look_up("Programming Language :: Python :: 3.9"),
            Known::Current
        );
        assert_eq!(look_up("Private :: Do Not Upload"), Known::Current);
        assert_eq!(
            look_up("Programming Language :: Python :: 9"),
            Known::Unknown
        );
        assert_eq!(look_up(""), Known::Unknown);
        assert_eq!(look_up("# The classifiers that"), Known::Unknown);
        assert_eq!(
            look_up("Programming language::Python ::  3"),
            Known::Misspelled("Programming Language :: Python :: 3")
        );
        let deprecated = look_up("Natural Language :: Ukranian");
        assert_eq!(
            deprecated,
            Known::Deprecated("Natural Language :: Ukrainian")
        );
    }
}
