//! What a command that did its work answers: data for standard output, the same as a value for
//! `--json`, and the exit code.

use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use crate::json;
use crate::terminal::Terminal;

/// A command's answer.
#[derive(Debug)]
pub(crate) struct Report {
    text: String,
    result: Value,
    exit_code: u8,
    /// Whether the text is what `--json` shows.
    is_foreign: bool,
}

impl Report {
    /// The answer as `text` for standard output and as `result` for `--json`.
    pub(crate) fn new(text: impl Into<String>, result: impl Serialize) -> Self {
        Self {
            text: text.into(),
            result: serde_json::to_value(result).expect("a result is plain data"),
            exit_code: 0,
            is_foreign: false,
        }
    }

    /// An answer that has a form of another tool's, also with `--json`.
    pub(crate) fn foreign(text: impl Into<String>) -> Self {
        Self {
            is_foreign: true,
            ..Self::new(text, Value::Null)
        }
    }

    /// An answer that has nothing for standard output.
    pub(crate) fn silent(result: impl Serialize) -> Self {
        Self::new("", result)
    }

    /// Ends the program with another exit code than 0.
    pub(crate) fn with_exit_code(mut self, exit_code: u8) -> Self {
        self.exit_code = exit_code;
        self
    }

    /// What `--json` shows, for the command that calls another one.
    pub(crate) fn into_result(self) -> Value {
        self.result
    }
}

/// Writes the answer or the error and gives the exit code.
pub(crate) fn finish(answer: Result<Report, CommandError>, terminal: &Terminal) -> u8 {
    terminal.clear();
    match answer {
        Ok(report) => {
            if terminal.json() && !report.is_foreign {
                terminal.data(&json::success(&report.result, report.exit_code != 0));
            } else {
                terminal.data(&report.text);
            }
            report.exit_code
        }
        Err(error) => {
            if terminal.json() {
                terminal.data(&json::failure(&error));
            } else {
                terminal.error(&error);
            }
            error.code.kind().exit_code()
        }
    }
}
