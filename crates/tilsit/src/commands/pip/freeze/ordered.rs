//! `pip freeze -r FILE`: what is installed in the order of requirements files, whose comments and
//! options stay, and the rest behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirements_file::{Target, parse_editable, parse_target};

use super::Entry;
use crate::context::Context;
use crate::error::CommandError;

/// The text.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn text(
    files: &[PathBuf],
    entries: &[Entry],
    context: &Context,
) -> Result<String, CommandError> {
    let known = entries.iter().map(|entry| (&entry.name, entry));
    let mut ordering = Ordering {
        remaining: known.collect(),
        lines: Vec::new(),
        echoed: BTreeSet::new(),
        files: BTreeMap::new(),
        context,
    };
    for file in files {
        let text = tilsit_files::read_to_string(context.resolve(file))?;
        for line in text.lines() {
            ordering.take(file, line.trim_end());
        }
    }
    for (name, files) in &ordering.files {
        if files.len() > 1 {
            let files: BTreeSet<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            let files = Vec::from_iter(files).join(", ");
            context.terminal.warn(format_args!(
                "Requirement {name} included multiple times [{files}]"
            ));
        }
    }
    let mut lines = ordering.lines;
    lines.push("## The following requirements were added by pip freeze:".to_owned());
    let rest = ordering.remaining.values();
    lines.extend(rest.map(|entry| entry.requirement.clone()));
    Ok(format!("{}\n", lines.join("\n")))
}

struct Ordering<'a> {
    /// What no line has named yet.
    remaining: BTreeMap<&'a ProjectName, &'a Entry>,
    lines: Vec<String>,
    /// Comments and options, of which each is repeated once.
    echoed: BTreeSet<String>,
    /// The files that name a project.
    files: BTreeMap<ProjectName, Vec<&'a Path>>,
    context: &'a Context,
}

impl<'a> Ordering<'a> {
    fn take(&mut self, file: &'a Path, line: &str) {
        let editable = editable(line);
        let is_option = line.starts_with('-') && editable.is_none();
        if line.trim().is_empty() || line.trim_start().starts_with('#') || is_option {
            if self.echoed.insert(line.to_owned()) {
                self.lines.push(line.to_owned());
            }
            return;
        }
        let text = without_comment(editable.unwrap_or(line));
        let target = match editable {
            Some(_) => parse_editable(text),
            None => parse_target(text),
        };
        let shown = file.display();
        let Some(name) = target.ok().and_then(|target| name_of(&target)) else {
            self.context.terminal.detail(format_args!(
                "Skipping line in requirement file [{shown}] because it's not clear what it would \
                 install: {text}"
            ));
            return;
        };
        let written = as_written(text);
        if let Some(entry) = self.remaining.remove(&name) {
            self.lines.push(entry.requirement.clone());
            self.files.entry(name).or_default().push(file);
        } else if let Some(files) = self.files.get_mut(&name) {
            files.push(file);
        } else {
            self.context.terminal.warn(format_args!(
                "Requirement file [{shown}] contains {text}, but package '{written}' is not \
                 installed"
            ));
        }
    }
}

/// What stands behind `-e`.
fn editable(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("--editable")
        .or_else(|| line.strip_prefix("-e"))?;
    Some(rest.trim_start_matches(['=', ' ', '\t']))
}

fn without_comment(text: &str) -> &str {
    let end = text.find(" #").unwrap_or(text.len());
    text[..end].trim()
}

fn name_of(target: &Target) -> Option<ProjectName> {
    match target {
        Target::Named(requirement) => Some(requirement.name.clone()),
        Target::Url(target) => target.name.clone(),
        Target::Path(_) => None,
    }
}

/// The project's name, spelled as in the line.
fn as_written(text: &str) -> String {
    let start = text.find("egg=").map_or(0, |start| start + "egg=".len());
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    text[start..].chars().take_while(is_name).collect()
}
