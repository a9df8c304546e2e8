//! A resolution as a requirements file, in the form that pip-tools made known: one pinned line a
//! project, its hashes, and who wanted it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One pinned project.
#[derive(Clone, Debug, Default)]
pub(super) struct PinnedLine {
    /// `name[extra]==version` or `name @ url`, with the marker when there is one.
    pub(super) requirement: String,
    /// `sha256:…`, one for each file that may be installed.
    pub(super) hashes: Vec<String>,
    /// `-r requirements.in`, `-c constraints.txt`, or the name of a project.
    pub(super) wanted_by: BTreeSet<WantedBy>,
}

/// Who wanted a project. Files come before projects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WantedBy {
    /// A requirements file, as typed.
    Requirements(String),
    /// A constraints file, as typed.
    Constraints(String),
    /// The command line or another place with no file.
    Direct(String),
    /// Another project.
    Project(String),
}

impl WantedBy {
    /// As the annotation says it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Requirements(file) => format!("-r {file}"),
            Self::Constraints(file) => format!("-c {file}"),
            Self::Direct(name) | Self::Project(name) => name.clone(),
        }
    }
}

/// What stands around the lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The command to repeat, for the header; none without a header.
    pub(super) command: Option<String>,
    /// Say who wanted each project.
    pub(super) annotate: bool,
    /// Say it at the end of the line.
    pub(super) annotate_in_line: bool,
    /// Index options to repeat in the file.
    pub(super) options: Vec<String>,
}

/// The requirements file.
pub(super) fn render(lines: &[PinnedLine], layout: &Layout) -> String {
    let mut text = String::new();
    if let Some(command) = &layout.command {
        let _ = writeln!(
            text,
            "# This file was made by tilsit with the following command:\n#    {command}"
        );
    }
    for option in &layout.options {
        let _ = writeln!(text, "{option}");
    }
    if !layout.options.is_empty() {
        text.push('\n');
    }
    for line in lines {
        text.push_str(&line.requirement);
        for hash in &line.hashes {
            let _ = write!(text, " \\\n    --hash={hash}");
        }
        if layout.annotate {
            text.push_str(&annotation(&line.wanted_by, layout.annotate_in_line));
        }
        text.push('\n');
    }
    text
}

fn annotation(wanted_by: &BTreeSet<WantedBy>, in_line: bool) -> String {
    let origins: Vec<String> = wanted_by.iter().map(WantedBy::text).collect();
    match origins.as_slice() {
        [] => String::new(),
        origins if in_line => format!("  # via {}", origins.join(", ")),
        [origin] => format!("\n    # via {origin}"),
        origins => origins
            .iter()
            .fold("\n    # via".to_owned(), |mut text, origin| {
                let _ = write!(text, "\n    #   {origin}");
                text
            }),
    }
}

#[cfg(test)]
mod tests;
