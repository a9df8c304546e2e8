//! Progress bars for long work: shown on a terminal only, and gone when the work is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal::Terminal;

/// One line of progress. It disappears when dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Terminal {
    /// Work whose length is not known: a spinner with a message.
    pub(crate) fn spinner(&self, message: &str) -> Progress {
        let style = ProgressStyle::with_template("{spinner:.cyan} {msg}")
            .expect("the template is fixed and valid");
        let bar = self
            .bars
            .add(ProgressBar::new_spinner().with_style(style))
            .with_message(message.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress { bar }
    }

    /// Work that counts `total` things.
    pub(crate) fn counter(&self, message: &str, total: u64) -> Progress {
        let style =
            ProgressStyle::with_template("{msg} [{bar:30.cyan/dim}] {pos}/{len} {wide_msg:.dim}")
                .expect("the template is fixed and valid")
                .progress_chars("━╸─");
        let bar = self
            .bars
            .add(ProgressBar::new(total).with_style(style))
            .with_message(message.to_owned());
        Progress { bar }
    }

    /// Work that moves `total` bytes.
    pub(crate) fn bytes(&self, message: &str, total: u64) -> Progress {
        let style = ProgressStyle::with_template(
            "{msg} [{bar:30.cyan/dim}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}",
        )
        .expect("the template is fixed and valid")
        .progress_chars("━╸─");
        let bar = self
            .bars
            .add(ProgressBar::new(total).with_style(style))
            .with_message(message.to_owned());
        Progress { bar }
    }
}

impl Progress {
    /// Shows what is being worked on now.
    pub(crate) fn message(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }

    /// `count` more things, or bytes, are done.
    pub(crate) fn advance(&self, count: u64) {
        self.bar.inc(count);
    }

    /// `count` things, or bytes, are done in all.
    pub(crate) fn set(&self, count: u64) {
        self.bar.set_position(count);
    }

    /// How many things, or bytes, there are in all.
    pub(crate) fn total(&self, total: u64) {
        self.bar.set_length(total);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
