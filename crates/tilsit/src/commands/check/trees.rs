//! A source tree: its own rules, and its files under version control against its newest sdist.

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_dist::Finding;
use tilsit_dist::check::{Limits, check_against_sdist, check_tree, is_distribution};
use tilsit_dist::sdist::Sdist;

use crate::context::Context;
use crate::error::CommandError;

/// Where builds put what they make.
const BUILT: &str = "dist";

/// Checks a source tree. No code of it is run.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn check(folder: &Path, context: &Context) -> Result<Vec<Finding>, CommandError> {
    let mut findings = check_tree(folder)?;
    let Some(listed) = under_version_control(folder) else {
        context
            .terminal
            .detail("no files under version control to compare with");
        return Ok(findings);
    };
    let Some(path) = newest_sdist(folder) else {
        context
            .terminal
            .detail("no source distribution in dist to compare with");
        return Ok(findings);
    };
    let shown = context.show(&path);
    // One that is not sound is for its own check.
    if let Ok(sdist) = Sdist::open(&path, &Limits::default()) {
        context
            .terminal
            .detail(format_args!("comparing with `{shown}`"));
        findings.extend(check_against_sdist(&listed, &sdist));
    }
    Ok(findings)
}

/// The files that git tracks, relative to the folder; none where git does not know it.
fn under_version_control(folder: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    // A repository may name programs to be run by git; listing files needs none of them.
    git.args(["-c", "core.fsmonitor=false", "ls-files", "-z"])
        .current_dir(folder);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let names = output.stdout.split(|byte| *byte == 0);
    let names = names.filter(|name| !name.is_empty());
    let listed: Vec<String> = names
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    Some(listed).filter(|listed| !listed.is_empty())
}

fn newest_sdist(folder: &Path) -> Option<PathBuf> {
    let entries = tilsit_files::read_dir(folder.join(BUILT)).ok()?;
    let sdists = entries.into_iter().map(|entry| entry.path).filter(|path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        is_distribution(&name) && path.extension().is_some_and(|ending| ending != "whl")
    });
    let modified = |path: &PathBuf| tilsit_files::metadata(path).ok()?.modified().ok();
    sdists.max_by_key(modified)
}
