//! Files for macOS and iOS, and the tags `macosx_…` and `ios_…`.
//!
//! Follows the specification "Platform compatibility tags" ("macOS", "iOS") and PEP 730.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tilsit_archive::ReadAt;
use tilsit_binaries::{BinaryError, MachO, Machine, PartKind, System};

use super::{Read, read_each, starts_module};
use crate::wheel::{Wheel, WheelEntry, WheelError};

/// A version of macOS or iOS: major, minor, patch.
pub type Release = (u16, u8, u8);

/// The first macOS on machines with Arm, which no file for them can do without.
const FIRST_ON_ARM: (u16, u8) = (11, 0);
/// The first macOS for 64-bit Intel.
const FIRST_ON_INTEL: (u16, u8) = (10, 4);

/// A compiled file of a wheel.
#[derive(Clone, Debug)]
pub struct AppleFile {
    /// Its name in the wheel.
    pub path: String,
    /// What it has for each machine.
    pub parts: Vec<ApplePart>,
}

/// What a file has for one machine.
#[derive(Clone, Debug)]
pub struct ApplePart {
    /// The machine.
    pub machine: Machine,
    /// Whether a loader loads it: not objects, nor debug information.
    pub is_loadable: bool,
    /// Whether it is a module of Python.
    pub is_module: bool,
    /// The systems that it says it is for, and the oldest version of each.
    pub minimum: Vec<(System, Release)>,
    /// The name by which others need it.
    pub install_name: Option<String>,
    /// The libraries that it needs, and whether it does without each.
    pub libraries: Vec<(String, bool)>,
    /// What `@rpath` stands for.
    pub run_paths: Vec<String>,
}

impl ApplePart {
    /// The oldest version of a system that will do; none where nothing is said of it.
    pub fn minimum(&self, system: System) -> Option<Release> {
        let mut own = self.minimum.iter();
        own.find(|(own, _)| *own == system)
            .map(|(_, release)| *release)
    }
}

impl AppleFile {
    /// Reads one.
    ///
    /// # Errors
    /// When it is broken.
    pub fn read(path: &str, file: &[u8]) -> Result<Self, BinaryError> {
        let parts = MachO::parse(file)?.parts.into_iter().map(|part| {
            let is_start = |name: &[u8]| {
                let function = name.strip_prefix(b"_");
                function.is_some_and(|function| starts_module(path, function))
            };
            let is_loadable = !matches!(part.kind, PartKind::Other(_));
            let mut defined = part.symbols().filter(|symbol| symbol.is_defined);
            let is_module = is_loadable && defined.any(|symbol| is_start(symbol.name));
            let libraries = part.libraries.iter();
            ApplePart {
                machine: part.machine,
                is_loadable,
                is_module,
                minimum: part
                    .builds
                    .iter()
                    .map(|build| (build.system, build.minimum))
                    .collect(),
                install_name: part.install_name.map(str::to_owned),
                libraries: libraries
                    .map(|library| (library.name.to_owned(), library.is_weak))
                    .collect(),
                run_paths: part
                    .run_paths
                    .iter()
                    .map(|path| (*path).to_owned())
                    .collect(),
            }
        });
        Ok(Self {
            path: path.to_owned(),
            parts: parts.collect(),
        })
    }

    /// The loadable part for a machine.
    pub fn part(&self, machine: Machine) -> Option<&ApplePart> {
        let mut parts = self.parts.iter();
        parts.find(|part| part.machine == machine && part.is_loadable)
    }
}

/// Reads those of some files of a wheel that are for this system.
///
/// # Errors
/// When the wheel is refused.
pub fn read<'w, S: ReadAt>(
    wheel: &Wheel<S>,
    files: impl Iterator<Item = &'w WheelEntry>,
) -> Result<Read<AppleFile, BinaryError>, WheelError> {
    read_each(wheel, files, MachO::is_mach_o, AppleFile::read)
}

