//! The terminal: standard output is data, standard error is talk.
//!
//! Style sequences are written always and stripped where the stream does not want them
//! (`--color`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, not a terminal). Nothing else in the
//! program writes to a stream, save a panic.

pub(crate) mod progress;

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::builder::Styles;
use clap::{ArgAction, Args, ValueEnum};
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::error::CommandError;

/// `error:`
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// `warning:`
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// `hint:` and headings.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// A thing done.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What the line is about.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();

/// The styles of clap's help and usage errors, so that they look as ours.
pub(crate) fn help_styles() -> Styles {
    Styles::styled()
        .header(HINT)
        .usage(HINT)
        .literal(STRONG)
        .placeholder(DIM)
        .error(ERROR)
        .valid(GOOD)
        .invalid(WARNING)
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Color {
    /// When the stream is a terminal and the environment does not object.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The options of every command about what is shown.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TerminalArguments {
    /// Say less; twice: only errors
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    quiet: u8,
    /// Say more
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    color: Color,
    /// Show no progress bars
    #[arg(long, global = true, help_heading = "Global options")]
    no_progress: bool,
    /// Answer with one JSON envelope on standard output
    #[arg(long, global = true, help_heading = "Global options")]
    json: bool,
}

/// Where the program talks.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    data_color: ColorChoice,
    talk_color: ColorChoice,
    /// -2 only errors, -1 warnings too, 0 what was done, 1 and more: details.
    verbosity: i8,
    json: bool,
    bars: MultiProgress,
}

impl Terminal {
    /// The terminal of the running program.
    pub(crate) fn new(arguments: &TerminalArguments) -> Self {
        let choice = match arguments.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        let count = |value: u8| i8::try_from(value).unwrap_or(i8::MAX);
        let shows_bars = !arguments.no_progress
            && arguments.quiet == 0
            && !arguments.json
            && std::io::stderr().is_terminal();
        let target = if shows_bars {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            data_color: AutoStream::choice(&std::io::stdout()),
            talk_color: AutoStream::choice(&std::io::stderr()),
            verbosity: count(arguments.verbose).saturating_sub(count(arguments.quiet)),
            json: arguments.json,
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// Whether standard output carries the JSON envelope.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// The same terminal, on which only warnings and progress are shown.
    pub(crate) fn quieter(&self) -> Self {
        Self {
            verbosity: self.verbosity.min(-1),
            json: false,
            ..self.clone()
        }
    }

    /// Whether a person can be asked something.
    pub(crate) fn can_ask(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Whether the user asked for more (`-v`).
    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity >= 1
    }

    /// Whether standard output goes to a program that may look for known lines in it.
    pub(crate) fn tells_scripts(&self) -> bool {
        !self.json && self.verbosity >= 0 && !std::io::stdout().is_terminal()
    }

    /// Asks for a line of text.
    ///
    /// # Errors
    /// When the terminal cannot be read, or is closed before a line is typed.
    pub(crate) fn ask(&self, prompt: &str) -> std::io::Result<String> {
        self.bars.suspend(|| {
            talk_at_once(self.talk_color, &format!("{prompt}: "))?;
            let mut line = String::new();
            if std::io::stdin().read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok(line.trim().to_owned())
        })
    }

    /// Asks for a secret that is not shown while typed.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub(crate) fn ask_secret(&self, prompt: &str) -> std::io::Result<String> {
        self.bars
            .suspend(|| rpassword::prompt_password(format!("{prompt}: ")))
    }

    /// Writes to standard output as it is.
    pub(crate) fn data(&self, text: &str) {
        self.bars.suspend(|| {
            let mut stream = AutoStream::new(std::io::stdout().lock(), self.data_color);
            // A reader that went away (`| head`) wants nothing more; there is nobody to tell.
            let _ = stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.flush());
        });
    }

    /// Says what was done.
    pub(crate) fn say(&self, line: impl Display) {
        if self.verbosity >= 0 {
            self.talk(&format!("{line}\n"));
        }
    }

    /// Says what was done, for those who asked for more (`-v`).
    pub(crate) fn detail(&self, line: impl Display) {
        if self.verbosity >= 1 {
            self.talk(&format!("{DIM}{line}{DIM:#}\n"));
        }
    }

    /// Writes a line for programs that read the log of a server, whatever else is shown.
    pub(crate) fn log(&self, line: &serde_json::Value) {
        self.talk(&format!("{line}\n"));
    }

    /// Says what may be wrong.
    pub(crate) fn warn(&self, line: impl Display) {
        if self.verbosity >= -1 {
            self.talk(&format!("{WARNING}warning{WARNING:#}: {line}\n"));
        }
    }

    /// Says what failed.
    pub(crate) fn error(&self, error: &CommandError) {
        self.talk(&error.render());
    }

    /// Takes away what progress bars left.
    pub(crate) fn clear(&self) {
        let _ = self.bars.clear();
    }

    fn talk(&self, text: &str) {
        self.bars.suspend(|| {
            let _ = talk_at_once(self.talk_color, text);
        });
    }
}

/// Writes a text with or without its styles to standard error. Taking the styles away while writing
/// would make a system call of each piece between them.
fn talk_at_once(color: ColorChoice, text: &str) -> std::io::Result<()> {
    let mut stream = std::io::stderr().lock();
    if color == ColorChoice::Never {
        let plain = anstream::adapter::strip_str(text).to_string();
        return stream.write_all(plain.as_bytes());
    }
    AutoStream::new(stream, color).write_all(text.as_bytes())
}

/// Writes to standard output without a [`Terminal`] (before one exists, or in a panic).
pub(crate) fn write_data(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Writes to standard error without a [`Terminal`] (before one exists, or in a panic).
pub(crate) fn write_talk(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// A duration as people say it: `41 ms`, `1.92 s`, `3 min 12 s`.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..60 => format!("{:.2} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A number of bytes as people say it: `812 B`, `1.4 KiB`, `23.0 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        format!("{number} {one}")
    } else {
        format!("{number} {one}s")
    }
}

/// A path as the user would type it: relative when it lies in the working folder.
pub(crate) fn path(path: &Path, working_folder: &Path) -> String {
    let shown = match path.strip_prefix(working_folder) {
        Ok(relative) if relative.as_os_str().is_empty() => Path::new("."),
        Ok(relative) => relative,
        Err(_) => path,
    };
    shown.display().to_string()
}

#[cfg(test)]
mod tests;
