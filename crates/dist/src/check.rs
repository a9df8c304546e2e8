//! Checking distribution files before they are published: what an index would refuse, what an
//! installer would, and what would surprise whoever installs them.
//!
//! The readers of this crate refuse what is not sound and note what is odd. Here both become
//! [`Finding`]s, and what no reader has to care about is looked at too: the description, the tags
//! against the contents, what is importable, and whether the files of a release say the same.
//!
//! - [`check_files`] takes files on disk, [`check_file`] one; [`check_wheel`] and [`check_sdist`] take one that is open.
//! - [`Tree`] is a source tree, to be checked and mended.
//! - [`check_releases`] holds the files of each release against each other.

mod classifiers;
mod contents;
mod faults;
mod metadata;
mod platform;
mod readme;
mod releases;
mod sdist;
mod stable_abi;
mod tags;
mod tree;
mod unwanted;
mod wheel;

use std::path::Path;

pub use tilsit_archive::Limits;
use tilsit_files::{FileError, threads};

use crate::finding::Finding;
use crate::rule::Rule;
use crate::sdist::{Sdist, SdistFault};
use crate::wheel::{Wheel, WheelFault};

pub use releases::{Described, check_releases};
pub use sdist::check_sdist;
pub use tree::{Mended, MendedFile, Tree, check_pyproject, check_tree_texts, is_tree};
pub use wheel::check_wheel;

/// A file that was checked.
#[derive(Debug)]
pub struct Checked {
    /// What is wrong with it, in the order in which it was looked at.
    pub findings: Vec<Finding>,
    /// What it says about itself, where that can be read.
    pub described: Option<Described>,
}

impl Checked {
    fn refused(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            described: None,
        }
    }
}

/// Whether a file is a distribution, by its name.
pub fn is_distribution(file_name: &str) -> bool {
    is_wheel(file_name) || is_sdist(file_name)
}

fn is_wheel(file_name: &str) -> bool {
    has_ending(file_name, &[".whl"])
}

fn is_sdist(file_name: &str) -> bool {
    has_ending(
        file_name,
        &[".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"],
    )
}

/// Whether a name ends so; the endings of distribution files and modules are lower case.
fn has_ending(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Checks a file on disk.
///
/// # Errors
/// When the file cannot be read.
pub fn check_file(path: &Path, limits: &Limits) -> Result<Checked, FileError> {
    let file_name = name_of(path);
    if is_wheel(&file_name) {
        return match Wheel::open(path, limits) {
            Ok(wheel) => Ok(Checked {
                findings: check_wheel(&wheel),
                described: Some(Described::of_wheel(&wheel)),
            }),
            Err(error) => match *error.fault {
                WheelFault::File(error) => Err(error),
                fault => Ok(Checked::refused(faults::of_wheel(&fault))),
            },
        };
    }
    if is_sdist(&file_name) {
        return match Sdist::open(path, limits) {
            Ok(sdist) => Ok(Checked {
                findings: check_sdist(&sdist),
                described: Described::of_sdist(&sdist),
            }),
            Err(error) => match *error.fault {
                SdistFault::File(error) => Err(error),
                fault => Ok(Checked::refused(faults::of_sdist(&fault))),
            },
        };
    }
    // So that a file which cannot be read is one in any case.
    tilsit_files::metadata(path)?;
    let reason = "is neither a wheel (`.whl`) nor a source distribution (`.tar.gz`)";
    Ok(Checked::refused(Finding::new(
        Rule::FileName,
        "",
        "",
        reason,
    )))
}

/// `one`, and how many others there are.
fn and_others(one: &str, all: usize) -> String {
    match all {
        0 | 1 => format!("`{one}`"),
        2 => format!("`{one}` and 1 other"),
        _ => format!("`{one}` and {} others", all - 1),
    }
}

/// Checks files on disk on all processors, and the files of each release against each other; the
/// answers come in the order of the files.
///
/// # Errors
/// When a file cannot be read.
pub fn check_files(paths: &[&Path], limits: &Limits) -> Result<Vec<Checked>, FileError> {
    let answers = threads::map_each(paths, |path| check_file(path, limits));
    let mut checked = answers.into_iter().collect::<Result<Vec<Checked>, _>>()?;
    let mut numbers = Vec::new();
    let mut described = Vec::new();
    let names: Vec<String> = paths.iter().map(|path| name_of(path)).collect();
    for (number, file) in checked.iter().enumerate() {
        if let Some(known) = &file.described {
            numbers.push(number);
            described.push((names[number].as_str(), known));
        }
    }
    for (known, finding) in check_releases(&described) {
        checked[numbers[known]].findings.push(finding);
    }
    Ok(checked)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