/// A platform tag, such as `macosx_11_0_arm64` or `ios_13_0_arm64_iphoneos`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppleTag {
    /// The system.
    pub system: System,
    /// The oldest version of it, without its patch.
    pub version: (u16, u8),
    /// The machines.
    pub machines: Vec<Machine>,
}

/// Why a wheel does not keep what a tag promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppleBreach {
    /// A module has nothing for a machine.
    Lacks {
        /// The file.
        path: String,
        /// The machine.
        machine: Machine,
    },
    /// Nothing in the wheel is for a machine.
    Nothing(Machine),
    /// A file needs a newer system.
    Newer {
        /// The file.
        path: String,
        /// The machine.
        machine: Machine,
        /// The oldest system that will do.
        minimum: Release,
    },
    /// A file is for another system.
    OtherSystem {
        /// The file.
        path: String,
        /// The machine.
        machine: Machine,
    },
}

impl AppleBreach {
    /// The file, where it is one that breaks the promise.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Lacks { path, .. }
            | Self::Newer { path, .. }
            | Self::OtherSystem { path, .. } => Some(path),
            Self::Nothing(_) => None,
        }
    }
}

/// The rest of a sentence that starts with the file, or with the wheel.
impl fmt::Display for AppleBreach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacks { machine, .. } => {
                write!(
                    formatter,
                    "is a module and has nothing for {}",
                    machine.name()
                )
            }
            Self::Nothing(machine) => write!(formatter, "has nothing for {}", machine.name()),
            Self::Newer {
                machine, minimum, ..
            } => {
                let shown = shown(*minimum);
                write!(
                    formatter,
                    "needs version {shown} of the system on {}",
                    machine.name()
                )
            }
            Self::OtherSystem { machine, .. } => {
                write!(formatter, "is for another system on {}", machine.name())
            }
        }
    }
}

/// A version without a patch that is nothing.
pub fn shown((major, minor, patch): Release) -> String {
    match patch {
        0 => format!("{major}.{minor}"),
        patch => format!("{major}.{minor}.{patch}"),
    }
}

impl AppleTag {
    /// Reads a tag; none where it is for another system, or has a machine that is not known.
    pub fn parse(tag: &str) -> Option<Self> {
        let (system, rest) = match tag.split_once('_')? {
            ("macosx", rest) => (System::MacOs, rest),
            ("ios", rest) => match rest.rsplit_once('_')? {
                (rest, "iphoneos") => (System::Ios, rest),
                (rest, "iphonesimulator") => (System::IosSimulator, rest),
                _ => return None,
            },
            _ => return None,
        };
        let (major, rest) = rest.split_once('_')?;
        let (minor, format) = rest.split_once('_')?;
        let machines: &[Machine] = match format {
            "arm64" => &[Machine::Arm64],
            "x86_64" => &[Machine::X86_64],
            "universal2" => &[Machine::Arm64, Machine::X86_64],
            "i386" => &[Machine::I386],
            "intel" => &[Machine::I386, Machine::X86_64],
            "ppc" => &[Machine::Ppc],
            "ppc64" => &[Machine::Ppc64],
            "fat" => &[Machine::I386, Machine::Ppc],
            "fat3" => &[Machine::I386, Machine::Ppc, Machine::X86_64],
            "fat64" => &[Machine::Ppc64, Machine::X86_64],
            "universal" => &[Machine::I386, Machine::Ppc, Machine::Ppc64, Machine::X86_64],
            _ => return None,
        };
        Some(Self {
            system,
            version: (major.parse().ok()?, minor.parse().ok()?),
            machines: machines.to_vec(),
        })
    }

