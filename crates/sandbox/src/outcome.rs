//! What became of a program in a sandbox: the launcher's report, written out of reach of the program.

use std::fmt;
use std::path::Path;

use tilsit_files::FileError;

use crate::limits::Limits;

/// What the launcher says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The program ran to its own end; the exit code is the launcher's.
    Ended,
    /// A signal ended it.
    Signal(i32),
    /// A limit was reached, and everything inside was ended.
    Exceeded(Limit),
    /// The program was never started: this was refused.
    Refused(String),
    /// The launcher was ended from outside.
    Lost,
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::time`].
    Time,
    /// [`Limits::memory_bytes`].
    Memory,
    /// [`Limits::processes`].
    Processes,
}

impl Limit {
    pub(crate) const ALL: [Self; 3] = [Self::Time, Self::Memory, Self::Processes];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Processes => "processes",
        }
    }

    /// The limit in words, with its value.
    pub fn describe(self, limits: &Limits) -> impl fmt::Display {
        match self {
            Self::Time => format!("it ran longer than {} s", limits.time.as_secs()),
            Self::Memory => format!(
                "it used more than {} MiB of memory",
                limits.memory_bytes >> 20
            ),
            Self::Processes => format!("it started more than {} processes", limits.processes),
        }
    }
}

impl Outcome {
    /// Reads a report.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(report: &Path) -> Result<Self, FileError> {
        let text = tilsit_files::read_to_string(report)?;
        Ok(Self::of(&text))
    }

    fn of(text: &str) -> Self {
        let Some((word, rest)) = text.trim_end().split_once(' ') else {
            return Self::Lost;
        };
        match word {
            "program" if rest == "ended" => Self::Ended,
            "signal" => rest.parse().map_or(Self::Lost, Self::Signal),
            "refused" => Self::Refused(rest.to_owned()),
            "limit" => Limit::ALL
                .into_iter()
                .find(|limit| limit.word() == rest)
                .map_or(Self::Lost, Self::Exceeded),
            _ => Self::Lost,
        }
    }

    /// The report that is read as this.
    #[cfg(target_os = "linux")]
    pub(crate) fn to_line(&self) -> String {
        match self {
            Self::Ended => "program ended\n".to_owned(),
            Self::Signal(signal) => format!("signal {signal}\n"),
            Self::Exceeded(limit) => format!("limit {}\n", limit.word()),
            Self::Refused(what) => format!("refused {what}\n"),
            Self::Lost => String::new(),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let outcomes = [
            Outcome::Ended,
            Outcome::Signal(11),
            Outcome::Exceeded(Limit::Time),
            Outcome::Exceeded(Limit::Memory),
            Outcome::Exceeded(Limit::Processes),
            Outcome::Refused("a user namespace: not permitted".to_owned()),
            Outcome::Lost,
        ];
        for outcome in outcomes {
            let line = outcome.to_line();
            assert_eq!(Outcome::of(&line), outcome, "{line:?}");
        }
    }
}
