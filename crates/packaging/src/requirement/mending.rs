//! Requirements as they were published before anybody checked them.
//!
//! Releases of many years say `pytz>dev` or `numpy>=1.9.*`, which later specifications exclude.
//! What was meant is clear; uv reads it too, while pip passes over the release. Only specifiers are
//! mended, and only in metadata that nobody can correct any more: what a user writes is taken as it
//! is.

use super::{Requirement, RequirementError};

/// What separates a version from what follows it.
const OPERATOR: [char; 5] = ['<', '>', '=', '!', '~'];

impl Requirement {
    /// A requirement of a published release, its specifiers mended where what was meant is clear:
    ///
    /// | published | read as |
    /// |---|---|
    /// | `a>=7.2<8` | `a>=7.2,<8` |
    /// | `a>=3.6,` | `a>=3.6` |
    /// | `a>=1.9.*` | `a>=1.9` |
    /// | `a!=3.0*`, `a!=~3.0` | `a!=3.0.*` |
    /// | `a>dev` | `a>0.0.0.dev0` |
    /// | `a>=9.0.0a1.0` | `a>=9.0.0a1` |
    /// | `a>='2.7'` | `a>=2.7` |
    ///
    /// # Errors
    /// As [`str::parse`], of the text as it was published.
    pub fn parse_published(text: &str) -> Result<Self, RequirementError> {
        text.parse()
            .or_else(|error| mended(text).and_then(|text| text.parse().ok()).ok_or(error))
    }
}

/// The text with other specifiers; `None` if it has none.
fn mended(text: &str) -> Option<String> {
    let (head, marker) = match text.split_once(';') {
        Some((head, marker)) => (head, Some(marker)),
        None => (text, None),
    };
    let start = head.find(OPERATOR)?;
    let (project, specifiers) = head.split_at(start);
    if project.contains('@') {
        return None;
    }
    let project = project.trim_end().trim_end_matches(['(', '\'', '"']);
    let specifiers = clauses(specifiers).map(clause);
    let specifiers = specifiers.collect::<Option<Vec<String>>>()?.join(",");
    Some(match marker {
        Some(marker) => format!("{project}{specifiers} ; {marker}"),
        None => format!("{project}{specifiers}"),
    })
}

/// Each operator with what stands behind it up to the next one.
fn clauses(specifiers: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = specifiers;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(OPERATOR)?..];
        let version = rest.find(|letter| !OPERATOR.contains(&letter));
        let version = version.unwrap_or(rest.len());
        let (operator, behind) = rest.split_at(version);
        let (version, next) = behind.split_at(behind.find(OPERATOR).unwrap_or(behind.len()));
        rest = next;
        Some((operator, version))
    })
}

/// The specifier that was meant; `None` for an operator without a version.
fn clause((operator, version): (&str, &str)) -> Option<String> {
    let around = |letter: char| letter.is_whitespace() || ",()'\"".contains(letter);
    let version = version.trim_matches(around);
    if version.is_empty() {
        return None;
    }
    if version == "dev" {
        return Some(format!("{operator}0.0.0.dev0"));
    }
    let (operator, is_prefix) = match operator {
        "!=~" => ("!=", true),
        _ => (operator, version.ends_with('*')),
    };
    let number = version.trim_end_matches('*').trim_end_matches('.');
    let takes_prefix = matches!(operator, "==" | "!=");
    Some(match number.strip_suffix(".0") {
        _ if is_prefix && takes_prefix => format!("{operator}{number}.*"),
        Some(shorter) if shorter.contains(|letter: char| letter.is_ascii_alphabetic()) => {
            format!("{operator}{shorter}")
        }
        _ => format!("{operator}{number}"),
    })
}