    /// What of the promise the files of a wheel do not keep. Which machines a file that is no module
    /// has something for is its own affair: some wheels bring a helper for each.
    pub fn breaches(&self, files: &[AppleFile]) -> Vec<AppleBreach> {
        let mut breaches = Vec::new();
        for &machine in &self.machines {
            let mut has_any = false;
            for file in files {
                let path = || file.path.clone();
                let Some(part) = file.part(machine) else {
                    if file.parts.iter().any(|part| part.is_module) {
                        breaches.push(AppleBreach::Lacks {
                            path: path(),
                            machine,
                        });
                    }
                    continue;
                };
                has_any = true;
                match part.minimum(self.system) {
                    Some(minimum) if !self.has(machine, minimum) => {
                        breaches.push(AppleBreach::Newer {
                            path: path(),
                            machine,
                            minimum,
                        });
                    }
                    None if !part.minimum.is_empty() => {
                        breaches.push(AppleBreach::OtherSystem {
                            path: path(),
                            machine,
                        });
                    }
                    _ => {}
                }
            }
            let is_told = breaches.iter().any(
                |breach| matches!(breach, AppleBreach::Lacks { machine: other, .. } if *other == machine),
            );
            if !has_any && !is_told {
                breaches.push(AppleBreach::Nothing(machine));
            }
        }
        breaches
    }

    /// Whether every system with the tag is as new as that. Of macOS 11 and later a tag names the major
    /// version alone; what such a file needs of minor ones is no matter of tags.
    fn has(&self, machine: Machine, minimum: Release) -> bool {
        if self.system != System::MacOs {
            return (minimum.0, minimum.1) <= self.version;
        }
        // 11 was called 10.16 by programs of before.
        let own = if self.version == (10, 16) {
            FIRST_ON_ARM
        } else {
            self.version
        };
        let own = if machine == Machine::Arm64 {
            own.max(FIRST_ON_ARM)
        } else {
            own
        };
        tag_version(minimum) <= own
    }
}

/// The version that a tag of macOS has for an oldest release.
fn tag_version((major, minor, _): Release) -> (u16, u8) {
    match (major, minor) {
        (10, 16) => FIRST_ON_ARM,
        (major, minor) if major < 11 => (major, minor),
        (major, _) => (major, 0),
    }
}

/// The tags of macOS that the files allow: the machines that all modules have a part for (any file,
/// where there are none), each from the newest of the oldest versions that its parts will do with.
pub fn allowed(files: &[AppleFile]) -> Vec<String> {
    let machines = |file: &AppleFile| -> BTreeSet<Machine> {
        let parts = file.parts.iter().filter(|part| part.is_loadable);
        parts.map(|part| part.machine).collect()
    };
    let is_module = |file: &&AppleFile| file.parts.iter().any(|part| part.is_module);
    let modules = files.iter().filter(is_module).map(machines);
    let common = modules.reduce(|all, own| all.intersection(&own).copied().collect());
    let common = common.unwrap_or_else(|| files.iter().flat_map(machines).collect());
    let mut versions: BTreeMap<Machine, (u16, u8)> = BTreeMap::new();
    for machine in common {
        let first = match machine {
            Machine::Arm64 => FIRST_ON_ARM,
            Machine::X86_64 | Machine::I386 | Machine::Ppc | Machine::Ppc64 => FIRST_ON_INTEL,
            // No tag has these.
            Machine::Arm | Machine::Arm64e | Machine::Other(..) => continue,
        };
        let parts = files.iter().filter_map(|file| file.part(machine));
        let minimums = parts.filter_map(|part| part.minimum(System::MacOs));
        let newest = minimums.map(tag_version).max().unwrap_or(first);
        versions.insert(machine, newest.max(first));
    }
    let mut tags = Vec::new();
    let mut add = |(major, minor): (u16, u8), format: &str| {
        tags.push(format!("macosx_{major}_{minor}_{format}"));
    };
    let of = |machine| versions.get(&machine).copied();
    match (of(Machine::X86_64), of(Machine::Arm64)) {
        (Some(intel), Some(arm)) if intel == arm || arm == FIRST_ON_ARM => {
            add(intel, "universal2");
            versions.retain(|machine, _| !matches!(machine, Machine::X86_64 | Machine::Arm64));
        }
        _ => {}
    }
    for (machine, version) in versions {
        add(version, machine.name());
    }
    tags.sort();
    tags
}

#[cfg(test)]
mod tests;
