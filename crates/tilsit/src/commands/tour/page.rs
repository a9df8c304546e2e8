//! The look of the tour: numbered steps, each with the command that a newcomer can repeat, what
//! came of it, and how long it took.

use std::fmt::Display;
use std::time::Instant;

use crate::error::CommandError;
use crate::terminal::{DIM, GOOD, HINT, STRONG, Terminal, duration};

/// The page that the tour writes on standard error.
pub(super) struct Page<'a> {
    terminal: &'a Terminal,
    number: u32,
    started: Instant,
}

impl<'a> Page<'a> {
    /// Begins with the title.
    pub(super) fn begin(terminal: &'a Terminal, title: &str, below: &str) -> Self {
        terminal.say(format_args!("{STRONG}{title}{STRONG:#}\n{below}"));
        Self {
            terminal,
            number: 0,
            started: Instant::now(),
        }
    }

    /// Does one step: its title and command first, then `work`, then what `work` says came of it.
    ///
    /// # Errors
    /// Those of `work`.
    pub(super) fn step<T>(
        &mut self,
        title: &str,
        commands: &[String],
        work: impl FnOnce() -> Result<(T, String), CommandError>,
    ) -> Result<T, CommandError> {
        self.number += 1;
        let number = self.number;
        self.terminal
            .say(format_args!("\n{HINT}{number}{HINT:#}  {STRONG}{title}{STRONG:#}"));
        for command in commands {
            self.line(format_args!("{DIM}${DIM:#} {command}"));
        }
        let started = Instant::now();
        let (value, came_of_it) = work()?;
        let time = duration(started.elapsed());
        let mut lines = came_of_it.lines();
        let first = lines.next().unwrap_or_default();
        self.line(format_args!("{GOOD}✓{GOOD:#} {first} {DIM}({time}){DIM:#}"));
        for line in lines {
            self.line(format_args!("  {line}"));
        }
        Ok(value)
    }

    /// Ends with a few lines, the time of everything first.
    pub(super) fn end(&self, lines: &[String]) {
        let time = duration(self.started.elapsed());
        self.terminal
            .say(format_args!("\n{GOOD}Done{GOOD:#} in {time}."));
        for line in lines {
            self.terminal.say(line);
        }
    }

    fn line(&self, text: impl Display) {
        self.terminal.say(format_args!("   {text}"));
    }
}
