//! For which system a wheel is, by the platform tags of its name.

use std::fmt;

use tilsit_archive::ReadAt;
use tilsit_dist::wheel::Wheel;
use tilsit_packaging::file_name::WheelFileName;

use crate::contents::Contents;
use crate::error::RepairError;
use crate::{android, apple, windows};

/// A system that has wheels of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WheelSystem {
    /// Linux: ELF files, which [`audit()`](crate::audit()) looks into. Also what has no tag of another
    /// system.
    Linux,
    /// macOS and iOS: Mach-O files, which [`contents()`] looks into.
    Apple,
    /// Windows: PE files, likewise.
    Windows,
    /// Android: ELF files, likewise.
    Android,
}

impl WheelSystem {
    /// The system of a wheel.
    pub fn of(name: &WheelFileName) -> Self {
        let is_for = |starts: &[&str]| {
            let mut platforms = name.tags.platforms();
            platforms.any(|tag| starts.iter().any(|start| tag.starts_with(start)))
        };
        if is_for(&["macosx_", "ios_"]) {
            Self::Apple
        } else if is_for(&["win32", "win_"]) {
            Self::Windows
        } else if is_for(&["android_"]) {
            Self::Android
        } else {
            Self::Linux
        }
    }
}

impl fmt::Display for WheelSystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Linux => "Linux",
            Self::Apple => "macOS or iOS",
            Self::Windows => "Windows",
            Self::Android => "Android",
        })
    }
}

/// Audits a wheel that is not for Linux; nothing for one that is.
///
/// # Errors
/// When the wheel is refused, has no compiled code for its system, or too many files that need each other.
pub fn contents<S: ReadAt>(wheel: &Wheel<S>) -> Result<Option<Contents>, RepairError> {
    match WheelSystem::of(wheel.file_name()) {
        WheelSystem::Linux => Ok(None),
        WheelSystem::Apple => apple::audit(wheel).map(Some),
        WheelSystem::Windows => windows::audit(wheel).map(Some),
        WheelSystem::Android => android::audit(wheel).map(Some),
    }
}
