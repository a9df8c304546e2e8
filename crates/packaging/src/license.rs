//! SPDX license expressions as `License-Expression` holds them, in canonical form.
//!
//! Follows "License expression" (PEP 639) and SPDX 2.2, annex D. Identifiers are matched without
//! regard to case and written as the SPDX list has them; operators become upper case. Only
//! `LicenseRef-` names outside the list are allowed, `DocumentRef-` is not.

mod spdx;
mod stated;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use self::spdx::SPDX_LIST_VERSION;
pub use self::stated::StatedLicense;

/// The deepest nesting of parentheses that is read.
const DEPTH_MAX: usize = 200;

/// A license expression in canonical form.
///
/// ```
/// use tilsit_packaging::license::LicenseExpression;
/// let expression: LicenseExpression = "mit and (apache-2.0 or bsd-2-clause)".parse()?;
/// assert_eq!(expression.as_str(), "MIT AND (Apache-2.0 OR BSD-2-Clause)");
/// assert!(expression.is_satisfied_by(&mut |license| license.id != "BSD-2-Clause"));
/// # Ok::<(), tilsit_packaging::license::LicenseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LicenseExpression {
    text: String,
    root: Node,
}

/// One license in an expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct License {
    /// The identifier as the SPDX list writes it, or `LicenseRef-…`.
    pub id: String,
    /// Whether later versions count too: `+`.
    pub or_later: bool,
    /// The exception after `WITH`, as the SPDX list writes it.
    pub exception: Option<String>,
}

/// Why a text is no license expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LicenseError {
    /// There is nothing but white space.
    #[error("the license expression is empty")]
    Empty,
    /// Something else had to stand in this place.
    #[error("the license expression `{expression}` has `{found}` where {expected} should stand")]
    Unexpected {
        /// The whole text.
        expression: String,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// The text ends too early.
    #[error("the license expression `{expression}` ends where {expected} should stand")]
    UnexpectedEnd {
        /// The whole text.
        expression: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// The SPDX list has no such license.
    #[error("`{0}` is no license of the SPDX list and does not start with `LicenseRef-`")]
    UnknownLicense(String),
    /// The SPDX list has no such exception.
    #[error("`{0}` is no license exception of the SPDX list")]
    UnknownException(String),
    /// A `LicenseRef-` name has other characters than letters, digits, `.` and `-`.
    #[error("`{0}` is no valid `LicenseRef-` name")]
    Reference(String),
    /// The parentheses are nested too deep.
    #[error("the license expression nests parentheses deeper than {DEPTH_MAX}")]
    TooDeep,
}

#[derive(Clone, Debug)]
enum Node {
    License(License),
    All(Vec<Node>),
    Any(Vec<Node>),
}

impl LicenseExpression {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The licenses in the order of the text, repeated ones too.
    pub fn licenses(&self) -> Vec<&License> {
        let mut found = Vec::new();
        self.root.collect(&mut found);
        found
    }

    /// Whether accepting the licenses for which `accepts` answers yes is enough: all sides of an
    /// `AND`, one side of an `OR`.
    pub fn is_satisfied_by(&self, accepts: &mut dyn FnMut(&License) -> bool) -> bool {
        self.root.is_satisfied_by(accepts)
    }

    /// The identifiers, of licenses and exceptions, that the SPDX list calls deprecated.
    pub fn deprecated(&self) -> Vec<&str> {
        let licenses = self.licenses();
        let ids = licenses.iter().flat_map(|license| {
            let exception = license.exception.as_deref();
            let id = spdx::license(&license.id).filter(|found| found.deprecated);
            let exception = exception
                .and_then(spdx::exception)
                .filter(|found| found.deprecated);
            [id, exception]
        });
        ids.flatten().map(|found| found.id).collect()
    }
}

impl PartialEq for LicenseExpression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for LicenseExpression {}

impl std::hash::Hash for LicenseExpression {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for LicenseExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for LicenseExpression {
    type Err = LicenseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parser = Parser {
            expression: text,
            tokens: tokens(text),
            next: 0,
            canonical: String::with_capacity(text.len()),
        };
        if parser.tokens.is_empty() {
            return Err(LicenseError::Empty);
        }
        let root = parser.any(0)?;
        if parser.next < parser.tokens.len() {
            return Err(parser.unexpected("`AND`, `OR` or `WITH`"));
        }
        Ok(LicenseExpression {
            text: parser.canonical,
            root,
        })
    }
}

impl Node {
    fn collect<'a>(&'a self, found: &mut Vec<&'a License>) {
        match self {
            Node::License(license) => found.push(license),
            Node::All(nodes) | Node::Any(nodes) => {
                for node in nodes {
                    node.collect(found);
                }
            }
        }
    }

    fn is_satisfied_by(&self, accepts: &mut dyn FnMut(&License) -> bool) -> bool {
        match self {
            Node::License(license) => accepts(license),
            Node::All(nodes) => nodes.iter().all(|node| node.is_satisfied_by(accepts)),
            Node::Any(nodes) => nodes.iter().any(|node| node.is_satisfied_by(accepts)),
        }
    }
}

