//! What is wrong with an input that is usable all the same.
//!
//! Readers of files that the world already holds give `(value, Vec<Problem>)`: a wheel from 2014
//! is installed although one of its headers is odd, and a check command can still say so.

use std::fmt;

/// One finding: where it is and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1, where known.
    pub line: Option<usize>,
    /// The column in characters, counted from 1, where known.
    pub column: Option<usize>,
    /// The field, key or section that is meant, as the file spells it: `Requires-Dist`,
    /// `project.license`.
    pub subject: String,
    /// What is wrong, in lower case and without a full stop.
    pub reason: String,
}

impl Problem {
    /// A problem on a line.
    pub fn on_line(line: usize, subject: impl Into<String>, reason: impl Into<String>) -> Problem {
        Problem {
            line: Some(line),
            column: None,
            subject: subject.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            _ => {}
        }
        write!(f, "`{}`: {}", self.subject, self.reason)
    }
}
