//! The lines of pip that scripts look for on standard output: what was, or would be, installed, and
//! what was there already. A person at a terminal has read the same on standard error, with more in
//! it, so nothing is written there.

use std::fmt::Write as _;
use std::path::Path;

use tilsit_environment::Environment;
use tilsit_index_client::SlimMetadata;
use tilsit_installer::InstallPlan;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::context::Context;
use crate::requirements::Wanted;

/// `Successfully installed a-1.0 b-2.0`, or `Would install …`; nothing when nothing is new.
pub(crate) fn installed(plan: &InstallPlan, dry_run: bool, context: &Context) -> String {
    if plan.installs.is_empty() || !context.terminal.tells_scripts() {
        return String::new();
    }
    let verb = if dry_run {
        "Would install"
    } else {
        "Successfully installed"
    };
    let mut all: Vec<(&ProjectName, String)> = Vec::with_capacity(plan.installs.len());
    for wheel in &plan.installs {
        let (metadata, name) = (wheel.metadata_path(), &wheel.name);
        let name_as_written = name_in(&metadata).unwrap_or_else(|| name.to_string());
        all.push((name, format!("{name_as_written}-{}", wheel.version)));
    }
    all.sort();
    let all: Vec<String> = all.into_iter().map(|(_, shown)| shown).collect();
    format!("{verb} {}\n", all.join(" "))
}

/// The name as the project itself writes it.
fn name_in(metadata: &Path) -> Option<String> {
    let bytes = tilsit_files::read(metadata).ok()?;
    Some(SlimMetadata::parse(&bytes).ok()?.name)
}

/// `Requirement already satisfied: …` for each project that stays, in the user's words where it is
/// the user who wants it.
pub(crate) fn satisfied<'a>(
    projects: impl Iterator<Item = (&'a ProjectName, &'a Version)>,
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
        let shown = roots
            .next()
            .map_or_else(|| name.to_string(), ToString::to_string);
        let _ = writeln!(
            text,
            "Requirement already satisfied: {shown} in {folder} ({version})"
        );
    }
    text
}
