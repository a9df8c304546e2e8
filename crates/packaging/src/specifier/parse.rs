//! From text to specifiers.
//!
//! The grammar is that of the specification's `version_one` as pypa/packaging reads it: a comma
//! separates, empty items are skipped, a local label only stands behind `==` and `!=`, `.*` only
//! behind a bare release of these two, and `===` takes any text without whitespace, `;` and `)`.

use smallvec::SmallVec;

use super::{Operand, Operator, VersionSpecifier, VersionSpecifiers};
use crate::text::{is_python_space, python_trim};
use crate::version::{self, Version, VersionFault};

/// Why a text is no specifier, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version specifier: {fault} at byte {offset}")]
pub struct SpecifierError {
    /// The text as given.
    pub text: String,
    /// The place of the fault, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub fault: SpecifierFault,
}

/// What is wrong with the text of a specifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpecifierFault {
    /// None of `==`, `!=`, `<=`, `>=`, `<`, `>`, `~=`, `===`.
    #[error("a comparison operator is missing")]
    NoOperator,
    /// The version behind the operator is none.
    #[error("no version follows the operator: {0}")]
    Version(VersionFault),
    /// A local label behind an operator that orders versions.
    #[error("a local label cannot stand behind this operator")]
    Local,
    /// `.*` behind an operator that takes none, or behind more than a release.
    #[error("`.*` can only stand behind `==` or `!=` and a release")]
    Prefix,
    /// `~=` with a single release segment.
    #[error("`~=` needs at least two release segments")]
    OneSegment,
    /// Something that is no part of a specifier.
    #[error("`{}` is unexpected", .0.escape_debug())]
    Unexpected(char),
}

type Fault = (usize, SpecifierFault);

/// Whether the operator may stand before the version.
pub(super) fn check_operand(operator: Operator, version: &Version) -> Result<(), SpecifierFault> {
    match operator {
        Operator::Equal | Operator::NotEqual | Operator::Arbitrary => Ok(()),
        _ if version.is_local() => Err(SpecifierFault::Local),
        Operator::Compatible if version.release().len() < 2 => Err(SpecifierFault::OneSegment),
        _ => Ok(()),
    }
}

pub(super) fn parse_one(text: &str) -> Result<VersionSpecifier, SpecifierError> {
    parse_item(text, 0).map_err(|(offset, fault)| SpecifierError {
        text: text.to_owned(),
        offset,
        fault,
    })
}

pub(super) fn parse_set(text: &str) -> Result<VersionSpecifiers, SpecifierError> {
    let mut specifiers = SmallVec::new();
    let mut start = 0;
    for item in text.split(',') {
        if !python_trim(item).is_empty() {
            let specifier = parse_item(item, start).map_err(|(offset, fault)| SpecifierError {
                text: text.to_owned(),
                offset,
                fault,
            })?;
            specifiers.push(specifier);
        }
        start += item.len() + 1;
    }
    let mut set = VersionSpecifiers(specifiers);
    set.normalize();
    Ok(set)
}

/// Parses one whole item that starts at `start` of a longer text.
fn parse_item(item: &str, start: usize) -> Result<VersionSpecifier, Fault> {
    let trimmed = python_trim(item);
    let start = start + item.len() - item.trim_start_matches(is_python_space).len();
    let (specifier, length) =
        parse_prefix(trimmed).map_err(|(offset, fault)| (start + offset, fault))?;
    match trimmed[length..].chars().next() {
        None => Ok(specifier),
        Some(found) => Err((
            start + length,
            unexpected(&trimmed[length..], found, &specifier),
        )),
    }
}

/// The fault behind a specifier that is good as far as it goes.
fn unexpected(rest: &str, found: char, specifier: &VersionSpecifier) -> SpecifierFault {
    match found {
        '.' if rest.starts_with(".*") => SpecifierFault::Prefix,
        '+' if !specifier.is_prefix() => SpecifierFault::Local,
        _ => SpecifierFault::Unexpected(found),
    }
}

/// Parses the longest specifier at the start of the text, and says how long it is.
pub(crate) fn parse_prefix(text: &str) -> Result<(VersionSpecifier, usize), Fault> {
    let (operator, length) = Operator::at_start(text).ok_or((0, SpecifierFault::NoOperator))?;
    let behind = text[length..].trim_start_matches(is_python_space);
    let start = text.len() - behind.len();
    if operator == Operator::Arbitrary {
        let end = behind
            .find(|character| is_python_space(character) || matches!(character, ';' | ')'))
            .unwrap_or(behind.len());
        let operand = Operand::Text(behind[..end].into());
        return Ok((VersionSpecifier { operator, operand }, start + end));
    }
    let (version, length) = version::parse_prefix(behind)
        .map_err(|(offset, fault)| (start + offset, SpecifierFault::Version(fault)))?;
    check_operand(operator, &version).map_err(|fault| (start, fault))?;
    let end = start + length;
    let takes_prefix = matches!(operator, Operator::Equal | Operator::NotEqual);
    if takes_prefix && behind[length..].starts_with(".*") && is_bare_release(&version) {
        return Ok((
            VersionSpecifier {
                operator,
                operand: Operand::Prefix(version),
            },
            end + 2,
        ));
    }
    Ok((
        VersionSpecifier {
            operator,
            operand: Operand::Version(version),
        },
        end,
    ))
}

fn is_bare_release(version: &Version) -> bool {
    !version.is_prerelease() && !version.is_postrelease() && !version.is_local()
}

impl Operator {
    /// The operator that a text starts with, and its length.
    #[inline]
    pub(crate) fn at_start(text: &str) -> Option<(Self, usize)> {
        Some(match text.as_bytes() {
            [b'=', b'=', b'=', ..] => (Operator::Arbitrary, 3),
            [b'=', b'=', ..] => (Operator::Equal, 2),
            [b'!', b'=', ..] => (Operator::NotEqual, 2),
            [b'<', b'=', ..] => (Operator::LessEqual, 2),
            [b'>', b'=', ..] => (Operator::GreaterEqual, 2),
            [b'~', b'=', ..] => (Operator::Compatible, 2),
            [b'<', ..] => (Operator::Less, 1),
            [b'>', ..] => (Operator::Greater, 1),
            _ => return None,
        })
    }
}
