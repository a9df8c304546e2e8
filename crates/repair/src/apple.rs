//! The audit of a wheel for macOS or iOS: for which machines and versions its files are, where the
//! libraries are that they need, and whether its tags say the truth.

mod loading;

use std::collections::BTreeMap;

use tilsit_archive::ReadAt;
use tilsit_binaries::System;
use tilsit_dist::platform::apple::{self, AppleFile, AppleTag, shown};
use tilsit_dist::wheel::{Scheme, Wheel, WheelEntry};

use crate::contents::{Contents, Image};
use crate::error::RepairError;

/// Audits a wheel.
///
/// # Errors
/// When the wheel is refused, has no compiled code, or too many files that need each other.
pub(crate) fn audit<S: ReadAt>(wheel: &Wheel<S>) -> Result<Contents, RepairError> {
    let (mut files, faults) = apple::read(wheel, wheel.files().iter())?;
    files.retain(|file| file.parts.iter().any(|part| part.is_loadable));
    let mut contents = Contents::of(wheel, &faults, apple::allowed(&files));
    let mut system = System::MacOs;
    for tag in contents.tags.clone() {
        let Some(known) = AppleTag::parse(&tag) else {
            contents.add_unknown(&tag);
            continue;
        };
        system = known.system;
        for breach in known.breaches(&files) {
            contents.add_breach(&tag, breach.path(), &breach);
        }
        contents
            .remarks
            .extend(needs_minor_version(&known, &tag, &files));
    }
    if system != System::MacOs {
        contents.allowed.clear();
    }
    let needs = loading::needs(&files, &installed(wheel, &files));
    let needs = needs.ok_or_else(|| RepairError::Tangled(wheel.text_name().to_owned()))?;
    let mut needs = needs.into_iter();
    for file in &files {
        let parts = file.parts.iter().filter(|part| part.is_loadable);
        let images = parts.map(|part| Image {
            machine: part.machine.name(),
            minimum: part.minimum(system).map(shown),
            managed: false,
            libraries: needs.next().unwrap_or_default(),
        });
        contents.add_file(&file.path, images.collect());
    }
    contents.finish(wheel.text_name())
}

/// Where each file goes below the folder of modules. Files for other folders keep their names, which
/// lead to each other alone.
fn installed<S: ReadAt>(wheel: &Wheel<S>, files: &[AppleFile]) -> Vec<String> {
    let is_module = |entry: &&WheelEntry| matches!(entry.scheme, Scheme::Purelib | Scheme::Platlib);
    let entries = wheel.files().iter().filter(is_module);
    let paths: BTreeMap<&str, &str> = entries
        .map(|entry| (entry.name.as_str(), entry.path()))
        .collect();
    let installed = files.iter().map(|file| {
        let path = paths.get(file.path.as_str()).copied();
        path.unwrap_or(&file.path).to_owned()
    });
    installed.collect()
}

/// Tags of macOS 11 and later name the major version alone: a file that needs a minor one is taken by
/// systems that may lack what it wants.
fn needs_minor_version(tag: &AppleTag, text: &str, files: &[AppleFile]) -> Option<String> {
    if tag.system != System::MacOs {
        return None;
    }
    let parts = tag.machines.iter().flat_map(|machine| {
        let parts = files.iter().filter_map(|file| file.part(*machine));
        parts.filter_map(|part| part.minimum(System::MacOs))
    });
    let newest = parts.max()?;
    let (major, minor, _) = newest;
    (major >= 11 && minor > 0 && major == tag.version.0).then(|| {
        let shown = shown(newest);
        format!(
            "{text}: made for {shown} and newer; tags cannot say so, and {major}.0 takes it too"
        )
    })
}
