//! The classifiers that exist.

/// Written by `cargo xtask classifiers`.
const LIST: &str = include_str!("classifiers.txt");

/// What is known of a classifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It exists.
    Current,
    /// It is deprecated, and replaced by these.
    Deprecated(&'static str),
    /// It does not exist.
    Unknown,
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
    Known::Unknown
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
        let deprecated = look_up("Natural Language :: Ukranian");
        assert_eq!(
            deprecated,
            Known::Deprecated("Natural Language :: Ukrainian")
        );
    }
}
