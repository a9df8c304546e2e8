//! From text to a requirement.

use std::ops::Range;

use super::{Requirement, RequirementError, RequirementFault, RequirementSource};
use crate::marker::{Marker, MarkerExpression, parse as marker};
use crate::name::{ExtraName, ProjectName};
use crate::specifier::{self, Operator, SpecifierFault, VersionSpecifier, VersionSpecifiers};
use crate::text::{Cursor, is_python_space};

type Fault = (Range<usize>, RequirementFault);

pub(super) fn parse(text: &str) -> Result<Requirement, RequirementError> {
    requirement(&mut Cursor::new(text)).map_err(|(span, fault)| RequirementError {
        text: text.to_owned(),
        span,
        fault,
    })
}

fn requirement(cursor: &mut Cursor<'_>) -> Result<Requirement, Fault> {
    cursor.skip_blanks();
    let start = cursor.place();
    let name = identifier(cursor).ok_or((cursor.here(), RequirementFault::NoName))?;
    let name =
        ProjectName::new(name).map_err(|_| (start..cursor.place(), RequirementFault::BadName))?;
    cursor.skip_blanks();
    let extras = extras(cursor)?;
    cursor.skip_blanks();
    let source = if cursor.take('@') {
        RequirementSource::Url(url(cursor)?)
    } else {
        RequirementSource::Specifiers(specifiers(cursor)?)
    };
    cursor.skip_blanks();
    let marker = match cursor.peek() {
        None => Marker::TRUE,
        Some(';') => {
            cursor.take(';');
            let start = cursor.place();
            let expression = marker_expression(cursor)?;
            let meaning = expression.to_marker();
            meaning.map_err(|fault| (start..cursor.place(), RequirementFault::Marker(fault)))?
        }
        Some(found) => {
            let fault = match source {
                RequirementSource::Specifiers(_) => RequirementFault::Unexpected(found),
                RequirementSource::Url(_) => RequirementFault::BehindUrl(found),
            };
            return Err((cursor.here(), fault));
        }
    };
    Ok(Requirement {
        name,
        extras,
        source,
        marker,
    })
}

fn marker_expression(cursor: &mut Cursor<'_>) -> Result<MarkerExpression, Fault> {
    let wrong = |(span, fault)| (span, RequirementFault::Marker(fault));
    let expression = marker::parse_at(cursor).map_err(wrong)?;
    match cursor.peek() {
        None => Ok(expression),
        Some(found) => Err(wrong((
            cursor.here(),
            marker::MarkerFault::Unexpected(found),
        ))),
    }
}

/// Reads the longest name that ends with a word character, if one starts here.
fn identifier<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let rest = cursor.rest();
    if !rest.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let length = rest
        .find(|character| !is_part(character))
        .unwrap_or(rest.len());
    let name = rest[..length].trim_end_matches(['.', '-']);
    // A letter beyond ASCII joins the name before it, which then is none.
    let is_joined = name.len() == length && rest[length..].starts_with(char::is_alphanumeric);
    if is_joined {
        return None;
    }
    cursor.skip(name.len());
    Some(name)
}

fn extras(cursor: &mut Cursor<'_>) -> Result<Vec<ExtraName>, Fault> {
    let mut extras = Vec::new();
    let open = cursor.place();
    if !cursor.take('[') {
        return Ok(extras);
    }
    cursor.skip_blanks();
    while !cursor.take(']') {
        if cursor.peek().is_none() {
            return Err((open..cursor.place(), RequirementFault::Unclosed));
        }
        let start = cursor.place();
        let name = identifier(cursor).ok_or((cursor.here(), RequirementFault::NoExtra))?;
        extras.push(
            ExtraName::new(name).map_err(|_| (start..cursor.place(), RequirementFault::BadName))?,
        );
        cursor.skip_blanks();
        match cursor.peek() {
            Some(',') => {
                cursor.take(',');
                cursor.skip_blanks();
                if cursor.peek() == Some(']') {
                    return Err((cursor.here(), RequirementFault::NoExtra));
                }
            }
            Some(']') | None => {}
            Some(_) => return Err((cursor.here(), RequirementFault::NoComma)),
        }
    }
    extras.sort();
    extras.dedup();
    Ok(extras)
}

fn url(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    cursor.skip_blanks();
    let rest = cursor.rest();
    let url = &rest[..rest.find([' ', '\t']).unwrap_or(rest.len())];
    if url.is_empty() {
        return Err((cursor.here(), RequirementFault::NoUrl));
    }
    cursor.skip(url.len());
    Ok(url.to_owned())
}

fn specifiers(cursor: &mut Cursor<'_>) -> Result<VersionSpecifiers, Fault> {
    let open = cursor.place();
    let in_parentheses = cursor.take('(');
    cursor.skip_blanks();
    let mut specifiers: Vec<VersionSpecifier> = Vec::new();
    while matches!(cursor.peek(), Some('=' | '!' | '<' | '>' | '~')) {
        specifier(cursor, &mut specifiers)?;
        cursor.skip_blanks();
        if !cursor.take(',') {
            break;
        }
        cursor.skip_blanks();
    }
    if in_parentheses && !cursor.take(')') {
        return Err(match cursor.peek() {
            Some(found) => (cursor.here(), RequirementFault::Unexpected(found)),
            None => (open..cursor.place(), RequirementFault::Unclosed),
        });
    }
    Ok(specifiers.into_iter().collect())
}

/// Reads one specifier, or several where `===` swallows the commas between them.
fn specifier(cursor: &mut Cursor<'_>, specifiers: &mut Vec<VersionSpecifier>) -> Result<(), Fault> {
    let start = cursor.place();
    let wrong = |offset: usize, fault| {
        (
            start + offset..start + offset + 1,
            RequirementFault::Specifier(fault),
        )
    };
    if let Some((Operator::Arbitrary, length)) = Operator::at_start(cursor.rest()) {
        let behind = cursor.rest()[length..].trim_start_matches(is_python_space);
        let end = behind
            .find(|found| is_python_space(found) || matches!(found, ';' | ')'))
            .unwrap_or(behind.len());
        let length = cursor.rest().len() - behind.len() + end;
        let set: VersionSpecifiers = cursor.rest()[..length]
            .parse()
            .map_err(|error: specifier::SpecifierError| wrong(error.offset, error.fault))?;
        specifiers.extend(set.iter().cloned());
        cursor.skip(length);
        return Ok(());
    }
    let (found, length) =
        specifier::parse_prefix(cursor.rest()).map_err(|(offset, fault)| wrong(offset, fault))?;
    let behind = &cursor.rest()[length..];
    if behind.starts_with(".*") {
        return Err(wrong(length, SpecifierFault::Prefix));
    }
    if behind.starts_with('+') {
        return Err(wrong(length, SpecifierFault::Local));
    }
    cursor.skip(length);
    specifiers.push(found);
    Ok(())
}
