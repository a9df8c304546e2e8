//! The audit of a wheel for Windows: for which machines its files are, where the libraries are that
//! they need, and whether its tags say the truth.
//!
//! Which libraries Windows and Python bring along are facts of delvewheel (MIT licence), turned into
//! `windows/libraries.txt` by `cargo xtask policies`.

mod libraries;

use std::collections::{BTreeMap, BTreeSet};

use tilsit_archive::ReadAt;
use tilsit_dist::platform::windows::{self, WindowsFile, breaches, machine_of_tag, tag_of_machine};
use tilsit_dist::wheel::Wheel;

use crate::contents::{Contents, Image, Need, Place};
use crate::error::RepairError;
use libraries::Libraries;

/// Audits a wheel.
///
/// # Errors
/// When the wheel is refused, or has no compiled code.
pub(crate) fn audit<S: ReadAt>(wheel: &Wheel<S>) -> Result<Contents, RepairError> {
    let (files, faults) = windows::read(wheel, wheel.files().iter())?;
    let mut contents = Contents::of(wheel, &faults, allowed(&files));
    for tag in contents.tags.clone() {
        let Some(machine) = machine_of_tag(&tag) else {
            contents.add_unknown(&tag);
            continue;
        };
        for breach in breaches(machine, &files) {
            contents.add_breach(&tag, breach.path(), &breach);
        }
    }
    let libraries = Libraries::of(&wheel.file_name().tags);
    let mut by_name: BTreeMap<String, Vec<&WindowsFile>> = BTreeMap::new();
    for file in &files {
        by_name.entry(file.file_name()).or_default().push(file);
    }
    for file in &files {
        let wanted = file.libraries.iter();
        let wanted =
            wanted.filter(|(name, is_delayed)| !is_for_old_windows(file, name, *is_delayed));
        let needs = wanted.map(|(library, is_delayed)| {
            let (place, path) = find(file, library, &by_name, &libraries);
            Need {
                library: library.to_ascii_lowercase(),
                place,
                path: path.map(str::to_owned),
                optional: *is_delayed,
            }
        });
        let image = Image {
            machine: file.machine.name(),
            minimum: None,
            managed: file.is_managed,
            libraries: needs.collect(),
        };
        contents.add_file(&file.path, vec![image]);
    }
    contents.finish(wheel.text_name())
}

/// The tag of the machine that all modules are for; where there are none, those of the files.
fn allowed(files: &[WindowsFile]) -> Vec<String> {
    let machines = |files: Vec<&WindowsFile>| -> BTreeSet<_> {
        files.iter().map(|file| file.machine).collect()
    };
    let modules = machines(files.iter().filter(|file| file.is_module).collect());
    let machines = match modules.len() {
        0 => machines(files.iter().filter(|file| !file.is_managed).collect()),
        1 => modules,
        _ => BTreeSet::new(),
    };
    machines
        .into_iter()
        .filter_map(tag_of_machine)
        .map(str::to_owned)
        .collect()
}

/// Some versions of one of Microsoft's libraries load another at the first use, for Windows XP.
fn is_for_old_windows(file: &WindowsFile, library: &str, is_delayed: bool) -> bool {
    is_delayed
        && file.file_name().starts_with("msvcp140")
        && library.eq_ignore_ascii_case("concrt140.dll")
}

/// Where a library is. What Python has loaded already stays what it is; other libraries are looked for
/// beside the file first, so that those of the wheel go before those of Windows. A library in another
/// folder of the wheel is found if the wheel tells Python that folder, as those do that were repaired.
fn find<'a>(
    user: &WindowsFile,
    library: &str,
    by_name: &BTreeMap<String, Vec<&'a WindowsFile>>,
    libraries: &Libraries,
) -> (Place, Option<&'a str>) {
    let name = library.to_ascii_lowercase();
    if libraries.is_of_python(&name) {
        return (Place::Python, None);
    }
    if libraries::is_api_set(&name) {
        return (Place::System, None);
    }
    let own = by_name.get(&name).into_iter().flatten();
    let mut own = own.filter(|file| file.is_for(user.machine) || user.is_managed);
    if let Some(file) = own.next() {
        return (Place::Wheel, Some(&file.path));
    }
    let place = if libraries.is_of_windows(&name, user.machine) {
        Place::System
    } else if libraries::is_runtime(&name) {
        Place::Runtime
    } else {
        Place::Outside
    };
    (place, None)
}