/// Words and parentheses.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(position) = rest.find(['(', ')']) {
            if position > 0 {
                tokens.push(&rest[..position]);
            }
            tokens.push(&rest[position..=position]);
            rest = &rest[position + 1..];
        }
        if !rest.is_empty() {
            tokens.push(rest);
        }
    }
    tokens
}

/// Recursive descent: `OR` binds weaker than `AND`, `AND` weaker than `WITH`.
struct Parser<'a> {
    expression: &'a str,
    tokens: Vec<&'a str>,
    next: usize,
    canonical: String,
}

impl<'a> Parser<'a> {
    fn any(&mut self, depth: usize) -> Result<Node, LicenseError> {
        let first = self.all(depth)?;
        let mut nodes = vec![first];
        while self.take_operator("OR") {
            nodes.push(self.all(depth)?);
        }
        Ok(joined(nodes, Node::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Node, LicenseError> {
        let first = self.operand(depth)?;
        let mut nodes = vec![first];
        while self.take_operator("AND") {
            nodes.push(self.operand(depth)?);
        }
        Ok(joined(nodes, Node::All))
    }

    fn operand(&mut self, depth: usize) -> Result<Node, LicenseError> {
        let expected = "a license or `(`";
        let token = self.word(expected)?;
        if token != "(" {
            return Ok(Node::License(self.license(token)?));
        }
        if depth >= DEPTH_MAX {
            return Err(LicenseError::TooDeep);
        }
        self.canonical.push('(');
        let node = self.any(depth + 1)?;
        if self.tokens.get(self.next) != Some(&")") {
            return Err(self.unexpected("`)`, `AND`, `OR` or `WITH`"));
        }
        self.next += 1;
        self.canonical.push(')');
        Ok(node)
    }

    fn license(&mut self, token: &str) -> Result<License, LicenseError> {
        let (name, or_later) = match token.strip_suffix('+') {
            Some(name) => (name, true),
            None => (token, false),
        };
        let id = match license_reference(name) {
            Some(reference) => {
                let is_valid = !or_later
                    && !reference.is_empty()
                    && reference
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
                if !is_valid {
                    return Err(LicenseError::Reference(token.to_owned()));
                }
                format!("LicenseRef-{reference}")
            }
            None => spdx::license(name)
                .ok_or_else(|| LicenseError::UnknownLicense(name.to_owned()))?
                .id
                .to_owned(),
        };
        self.canonical.push_str(&id);
        if or_later {
            self.canonical.push('+');
        }
        Ok(License {
            id,
            or_later,
            exception: self.exception()?,
        })
    }

    fn exception(&mut self) -> Result<Option<String>, LicenseError> {
        if !self.take_operator("WITH") {
            return Ok(None);
        }
        let token = self.word("a license exception")?;
        if token == "(" {
            self.next -= 1;
            return Err(self.unexpected("a license exception"));
        }
        let exception = spdx::exception(token)
            .ok_or_else(|| LicenseError::UnknownException(token.to_owned()))?;
        self.canonical.push_str(exception.id);
        Ok(Some(exception.id.to_owned()))
    }

    /// The next token, which is neither an operator nor `)`.
    fn word(&mut self, expected: &'static str) -> Result<&'a str, LicenseError> {
        let is_operator = |token: &str| {
            token == ")"
                || ["AND", "OR", "WITH"]
                    .iter()
                    .any(|operator| token.eq_ignore_ascii_case(operator))
        };
        match self.tokens.get(self.next) {
            Some(token) if !is_operator(token) => {
                self.next += 1;
                Ok(token)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn take_operator(&mut self, operator: &str) -> bool {
        let token = self.tokens.get(self.next);
        let found = token.is_some_and(|token| token.eq_ignore_ascii_case(operator));
        if found {
            self.next += 1;
            self.canonical.push(' ');
            self.canonical.push_str(operator);
            self.canonical.push(' ');
        }
        found
    }

    fn unexpected(&self, expected: &'static str) -> LicenseError {
        let expression = self.expression.to_owned();
        match self.tokens.get(self.next) {
            Some(found) => LicenseError::Unexpected {
                expression,
                found: (*found).to_owned(),
                expected,
            },
            None => LicenseError::UnexpectedEnd {
                expression,
                expected,
            },
        }
    }
}

fn joined(mut nodes: Vec<Node>, join: impl Fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(only) if nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            join(nodes)
        }
    }
}

/// What follows `LicenseRef-`, if the name starts so.
fn license_reference(name: &str) -> Option<&str> {
    let prefix = "LicenseRef-";
    let start = name.get(..prefix.len())?;
    start
        .eq_ignore_ascii_case(prefix)
        .then(|| &name[prefix.len()..])
}
