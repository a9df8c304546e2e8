//! What is wrong with a distribution that can be used all the same.

use std::fmt;

use tilsit_packaging::problem::Problem;

/// A problem, and the file of the distribution it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file inside the distribution: `METADATA`, `WHEEL`, `RECORD`; empty for the whole.
    pub file: String,
    /// What is wrong.
    pub problem: Problem,
}

impl Finding {
    /// A problem of a file, not bound to a line.
    pub fn new(
        file: impl Into<String>,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            problem: Problem {
                line: None,
                column: None,
                subject: subject.into(),
                reason: reason.into(),
            },
        }
    }

    /// The problems that a reader found in a file.
    pub(crate) fn all_in(file: &str, problems: Vec<Problem>) -> impl Iterator<Item = Self> {
        problems.into_iter().map(move |problem| Self {
            file: file.to_owned(),
            problem,
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(formatter, "{}: ", self.file)?;
        }
        self.problem.fmt(formatter)
    }
}
