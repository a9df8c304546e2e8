//! The look of the tour: numbered steps, each with the lines that a newcomer can repeat, what came
//! of them, and how long they took.

use std::fmt::Display;
use std::time::Instant;

use crate::error::CommandError;
use crate::explain::Code;
use crate::interrupt::Interrupt;
use crate::terminal::{DIM, GOOD, HINT, STRONG, Terminal, duration};

/// The page that the tour writes on standard error.
pub(super) struct Page {
    terminal: Terminal,
    interrupt: Interrupt,
    number: u32,
    tour_began: Instant,
    step_began: Instant,
}

impl Page {
    /// Begins with the title.
    pub(super) fn begin(
        terminal: &Terminal,
        interrupt: &Interrupt,
        title: &str,
        below: &str,
    ) -> Self {
        terminal.say(format_args!("{STRONG}{title}{STRONG:#}\n{below}"));
        let now = Instant::now();
        Self {
            terminal: terminal.clone(),
            interrupt: interrupt.clone(),
            number: 0,
            tour_began: now,
            step_began: now,
        }
    }

    /// Begins a step.
    ///
    /// # Errors
    /// When the user asked to stop.
    pub(super) fn step(&mut self, title: &str) -> Result<(), CommandError> {
        if self.interrupt.asked() {
            return Err(CommandError::new(Code::Interrupted, "the tour was stopped"));
        }
        self.number += 1;
        self.step_began = Instant::now();
        let number = self.number;
        self.terminal.say(format_args!(
            "\n{HINT}{number}{HINT:#}  {STRONG}{title}{STRONG:#}"
        ));
        Ok(())
    }

    /// Shows a line to type.
    pub(super) fn command(&self, line: &str) {
        self.indented(format_args!("{DIM}${DIM:#} {line}"));
    }

    /// Ends the step with what came of it.
    pub(super) fn done(&self, came_of_it: &str) {
        let time = duration(self.step_began.elapsed());
        let came_of_it = came_of_it.replace('\n', "\n     ");
        self.indented(format_args!(
            "{GOOD}✓{GOOD:#} {came_of_it} {DIM}({time}){DIM:#}"
        ));
    }

    /// Ends the page with the time of everything.
    pub(super) fn end(&self) {
        let time = duration(self.tour_began.elapsed());
        self.terminal
            .say(format_args!("\n{GOOD}Done{GOOD:#} in {time}."));
    }

    fn indented(&self, text: impl Display) {
        self.terminal.say(format_args!("   {text}"));
    }
}
