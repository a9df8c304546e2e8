//! `conformance mending FOLDER`: real source distributions are unpacked, checked and mended, as
//! `tilsit check --fix` does. What is mended is found no more, and a second time changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tilsit_dist::check::{Limits, Tree, is_distribution};
use tilsit_dist::sdist::unpack;
use tilsit_dist::{Finding, Fix};

use crate::process::{root, say};

/// Where they are unpacked.
const FOLDER: &str = "target/conformance/mending";

/// How often something was found and mended.
#[derive(Default)]
struct Counts {
    found: usize,
    safe: usize,
    unsafe_: usize,
}

/// Mends the source distributions in a folder, first what is safe, then the rest, and prints how often.
///
/// # Errors
/// When one cannot be unpacked, and when one does not stay as it was mended.
pub(crate) fn try_all(folder: &Path) -> Result<()> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let mut trees = 0;
    for archive in archives(folder)? {
        let Some(tree) = unpacked(&archive)? else {
            continue;
        };
        trees += 1;
        for finding in Tree::new(&tree).check()? {
            counts
                .entry(format!("{:?}", finding.rule))
                .or_default()
                .found += 1;
        }
        for is_safe in [true, false] {
            let tried = mend(&tree, is_safe);
            let mended = tried.with_context(|| format!("in {}", archive.display()))?;
            for finding in mended {
                let counts = counts.entry(format!("{:?}", finding.rule)).or_default();
                if is_safe {
                    counts.safe += 1;
                } else {
                    counts.unsafe_ += 1;
                }
            }
        }
    }
    for (rule, counts) in &counts {
        let Counts {
            found,
            safe,
            unsafe_,
        } = counts;
        say(format_args!(
            "{rule}: {found} found, {safe} mended, {unsafe_} unsafely"
        ));
    }
    say(format_args!(
        "{trees} source trees, each the same after a second time"
    ));
    Ok(())
}

/// Mends a tree on disk and tells what was mended.
fn mend(folder: &Path, is_safe: bool) -> Result<Vec<Finding>> {
    let is_wanted = |_: &Finding, fix: &Fix| fix.is_safe || !is_safe;
    let tree = Tree::new(folder);
    let first = tree.mend(&is_wanted)?;
    for file in &first.files {
        if file.name == "pyproject.toml" {
            let read = file.after.parse::<toml::Table>();
            read.with_context(|| format!("{} is no TOML any more", file.name))?;
        }
        fs::write(folder.join(&file.name), &file.after)?;
    }
    let second = tree.mend(&is_wanted)?;
    ensure!(
        second.files.is_empty(),
        "it changes again: {:?}",
        second.mended
    );
    ensure!(
        second.left == first.left,
        "other things are left than were told"
    );
    let again = first
        .mended
        .iter()
        .find(|finding| second.left.contains(finding));
    ensure!(again.is_none(), "it was mended and is found: {again:?}");
    Ok(first.mended)
}

fn archives(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| is_distribution(&path.to_string_lossy()));
    paths.sort();
    ensure!(
        !paths.is_empty(),
        "no source distributions in {}",
        folder.display()
    );
    Ok(paths)
}

/// The tree of an archive, unpacked anew; none where it cannot be, which is told.
fn unpacked(archive: &Path) -> Result<Option<PathBuf>> {
    let folder = root().join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    match unpack(archive, &folder, &Limits::default()) {
        Ok(tree) => Ok(Some(tree)),
        Err(error) => {
            say(format_args!("{}: {error}", archive.display()));
            Ok(None)
        }
    }
}
