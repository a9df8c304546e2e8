//! setup.py, read and never run: the arguments of its one call of `setup()` as far as they are literal.
//!
//! A literal is a string, number, list, tuple, set or dict of such, strings and lists joined with `+`, or
//! a name that the module gives such a value once. Everything else is known by its key and line alone.

mod parser;
mod plain;
mod tokens;

use parser::Parser;

/// A value of Python, as far as its text alone tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// `True`, `False`
    Truth(bool),
    /// `None`
    Nothing,
    /// A list, tuple or set.
    List(Vec<Literal>),
    /// A dict with strings for keys, in its order.
    Table(Vec<(String, Literal)>),
}

/// An argument of `setup()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The keyword; none for what `**` hands over.
    pub key: Option<String>,
    /// The line, counted from 1.
    pub line: usize,
    /// The value; none where only running the file would tell.
    pub value: Option<Literal>,
}

/// Why a setup.py tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupPyError {
    /// It is no Python, as far as was looked.
    #[error("line {line}: {reason}")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// Nobody calls `setup()`.
    #[error("it does not call `setup()`")]
    NoCall,
    /// There are several calls.
    #[error("it calls `setup()` again on line {line}")]
    Several {
        /// The line of the second one.
        line: usize,
    },
}

impl Literal {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list of texts; one text is a list of its lines, as setuptools takes it.
    pub fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text(text) => {
                let lines = text.lines().map(str::trim);
                Some(lines.filter(|line| !line.is_empty()).collect())
            }
            Self::List(items) => items.iter().map(Self::as_text).collect(),
            _ => None,
        }
    }

    /// The requirements of a text or a list of texts, as setuptools reads them: lines, without comments,
    /// of which one that ends in `\\` goes on in the next (`pkg_resources`' old `parse_requirements`).
    pub fn requirements(&self) -> Option<Vec<String>> {
        let texts = self.texts()?.into_iter();
        let lines = texts.flat_map(str::lines).map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut lines = lines.map(|line| line.split_once(" #").map_or(line, |(line, _)| line));
        let mut requirements = Vec::new();
        while let Some(line) = lines.next() {
            let mut requirement = line.trim_end().to_owned();
            while requirement.ends_with('\\') {
                // With the blank before it, whatever stands there.
                requirement.pop();
                requirement.pop();
                // One that goes on at the end is none.
                let Some(next) = lines.next() else {
                    return Some(requirements);
                };
                requirement = requirement.trim().to_owned() + next;
            }
            requirements.push(requirement);
        }
        Some(requirements)
    }

    /// The entries of a table.
    pub fn entries(&self) -> Option<&[(String, Literal)]> {
        match self {
            Self::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether it says nothing: `None`, `""`, `[]`.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Table(entries) => entries.is_empty(),
            Self::Number(_) | Self::Truth(_) => false,
        }
    }
}

/// What a module gives to a name, if it does so once, at its top level, and with a literal.
pub fn assigned(text: &str, name: &str) -> Option<Literal> {
    let tokens = tokens::tokens(text).ok()?;
    Parser::new(&tokens).assigned(name)
}

/// The arguments of the call of `setup()` in the text of a setup.py.
///
/// # Errors
/// When there is no such call, there are several, or the text is no Python.
pub fn setup_py(text: &str) -> Result<Vec<Argument>, SetupPyError> {
    let tokens = tokens::tokens(text)?;
    Parser::new(&tokens).arguments()
}

/// Those arguments, if the file does nothing besides that could change what they mean.
///
/// # Errors
/// In words, what else it does.
pub(super) fn plain_setup_py(text: &str) -> Result<Vec<Argument>, String> {
    let tokens = tokens::tokens(text).map_err(|error| error.to_string())?;
    plain::check(&tokens)?;
    let arguments = Parser::new(&tokens).arguments();
    arguments.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
