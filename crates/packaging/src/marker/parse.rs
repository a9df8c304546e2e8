//! From text to a marker expression.
//!
//! The grammar is that of the specification "Dependency specifiers" as pypa/packaging reads it:
//! spaces and tabs are the only whitespace, quoted texts are Python's string literals.

use std::ops::Range;

use super::expression::{Comparison, MarkerExpression, MarkerOperator, Operand};
use super::variable::{Kind, MarkerVariable};
use crate::name::normalize;
use crate::specifier::Operator;
use crate::text::Cursor;

/// How deep parentheses may be nested.
const DEPTH_MAX: usize = 100;
/// How many comparisons one marker may have.
const COMPARISONS_MAX: usize = 500;

/// Why a text is no marker, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a marker: {fault} at byte {}", span.start)]
pub struct MarkerError {
    /// The text as given.
    pub text: String,
    /// The place of the fault, in bytes.
    pub span: Range<usize>,
    /// What is wrong there.
    pub fault: MarkerFault,
}

/// What is wrong with the text of a marker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkerFault {
    /// Neither a variable nor a quoted text.
    #[error("a marker variable or a quoted text is missing")]
    NoOperand,
    /// A word that is no variable.
    #[error("`{0}` is no marker variable")]
    UnknownVariable(String),
    /// None of the operators.
    #[error(
        "a comparison operator (`<`, `<=`, `==`, `!=`, `>=`, `>`, `~=`, `===`, `in`, `not in`) is missing"
    )]
    NoOperator,
    /// `not` that is not followed by `in`.
    #[error("`in` is missing behind `not`")]
    NoIn,
    /// A quote that is not closed, or an escape that Python does not know.
    #[error("the quoted text is not valid")]
    BadText,
    /// An opening parenthesis without its closing one.
    #[error("the parenthesis is not closed")]
    Unclosed,
    /// Something behind the marker.
    #[error("`and`, `or` or the end is expected, not `{}`", .0.escape_debug())]
    Unexpected(char),
    /// More nesting than anybody writes.
    #[error("the parentheses are nested too deeply")]
    TooDeep,
    /// More comparisons than anybody writes, or a meaning that takes too much room.
    #[error("the marker is too complex")]
    TooComplex,
}

pub(crate) type Fault = (Range<usize>, MarkerFault);

/// Parses the whole text.
pub(super) fn parse(text: &str) -> Result<MarkerExpression, MarkerError> {
    let mut cursor = Cursor::new(text);
    parse_at(&mut cursor)
        .and_then(|expression| match cursor.peek() {
            None => Ok(expression),
            Some(found) => Err((cursor.here(), MarkerFault::Unexpected(found))),
        })
        .map_err(|(span, fault)| MarkerError {
            text: text.to_owned(),
            span,
            fault,
        })
}

/// Parses a marker and the whitespace around it.
pub(crate) fn parse_at(cursor: &mut Cursor<'_>) -> Result<MarkerExpression, Fault> {
    let mut parser = Parser {
        cursor,
        depth: 0,
        comparisons: 0,
    };
    parser.marker()
}

struct Parser<'c, 't> {
    cursor: &'c mut Cursor<'t>,
    depth: usize,
    comparisons: usize,
}

impl Parser<'_, '_> {
    /// `atom (("and" | "or") atom)*`, where `and` binds tighter.
    fn marker(&mut self) -> Result<MarkerExpression, Fault> {
        let mut alternatives = Vec::new();
        let mut parts = vec![self.atom()?];
        loop {
            if self.cursor.word("and") {
                parts.push(self.atom()?);
            } else if self.cursor.word("or") {
                alternatives.push(join(parts, true));
                parts = vec![self.atom()?];
            } else {
                alternatives.push(join(parts, true));
                return Ok(join(alternatives, false));
            }
        }
    }

