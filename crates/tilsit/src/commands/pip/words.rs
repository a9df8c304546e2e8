//! The lines of pip that scripts look for on standard output: what was, or would be, installed, and
//! what was there already. A person at a terminal has read the same on standard error, with more in
//! it, so nothing is written there.

use std::fmt::Write as _;
use std::path::Path;

use tilsit_environment::Environment;
use tilsit_index_client::SlimMetadata;
use tilsit_installer::plan::PlannedWheel;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::context::Context;
use crate::installing::Change;
use crate::requirements::Wanted;

/// What is replaced, and `Successfully installed a-1.0 b-2.0`, or `Would install …`; nothing when
/// nothing is new.
pub(crate) fn installed(
    change: &Change,
    typed: &[String],
    dry_run: bool,
    context: &Context,
) -> String {
    let plan = &change.plan;
    let mut text = String::new();
    if plan.installs.is_empty() || !context.terminal.tells_scripts() {
        return text;
    }
    if !dry_run {
        for (name, version) in change.replaced() {
            let _ = writeln!(text, "  Attempting uninstall: {name}");
            let _ = writeln!(text, "    Found existing installation: {name} {version}");
            let _ = writeln!(text, "    Uninstalling {name}-{version}:");
            let _ = writeln!(text, "      Successfully uninstalled {name}-{version}");
        }
    }
    let verb = if dry_run {
        "Would install"
    } else {
        "Successfully installed"
    };
    let mut all: Vec<(&ProjectName, String)> = Vec::with_capacity(plan.installs.len());
    for wheel in &plan.installs {
        let (metadata, name) = (wheel.metadata_path(), &wheel.name);
        let name_as_written = spelled(typed, name)
            .map(str::to_owned)
            .or_else(|| name_in(&metadata))
            .unwrap_or_else(|| name.to_string());
        all.push((name, format!("{name_as_written}-{}", wheel.version)));
    }
    all.sort();
    let all: Vec<String> = all.into_iter().map(|(_, shown)| shown).collect();
    let _ = writeln!(text, "{verb} {}", all.join(" "));
    text
}

/// The name as the user typed it.
fn spelled<'a>(typed: &'a [String], name: &ProjectName) -> Option<&'a str> {
    let text = typed.iter().find(|text| is_about(text, name))?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    Some(&text[..end])
}

fn is_about(text: &str, name: &ProjectName) -> bool {
    let requirement = text.parse::<Requirement>();
    requirement.is_ok_and(|requirement| requirement.name == *name)
}

/// The requirements of what is installed, as they are written.
pub(crate) fn requirements_of(change: &Change) -> Vec<String> {
    let paths = change.plan.installs.iter().map(PlannedWheel::metadata_path);
    let texts = paths.filter_map(|path| {
        let bytes = tilsit_files::read(path).ok()?;
        Some(SlimMetadata::parse(&bytes).ok()?.requires_dist)
    });
    let lines = texts.flatten();
    lines
        .map(|line| line.split(';').next().unwrap_or_default().trim().to_owned())
        .collect()
}

/// The name as the project itself writes it.
fn name_in(metadata: &Path) -> Option<String> {
    let bytes = tilsit_files::read(metadata).ok()?;
    Some(SlimMetadata::parse(&bytes).ok()?.name)
}

/// `Requirement already satisfied: …` for each project that stays, as one of the
/// `lines` asks for it: of the user's, or of what is installed.
pub(crate) fn satisfied<'a>(
    projects: impl Iterator<Item = (&'a ProjectName, &'a Version)>,
    lines: &[String],
    wanted: &Wanted,
    environment: &Environment,
    context: &Context,
) -> String {
    let mut text = String::new();
    if !context.terminal.tells_scripts() {
        return text;
    }
    let folder = context.show(&environment.paths().purelib);
    for (name, version) in projects {
        let roots = wanted.requirements.iter().map(|root| &root.requirement);
        let mut roots = roots.filter(|requirement| requirement.name == *name);
        let shown = match (lines.iter().find(|text| is_about(text, name)), roots.next()) {
            (Some(text), _) => text.clone(),
            (None, Some(requirement)) => requirement.to_string(),
            (None, None) => name.to_string(),
        };
        let _ = writeln!(
            text,
            "Requirement already satisfied: {shown} in {folder} ({version})"
        );
    }
    text
}
