//! `tilsit doctor`: looks at what other commands depend on, and says what is wrong and what to do.
//! Each look is a function in [`checks`]; nothing is changed.

mod checks;

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::commands::options::IndexOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{DIM, ERROR, GOOD, HINT, STRONG, WARNING, count};

/// Look for what could be in the way, and say what to do
///
/// Looks at the program, the Pythons, the environment in use, the configuration, the indexes, the
/// certificates, the cache and the clock. Changes nothing. The exit code is 1 when something does
/// not work.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    index: IndexOptions,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It works, and is perhaps not what is wanted.
    Warn,
    /// It does not work.
    Error,
}

/// What was found out about one thing.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    /// What there is, in a line.
    message: String,
    /// Why it is not well, or more about it.
    details: Vec<String>,
    /// What to do next.
    hints: Vec<String>,
}

impl Check {
    fn new(name: &'static str, state: State, message: impl Into<String>) -> Self {
        Self {
            name,
            state,
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
        }
    }

    fn failed(name: &'static str, error: CommandError) -> Self {
        Self {
            details: error.causes,
            hints: error.hints,
            ..Self::new(name, State::Error, error.message)
        }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn render(&self) -> String {
        let (style, word) = match self.state {
            State::Ok => (GOOD, "ok"),
            State::Warn => (WARNING, "warn"),
            State::Error => (ERROR, "error"),
        };
        let Self { name, message, .. } = self;
        let mut text = format!("{style}{word:5}{style:#} {STRONG}{name}{STRONG:#}: {message}\n");
        for detail in &self.details {
            let detail = detail.trim_end().replace('\n', "\n        ");
            let _ = writeln!(text, "        {DIM}{detail}{DIM:#}");
        }
        for hint in &self.hints {
            let _ = writeln!(text, "        {HINT}hint{HINT:#}: {hint}");
        }
        text
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.index.over(context)?;
    let (pythons, interpreter) = checks::pythons(context);
    let mut all = vec![
        checks::program(context),
        pythons,
        checks::environment(context),
        checks::variables(context),
        checks::configuration(context),
        checks::certificates(&configuration, context),
    ];
    all.extend(checks::indexes(
        &configuration,
        interpreter.as_ref(),
        context,
    ));
    all.push(checks::cache(context));
    all.push(checks::clock(context));
    let of = |state: State| all.iter().filter(|check| check.state == state).count();
    let (warnings, errors) = (of(State::Warn), of(State::Error));
    let mut text: String = all.iter().map(Check::render).collect();
    if warnings + errors == 0 {
        text.push_str("\nAll is well.\n");
    } else {
        let (warnings, errors) = (count(warnings, "warning"), count(errors, "error"));
        let _ = writeln!(text, "\n{errors}, {warnings}.");
    }
    let result = json!({ "checks": all, "warnings": warnings, "errors": errors });
    Ok(Report::new(text, result).with_exit_code(u8::from(errors > 0)))
}
