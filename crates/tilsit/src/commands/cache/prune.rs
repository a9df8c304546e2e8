//! `cache prune`: what is not needed any more goes.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tilsit_build_backend::{OBJECTS, prune_objects};
use tilsit_build_frontend::{BUILT, GIT, upkeep};
use tilsit_files::{FileError, FileKind, LockKind};
use tilsit_index_client::{METADATA, PAGES};
use tilsit_installer::prune::prune;

use super::cache;
use crate::commands::run::{SCRIPTS, upkeep as environments_of_run};
use crate::context::Context;
use crate::error::CommandError;
use crate::installing::lock_store;
use crate::pythons::PROBES;
use crate::report::Report;
use crate::terminal::{GOOD, count, size};

/// A temporary folder that nobody has changed for so long was left by a run that broke off.
const LEFT_AFTER: Duration = Duration::from_hours(24);

/// What was not used for so long is made again when it is wanted.
const UNUSED_AFTER: Duration = Duration::from_hours(24 * 30);

/// The folders of a cache with the version of their form.
const FOLDERS: [&str; 7] = [PAGES, METADATA, BUILT, GIT, PROBES, SCRIPTS, OBJECTS];

/// What went, and how many wheels stay.
#[derive(Debug, Default, Serialize)]
struct Answer {
    removed: usize,
    kept: usize,
    leftovers: usize,
    environments: usize,
    builds: usize,
    objects: usize,
    clones: usize,
    old_folders: Vec<String>,
    bytes: u64,
}

pub(super) fn run(context: &Context) -> Result<Report, CommandError> {
    let Some(cache) = cache(context)? else {
        return Ok(Report::silent(Answer::default()));
    };
    let _lock = lock_store(LockKind::Exclusive, context)?;
    let spinner = context.terminal.spinner("Pruning the cache");
    let now = SystemTime::from(context.now());
    let since = context.now() - UNUSED_AFTER;
    let (old_folders, old_bytes) = old_forms(cache.root())?;
    // The environments go first: what only they use goes with them.
    let environments = environments_of_run::prune(cache.root(), since)?;
    let built = upkeep::prune(cache.root(), now - UNUSED_AFTER)?;
    let (objects, objects_bytes) = prune_objects(&cache.root().join(OBJECTS), now - UNUSED_AFTER)?;
    let on_wheel = &mut |_: &str| context.interrupt.flow();
    let pruned = prune(cache.root(), now - LEFT_AFTER, on_wheel)?;
    drop(spinner);
    let answer = Answer {
        removed: pruned.wheels,
        kept: pruned.kept,
        leftovers: pruned.leftovers,
        environments,
        builds: built.builds,
        objects,
        clones: built.clones,
        old_folders,
        bytes: pruned.bytes + built.bytes + objects_bytes + old_bytes,
    };
    tell(&answer, context);
    Ok(Report::silent(answer))
}

fn tell(answer: &Answer, context: &Context) {
    let parts = [
        (answer.removed, "wheel"),
        (answer.environments, "environment"),
        (answer.builds, "build"),
        (answer.objects, "object"),
        (answer.clones, "clone"),
        (answer.old_folders.len(), "old folder"),
        (answer.leftovers, "leftover"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| count(*number, what)).collect();
    let kept = count(answer.kept, "wheel");
    let line = if parts.is_empty() {
        format!("Nothing to remove; {kept} in use")
    } else {
        let (parts, bytes) = (parts.join(", "), size(answer.bytes));
        format!("{GOOD}Removed{GOOD:#} {parts} ({bytes}); {kept} in use")
    };
    context.terminal.say(line);
}

/// Removes what older versions of this program kept in forms that are not read any more. Newer forms
/// are a newer program's.
fn old_forms(cache: &Path) -> Result<(Vec<String>, u64), FileError> {
    let (mut names, mut bytes) = (Vec::new(), 0);
    for entry in tilsit_files::read_dir(cache)? {
        let name = entry.name.to_string_lossy().into_owned();
        if entry.kind != FileKind::Folder || !is_older(&name) {
            continue;
        }
        for inside in tilsit_files::walk(&entry.path)? {
            if inside.kind == FileKind::File {
                bytes += tilsit_files::symlink_metadata(&inside.path)?.len();
            }
        }
        tilsit_files::remove_dir_all(&entry.path)?;
        names.push(name);
    }
    Ok((names, bytes))
}

/// Whether a folder has an older version of a form than is read now.
fn is_older(name: &str) -> bool {
    let parts = |name: &str| {
        let (stem, number) = name.rsplit_once('-')?;
        let number: u32 = number.trim_start_matches('v').parse().ok()?;
        Some((stem.to_owned(), number))
    };
    let Some((stem, number)) = parts(name) else {
        return false;
    };
    let mut current = FOLDERS.iter().filter_map(|folder| parts(folder));
    current.any(|(known, newest)| known == stem && number < newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_forms() {
        for (name, expected) in [
            ("pages-v1", true),
            ("pages-v2", false),
            ("pages-v3", false),
            ("scripts-0", true),
            ("wheels", false),
            ("notes-v1", false),
            ("pages-vx", false),
        ] {
            assert_eq!(is_older(name), expected, "{name}");
        }
    }
}
