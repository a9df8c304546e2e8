//! Files for Windows, and the tags `win32` and `win_…`.

use std::collections::BTreeSet;
use std::fmt;

use tilsit_archive::ReadAt;
use tilsit_binaries::{BinaryError, Pe, PeMachine};

use super::{Read, file_name, read_each, starts_module};
use crate::wheel::{Wheel, WheelEntry, WheelError};

/// A compiled file of a wheel.
#[derive(Clone, Debug)]
pub struct WindowsFile {
    /// Its name in the wheel.
    pub path: String,
    /// The machine.
    pub machine: PeMachine,
    /// Whether it is for .NET: then it may be for any machine.
    pub is_managed: bool,
    /// Whether it is a module of Python.
    pub is_module: bool,
    /// The libraries that it needs, and whether each is loaded at its first use only.
    pub libraries: Vec<(String, bool)>,
}

impl WindowsFile {
    /// Reads one.
    ///
    /// # Errors
    /// When it is broken.
    pub fn read(path: &str, file: &[u8]) -> Result<Self, BinaryError> {
        let pe = Pe::parse(file)?;
        let is_start = |function: &&[u8]| starts_module(path, function);
        let libraries = pe.imports.iter();
        Ok(Self {
            path: path.to_owned(),
            machine: pe.machine,
            is_managed: pe.is_managed,
            is_module: pe.exports.iter().any(is_start),
            libraries: libraries
                .map(|import| (import.library.to_owned(), import.is_delayed))
                .collect(),
        })
    }

    /// The last part of its name, as Windows compares it.
    pub fn file_name(&self) -> String {
        file_name(&self.path).to_ascii_lowercase()
    }

    /// Whether it runs on a machine.
    pub fn is_for(&self, machine: PeMachine) -> bool {
        self.is_managed || self.machine == machine
    }
}

/// Reads those of some files of a wheel that are for this system.
///
/// # Errors
/// When the wheel is refused.
pub fn read<'w, S: ReadAt>(
    wheel: &Wheel<S>,
    files: impl Iterator<Item = &'w WheelEntry>,
) -> Result<Read<WindowsFile, BinaryError>, WheelError> {
    read_each(wheel, files, Pe::is_pe, WindowsFile::read)
}

/// The machine of a platform tag; none where it is for another system.
pub fn machine_of_tag(tag: &str) -> Option<PeMachine> {
    match tag {
        "win32" => Some(PeMachine::I386),
        "win_amd64" => Some(PeMachine::Amd64),
        "win_arm64" => Some(PeMachine::Arm64),
        "win_arm32" => Some(PeMachine::Arm),
        _ => None,
    }
}

/// The platform tag of a machine, where there is one.
pub fn tag_of_machine(machine: PeMachine) -> Option<&'static str> {
    match machine {
        PeMachine::I386 => Some("win32"),
        PeMachine::Amd64 => Some("win_amd64"),
        PeMachine::Arm64 => Some("win_arm64"),
        PeMachine::Arm => Some("win_arm32"),
        PeMachine::Other(_) => None,
    }
}

/// Why a wheel does not keep what a tag promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowsBreach {
    /// A module is for another machine.
    Module {
        /// The file.
        path: String,
        /// Its machine.
        machine: PeMachine,
    },
    /// A library that a file of the right machine needs is for another one.
    Library {
        /// The file.
        path: String,
        /// Its machine.
        machine: PeMachine,
        /// The file that needs it.
        user: String,
    },
    /// Nothing in the wheel is for the machine.
    Nothing(PeMachine),
}

impl WindowsBreach {
    /// The file, where it is one that breaks the promise.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Module { path, .. } | Self::Library { path, .. } => Some(path),
            Self::Nothing(_) => None,
        }
    }
}

/// The rest of a sentence that starts with the file, or with the wheel.
impl fmt::Display for WindowsBreach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module { machine, .. } => write!(formatter, "is a module for {}", machine.name()),
            Self::Library { machine, user, .. } => {
                write!(
                    formatter,
                    "is for {}, and `{user}` needs it",
                    machine.name()
                )
            }
            Self::Nothing(machine) => write!(formatter, "has nothing for {}", machine.name()),
        }
    }
}

/// What of a tag's promise the files of a wheel do not keep. Which machine a file is for that nothing
/// needs is its own affair: some wheels bring a helper for each, or a launcher.
pub fn breaches(machine: PeMachine, files: &[WindowsFile]) -> Vec<WindowsBreach> {
    let (own, others): (Vec<&WindowsFile>, Vec<_>) =
        files.iter().partition(|file| file.is_for(machine));
    let has: BTreeSet<String> = own.iter().map(|file| file.file_name()).collect();
    let mut breaches = Vec::new();
    for file in others {
        let (path, machine) = (file.path.clone(), file.machine);
        if file.is_module {
            breaches.push(WindowsBreach::Module { path, machine });
            continue;
        }
        let name = file.file_name();
        let needs = |user: &&&WindowsFile| {
            let mut libraries = user.libraries.iter();
            libraries.any(|(library, _)| library.eq_ignore_ascii_case(&name))
        };
        if !has.contains(&name)
            && let Some(user) = own.iter().find(needs)
        {
            let user = user.path.clone();
            breaches.push(WindowsBreach::Library {
                path,
                machine,
                user,
            });
        }
    }
    if own.is_empty() && breaches.is_empty() && !files.is_empty() {
        breaches.push(WindowsBreach::Nothing(machine));
    }
    breaches
}
