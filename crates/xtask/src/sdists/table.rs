//! The table of what was built: `docs/conformance-sdists.md`.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use super::building::{Built, Outcome};
use crate::process::{root, say};

/// How much of a reason is shown.
const REASON_MAX: usize = 300;

/// Writes the table.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(results: &[(String, Outcome)]) -> Result<()> {
    let is_built = |built: &Built| built.is_built();
    let of = |ours: bool, theirs: bool| {
        results.iter().filter(move |(_, outcome)| {
            (is_built(&outcome.ours), is_built(&outcome.theirs)) == (ours, theirs)
        })
    };
    let (both, ours) = (of(true, true).count(), of(true, false).count());
    let (theirs, neither) = (of(false, true).count(), of(false, false).count());
    let alike = of(true, true).filter(|(_, outcome)| outcome.is_alike());
    let alike = alike.count();
    let mut text = String::new();
    write!(
        text,
        "# Source distributions, built\n\n\
         Written by `cargo xtask sdists`: {} source distributions of the default index, of every year since \
         2005, each built to a wheel by `tilsit build --wheel` and by `uv build --wheel` (0.13.9) with \
         CPython 3.11. Compared are the name of the wheel, which has its tags, and the names of all files \
         in it.\n\n\
         | | |\n|---|---|\n\
         | built by both, alike | {alike} |\n\
         | built by both, otherwise | {} |\n\
         | built by tilsit alone | {ours} |\n\
         | built by uv alone | {theirs} |\n\
         | built by neither | {neither} |\n",
        results.len(),
        both - alike,
    )?;
    let sections = [
        ("Built by both, otherwise", true, true),
        ("Built by uv alone", false, true),
        ("Built by tilsit alone", true, false),
        ("Built by neither", false, false),
    ];
    for (title, is_ours, is_theirs) in sections {
        let rows = of(is_ours, is_theirs)
            .filter(|(_, outcome)| !(is_ours && is_theirs && outcome.is_alike()));
        let rows: Vec<String> = rows
            .map(|(release, outcome)| row(release, outcome))
            .collect();
        if !rows.is_empty() {
            let rows = rows.concat();
            write!(
                text,
                "\n## {title}\n\n| release | of | by | why |\n|---|---|---|---|\n{rows}"
            )?;
        }
    }
    text.push_str("\n## Built by both, alike\n\n| release | of | by | files | said |\n|---|---|---|---|---|\n");
    for (release, outcome) in of(true, true).filter(|(_, outcome)| outcome.is_alike()) {
        if let Built::Wheel { files, notes, .. } = &outcome.ours {
            let (uploaded, backend) = (year(outcome), &outcome.backend);
            let (count, notes) = (files.len(), cell(&notes.join("; ")));
            writeln!(
                text,
                "| {release} | {uploaded} | {backend} | {count} | {notes} |"
            )?;
        }
    }
    fs::write(root().join("docs/conformance-sdists.md"), text)?;
    say(format_args!(
        "{alike} alike, {} otherwise, {ours} by tilsit alone, {theirs} by uv alone, {neither} by neither",
        both - alike
    ));
    Ok(())
}

fn year(outcome: &Outcome) -> &str {
    outcome.uploaded.get(..4).unwrap_or_default()
}

fn row(release: &str, outcome: &Outcome) -> String {
    let why = match &outcome.ours {
        Built::Nothing(said) => reason(said),
        Built::Wheel { notes, .. } if !outcome.theirs.is_built() => notes.join("; "),
        Built::Wheel { .. } => outcome.differences().join(", "),
    };
    let (year, backend) = (year(outcome), &outcome.backend);
    format!("| {release} | {year} | {backend} | {} |\n", cell(&why))
}

/// What our message says in short: the hints, else the exception.
fn reason(said: &str) -> String {
    let hints: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("hint: "))
        .collect();
    if !hints.is_empty() {
        return hints.join("; ");
    }
    let error = said.lines().find_map(|line| line.strip_prefix("error: "));
    let error = error.or_else(|| said.lines().last()).unwrap_or_default();
    let (_, error) = error.split_once(" failed: ").unwrap_or(("", error));
    let (error, _) = error.rsplit_once(" [TL").unwrap_or((error, ""));
    error.to_owned()
}

/// A text as it may stand in a cell; paths of the machine that it was built on are of no interest.
fn cell(text: &str) -> String {
    // Neither paths nor hosts: they are those of one machine.
    let is_elsewhere = |word: &str| {
        let path = word.trim_start_matches(['-', 'I', 'L', '(', '[', '\'', '"', '`']);
        path.starts_with('/') || word.contains("://")
    };
    let words = text.split_whitespace();
    let words = words.map(|word| if is_elsewhere(word) { "…" } else { word });
    let text = words.collect::<Vec<_>>().join(" ").replace('|', "\\|");
    match text.char_indices().nth(REASON_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
