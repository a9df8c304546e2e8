//! What an audit of a wheel for macOS, iOS, Windows or Android finds: its files, what they need, and whether its
//! tags say the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use tilsit_archive::ReadAt;
use tilsit_dist::wheel::Wheel;

use crate::error::RepairError;

/// What an audit found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Contents {
    /// The platform tags of the wheel's name.
    pub tags: Vec<String>,
    /// The tags that its files allow; of wheels for iOS none is told.
    pub allowed: Vec<String>,
    /// What of the tags is not true, in words.
    pub untrue: Vec<String>,
    /// What no tag says and yet somebody should know, in words.
    pub remarks: Vec<String>,
    /// The compiled files by name, with what each has for a machine.
    pub files: BTreeMap<String, Vec<Image>>,
    /// Libraries of Microsoft's compilers that are not in the wheel and ought to be, and the files that
    /// need each; with the machine, where one part of a file lacks it and another does not.
    pub runtime: BTreeMap<String, BTreeSet<String>>,
    /// Libraries that are neither in the wheel nor part of system and Python, and likewise the files.
    pub outside: BTreeMap<String, BTreeSet<String>>,
    /// Files that were passed over, and why.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// What a file has for a machine.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
    /// The machine.
    pub machine: &'static str,
    /// The oldest system that will do, where it is said.
    pub minimum: Option<String>,
    /// Whether it is for .NET: then it may run on any machine.
    pub managed: bool,
    /// What it needs.
    pub libraries: Vec<Need>,
}

/// Where a library is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the wheel.
    Wheel,
    /// Part of the system.
    System,
    /// Part of the Python that the wheel is for.
    Python,
    /// Part of what Microsoft's compilers need, which neither system nor Python brings along.
    Runtime,
    /// Elsewhere, or nowhere.
    Outside,
}

/// A library that a file needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Its name, as the file has it.
    pub library: String,
    /// Where it is.
    pub place: Place,
    /// The file in the wheel, where it is there.
    pub path: Option<String>,
    /// Whether the file starts without it: it is weak (macOS), or loaded at its first use (Windows).
    pub optional: bool,
}

impl Contents {
    /// What is told of any such wheel. Files that could not be read have `faults`.
    pub(crate) fn of<S: ReadAt, E: fmt::Display>(
        wheel: &Wheel<S>,
        faults: &[(String, E)],
        allowed: Vec<String>,
    ) -> Self {
        let faults = faults.iter();
        Self {
            tags: wheel
                .file_name()
                .tags
                .platforms()
                .map(str::to_owned)
                .collect(),
            allowed,
            notes: faults
                .map(|(path, fault)| format!("`{path}` {fault}"))
                .collect(),
            ..Self::default()
        }
    }

    /// Adds what of a tag is not true; `path` is that of the file that breaks it, or none for the wheel.
    pub(crate) fn add_breach(&mut self, tag: &str, path: Option<&str>, breach: &dyn fmt::Display) {
        let who = path.map_or("the wheel".to_owned(), |path| format!("`{path}`"));
        self.untrue.push(format!("{tag}: {who} {breach}"));
    }

    /// Adds a tag of another system, or none that there is.
    pub(crate) fn add_unknown(&mut self, tag: &str) {
        self.remarks
            .push(format!("{tag}: no tag of this system; not looked into"));
    }

    /// Adds a file.
    pub(crate) fn add_file(&mut self, path: &str, images: Vec<Image>) {
        for image in &images {
            for need in &image.libraries {
                let missing = match need.place {
                    Place::Runtime => &mut self.runtime,
                    Place::Outside => &mut self.outside,
                    Place::Wheel | Place::System | Place::Python => continue,
                };
                let lacks = |other: &Image| {
                    let mut needs = other.libraries.iter();
                    needs.any(|own| (&own.library, own.place) == (&need.library, need.place))
                };
                let user = if images.iter().all(lacks) {
                    path.to_owned()
                } else {
                    format!("{path} ({})", image.machine)
                };
                let users = missing.entry(need.library.clone()).or_default();
                users.insert(user);
            }
        }
        self.files.insert(path.to_owned(), images);
    }

    /// The audit, if there was anything to look at.
    ///
    /// # Errors
    /// When there was not.
    pub(crate) fn finish(self, wheel: &str) -> Result<Self, RepairError> {
        if self.files.is_empty() && self.notes.is_empty() {
            return Err(RepairError::Bare(wheel.to_owned()));
        }
        Ok(self)
    }
}
