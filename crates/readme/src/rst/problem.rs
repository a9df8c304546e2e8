//! Why reStructuredText cannot be rendered.

use std::fmt;

/// A fault of a text, in docutils' words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// 2 is a warning, 3 an error and 4 severe. Each keeps the text from being rendered.
    pub level: u8,
    /// The line, from one on, when it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// What docutils calls the level.
    pub fn level_name(&self) -> &'static str {
        match self.level {
            2 => "warning",
            3 => "error",
            _ => "severe",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        let message = self.message.replace('\n', " ");
        write!(formatter, "{} ({})", message, self.level_name())
    }
}

/// Why the work on a text ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Problem(Problem),
    /// More stands in each other than any page needs.
    TooDeep,
    /// What the text stands for is much longer than the text.
    TooLarge,
}

/// What a step of the work gives.
pub(super) type Parsed<T> = Result<T, Stop>;

impl Stop {
    pub(super) fn warning(line: usize, message: impl Into<String>) -> Self {
        Self::at(2, line, message)
    }

    pub(super) fn error(line: usize, message: impl Into<String>) -> Self {
        Self::at(3, line, message)
    }

    fn at(level: u8, line: usize, message: impl Into<String>) -> Self {
        Self::Problem(Problem {
            level,
            line: Some(line),
            message: message.into(),
        })
    }
}