    fn atom(&mut self) -> Result<MarkerExpression, Fault> {
        self.cursor.skip_blanks();
        let start = self.cursor.place();
        let expression = if self.cursor.take('(') {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err((start..start + 1, MarkerFault::TooDeep));
            }
            let expression = self.marker()?;
            if !self.cursor.take(')') {
                // What stands there is the likelier mistake than the missing parenthesis.
                return Err(match self.cursor.peek() {
                    Some(found) => (self.cursor.here(), MarkerFault::Unexpected(found)),
                    None => (start..self.cursor.place(), MarkerFault::Unclosed),
                });
            }
            self.depth -= 1;
            expression
        } else {
            MarkerExpression::Comparison(self.comparison()?)
        };
        self.cursor.skip_blanks();
        Ok(expression)
    }

    fn comparison(&mut self) -> Result<Comparison, Fault> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS_MAX {
            return Err((self.cursor.here(), MarkerFault::TooComplex));
        }
        let left = self.operand()?;
        self.cursor.skip_blanks();
        let operator = self.operator()?;
        self.cursor.skip_blanks();
        let right = self.operand()?;
        if let (
            Operand::Variable(MarkerVariable::PythonVersion),
            MarkerOperator::In | MarkerOperator::NotIn,
            Operand::Text(text),
        ) = (&left, operator, &right)
        {
            // Each version that is part of the text stands for a comparison of its own.
            self.comparisons += count_minor_versions_within(text);
            if self.comparisons > COMPARISONS_MAX {
                return Err((self.cursor.here(), MarkerFault::TooComplex));
            }
        }
        Ok(normalize_names(Comparison {
            left,
            operator,
            right,
        }))
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let start = self.cursor.place();
        if let Some(quote @ ('"' | '\'')) = self.cursor.peek() {
            let inside = &self.cursor.rest()[1..];
            let Some(length) = inside.find(quote) else {
                return Err((start..self.cursor.text().len(), MarkerFault::BadText));
            };
            self.cursor.skip(length + 2);
            let text = unescape(&inside[..length])
                .ok_or((start..self.cursor.place(), MarkerFault::BadText))?;
            return Ok(Operand::Text(text));
        }
        let rest = self.cursor.rest();
        let is_word =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
        let word = &rest[..rest
            .find(|character| !is_word(character))
            .unwrap_or(rest.len())];
        if word.is_empty() {
            return Err((self.cursor.here(), MarkerFault::NoOperand));
        }
        let Some(variable) = MarkerVariable::from_name(word) else {
            return Err((
                start..start + word.len(),
                MarkerFault::UnknownVariable(word.to_owned()),
            ));
        };
        self.cursor.skip(word.len());
        Ok(Operand::Variable(variable))
    }

    fn operator(&mut self) -> Result<MarkerOperator, Fault> {
        if self.cursor.word("in") {
            return Ok(MarkerOperator::In);
        }
        if self.cursor.word("not") {
            let blanks = self.cursor.skip_blanks();
            return if blanks > 0 && self.cursor.word("in") {
                Ok(MarkerOperator::NotIn)
            } else {
                Err((self.cursor.here(), MarkerFault::NoIn))
            };
        }
        match Operator::at_start(self.cursor.rest()) {
            Some((operator, length)) => {
                self.cursor.skip(length);
                Ok(MarkerOperator::Compare(operator))
            }
            None => Err((self.cursor.here(), MarkerFault::NoOperator)),
        }
    }
}

/// Joins parts, without nesting `and` in `and` or `or` in `or`.
fn join(mut parts: Vec<MarkerExpression>, all: bool) -> MarkerExpression {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let mut joined = Vec::with_capacity(parts.len());
    for part in parts {
        match (part, all) {
            (MarkerExpression::And(inner), true) | (MarkerExpression::Or(inner), false) => {
                joined.extend(inner);
            }
            (part, _) => joined.push(part),
        }
    }
    if all {
        MarkerExpression::And(joined)
    } else {
        MarkerExpression::Or(joined)
    }
}

/// Normalises the text that is compared with `extra`, or looked up in a set of names (PEP 685).
fn normalize_names(mut comparison: Comparison) -> Comparison {
    let names = |operand: &Operand, allowed: fn(MarkerVariable) -> bool| match operand {
        Operand::Variable(variable) => variable.kind() == Kind::Names && allowed(*variable),
        Operand::Text(_) => false,
    };
    let behind = names(&comparison.right, |_| true);
    let before = names(&comparison.left, |variable| {
        variable == MarkerVariable::Extra
    });
    if let (Operand::Text(text), true) = (&mut comparison.left, behind) {
        *text = normalize(text).into_owned();
    }
    if let (Operand::Text(text), true) = (&mut comparison.right, before) {
        *text = normalize(text).into_owned();
    }
    comparison
}

/// The value of a Python string literal without its quotes; `None` when Python refuses it.
///
/// Named characters (`\N{…}`) and lone surrogates are refused too.
fn unescape(text: &str) -> Option<String> {
    if !text.contains(['\\', '\n', '\r', '\0']) {
        return Some(text.to_owned());
    }
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\r' | '\0' => return None,
            '\\' => match characters.next()? {
                // A line break behind a backslash is nothing.
                '\n' => {}
                '\r' => {
                    let rest = characters.as_str();
                    characters = rest.strip_prefix('\n').unwrap_or(rest).chars();
                }
                found @ ('\\' | '\'' | '"') => value.push(found),
                'a' => value.push('\u{7}'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'v' => value.push('\u{b}'),
                'x' => value.push(hexadecimal(&mut characters, 2)?),
                'u' => value.push(hexadecimal(&mut characters, 4)?),
                'U' => value.push(hexadecimal(&mut characters, 8)?),
                'N' | '\0' => return None,
                digit @ '0'..='7' => value.push(octal(digit, &mut characters)?),
                // An escape that Python does not know stands for itself.
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    Some(value)
}

/// How many spellings of minor versions are part of a text, at the most.
fn count_minor_versions_within(text: &str) -> usize {
    let digits = |bytes: &mut dyn Iterator<Item = &u8>| {
        bytes.take_while(|byte| byte.is_ascii_digit()).count()
    };
    let bytes = text.as_bytes();
    text.match_indices('.')
        .map(|(dot, _)| {
            let before = digits(&mut bytes[..dot].iter().rev());
            before.saturating_mul(digits(&mut bytes[dot + 1..].iter()))
        })
        .fold(0, usize::saturating_add)
}

fn hexadecimal(characters: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text = characters.as_str().get(..digits)?;
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    *characters = characters.as_str()[digits..].chars();
    char::from_u32(u32::from_str_radix(text, 16).ok()?)
}

/// Up to three octal digits, of which the first is already read.
fn octal(first: char, characters: &mut std::str::Chars<'_>) -> Option<char> {
    let mut value = first.to_digit(8)?;
    for _ in 0..2 {
        let Some(digit) = characters
            .as_str()
            .chars()
            .next()
            .and_then(|next| next.to_digit(8))
        else {
            break;
        };
        value = value * 8 + digit;
        characters.next();
    }
    char::from_u32(value)
}
