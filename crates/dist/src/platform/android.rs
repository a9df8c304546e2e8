//! Files for Android, and the tags `android_…`.
//!
//! Follows the specification "Platform compatibility tags" ("Android") and PEP 738.

use std::fmt;

use tilsit_archive::ReadAt;
use tilsit_elf::{Elf, ElfError, SymbolKind};

use super::{Read, read_each, starts_module};
use crate::wheel::{Wheel, WheelEntry, WheelError};

/// The names that tags have for Android's machines; with the number in ELF files, and whether addresses
/// have 64 bits.
const MACHINES: [(&str, u16, bool); 4] = [
    ("arm64_v8a", 183, true),
    ("armeabi_v7a", 40, false),
    ("x86", 3, false),
    ("x86_64", 62, true),
];

/// A compiled file of a wheel.
#[derive(Clone, Debug)]
pub struct AndroidFile {
    /// Its name in the wheel.
    pub path: String,
    /// The machine, by the name that tags have for it; none where Android has none such.
    pub machine: Option<&'static str>,
    /// The level of Android's interface that it was made for, where it says so.
    pub level: Option<u32>,
    /// Whether it is a module of Python.
    pub is_module: bool,
    /// The libraries that it needs.
    pub libraries: Vec<String>,
    /// Where it looks for them (`DT_RUNPATH`; `DT_RPATH` counts for nothing on Android).
    pub run_path: Option<String>,
}

impl AndroidFile {
    /// Reads one.
    ///
    /// # Errors
    /// When it is broken.
    pub fn read(path: &str, file: &[u8]) -> Result<Self, ElfError> {
        let elf = Elf::parse(file)?;
        let platform = elf.platform;
        let mut machines = MACHINES.iter();
        let machine = machines.find(|(_, number, is_wide)| {
            (*number, *is_wide) == (platform.machine, platform.is_wide)
        });
        let mut functions = elf
            .symbols()
            .filter(|symbol| symbol.is_defined && symbol.kind == SymbolKind::Function);
        Ok(Self {
            path: path.to_owned(),
            machine: machine.map(|(name, ..)| *name),
            level: elf.android_level(),
            is_module: functions.any(|symbol| starts_module(path, symbol.name)),
            libraries: elf.needed.iter().map(|name| (*name).to_owned()).collect(),
            run_path: elf.runpath.map(str::to_owned),
        })
    }
}

/// Reads those of some files of a wheel that are for this system.
///
/// # Errors
/// When the wheel is refused.
pub fn read<'w, S: ReadAt>(
    wheel: &Wheel<S>,
    files: impl Iterator<Item = &'w WheelEntry>,
) -> Result<Read<AndroidFile, ElfError>, WheelError> {
    read_each(wheel, files, Elf::is_elf, AndroidFile::read)
}

/// A platform tag, such as `android_24_arm64_v8a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AndroidTag {
    /// The oldest level of Android's interface.
    pub level: u32,
    /// The machine.
    pub machine: &'static str,
}

/// Why a wheel does not keep what a tag promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AndroidBreach {
    /// A file is for another machine.
    OtherMachine {
        /// The file.
        path: String,
    },
    /// A file was made for a newer Android.
    Newer {
        /// The file.
        path: String,
        /// The level that it was made for.
        level: u32,
    },
}

impl AndroidBreach {
    /// The file that breaks the promise.
    pub fn path(&self) -> &str {
        match self {
            Self::OtherMachine { path } | Self::Newer { path, .. } => path,
        }
    }
}

/// The rest of a sentence that starts with the file.
impl fmt::Display for AndroidBreach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherMachine { .. } => formatter.write_str("is for another machine"),
            Self::Newer { level, .. } => write!(formatter, "was made for Android's level {level}"),
        }
    }
}

impl AndroidTag {
    /// Reads a tag; none where it is for another system, or has a machine that is not known.
    pub fn parse(tag: &str) -> Option<Self> {
        let (level, machine) = tag.strip_prefix("android_")?.split_once('_')?;
        let mut machines = MACHINES.iter();
        let (machine, ..) = machines.find(|(name, ..)| *name == machine)?;
        Some(Self {
            level: level.parse().ok()?,
            machine,
        })
    }

    /// What of the promise the files of a wheel do not keep.
    pub fn breaches(&self, files: &[AndroidFile]) -> Vec<AndroidBreach> {
        let breaches = files.iter().filter_map(|file| {
            let path = file.path.clone();
            if file.machine != Some(self.machine) {
                return Some(AndroidBreach::OtherMachine { path });
            }
            let level = file.level.filter(|level| *level > self.level)?;
            Some(AndroidBreach::Newer { path, level })
        });
        breaches.collect()
    }
}

/// The tag that the files allow: their machine, where it is one, and the newest of their levels.
pub fn allowed(files: &[AndroidFile]) -> Option<String> {
    let machine = files.first()?.machine?;
    let level = files.iter().filter_map(|file| file.level).max()?;
    let is_one = files.iter().all(|file| file.machine == Some(machine));
    is_one.then(|| format!("android_{level}_{machine}"))
}
