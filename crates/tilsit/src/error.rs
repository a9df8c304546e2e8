//! The one error type of the commands: a stable code, what happened, why, and what to do next.
//!
//! Libraries say what went wrong; here it gets a code (the table in [`crate::explain`]) and with
//! it an exit code. Hints for library errors are in [`crate::hints`].

mod libraries;

pub(crate) use libraries::wheel_code;

use std::error::Error;
use std::fmt::Write as _;

use tilsit_packaging::specifier::VersionSpecifiers;

use crate::explain::Code;
use crate::terminal::{DIM, ERROR, HINT};

/// Why a command did not do what was asked. Each kind is one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The question was understood and the answer is no.
    No,
    /// The command line or an input file is wrong.
    Usage,
    /// tilsit itself is wrong.
    Bug,
    /// Credentials are missing or refused.
    Credentials,
    /// The network or the storage failed.
    Service,
    /// The lock does not answer what the project asks for now.
    Outdated,
    /// The user stopped it.
    Interrupted,
}

impl Kind {
    /// The exit code of the program (the table is in `DESIGN` and `tilsit explain`).
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::No => 1,
            Self::Usage => 2,
            Self::Bug => 3,
            Self::Credentials => 4,
            Self::Service => 5,
            Self::Outdated => 6,
            Self::Interrupted => 130,
        }
    }

    /// What the exit code means, in a few words.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::No => "the answer is no",
            Self::Usage => "wrong usage or bad input",
            Self::Bug => "a bug in tilsit",
            Self::Credentials => "credentials are missing or refused",
            Self::Service => "the network or the storage failed",
            Self::Outdated => "the lock is out of date",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// Which of the known failures this is.
    pub(crate) code: Code,
    /// What failed.
    pub(crate) message: String,
    /// Why, from the nearest cause to the farthest.
    pub(crate) causes: Vec<String>,
    /// What the user can do next.
    pub(crate) hints: Vec<String>,
    /// The HTTP status with which an index refused an upload.
    pub(crate) http_status: Option<u16>,
    /// The Pythons with which there may be an answer, where that is known.
    pub(crate) wants_python: Option<Box<VersionSpecifiers>>,
}

impl CommandError {
    /// A failure with a message of the command's own.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            http_status: None,
            wants_python: None,
        }
    }

    /// A library's failure: its message, its chain of sources, and the hints known for it.
    pub(crate) fn from_error(code: Code, error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(code, error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Who wraps a source may end with its words; say them once.
            let last = failure.causes.last().unwrap_or(&failure.message);
            if *last != text && !last.ends_with(&format!(" {text}")) {
                failure.causes.push(text);
            }
            source = cause.source();
        }
        failure.hints = crate::hints::for_error(error);
        failure
    }

    /// Adds a cause below those already known.
    pub(crate) fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds a next step for the user.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The error as people read it, with style sequences that the terminal strips when it must.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        let code = self.code.id();
        let message = self.message.trim_end();
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let _ = writeln!(text, "{ERROR}error{ERROR:#}: {first} {DIM}[{code}]{DIM:#}");
        if !rest.is_empty() {
            let _ = writeln!(text, "  {}", indent(rest, 2));
        }
        for cause in &self.causes {
            let _ = writeln!(text, "  caused by: {}", indent(cause, 4));
        }
        for hint in &self.hints {
            let _ = writeln!(text, "{HINT}hint{HINT:#}: {}", indent(hint, 6));
        }
        text
    }
}

/// `text` with every line after the first moved in by `width`.
fn indent(text: &str, width: usize) -> String {
    text.trim_end()
        .replace('\n', &format!("\n{}", " ".repeat(width)))
}

#[cfg(test)]
mod tests;
