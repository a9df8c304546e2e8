//! Why a wheel cannot be audited or repaired.

use tilsit_dist::wheel::{WheelError, WheelWriteError};
use tilsit_elf::ElfError;
use tilsit_files::FileError;

use crate::system::WheelSystem;

/// Why a wheel cannot be audited or repaired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// The wheel is refused.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The wheel cannot be written.
    #[error(transparent)]
    Write(#[from] WheelWriteError),
    /// A file of the wheel, or a library, is broken or cannot be changed.
    #[error("`{path}` {fault}")]
    Elf {
        /// The file.
        path: String,
        /// What is wrong with it.
        fault: ElfError,
    },
    /// Nothing in the wheel is compiled.
    #[error("the wheel `{0}` holds no compiled code for Linux")]
    Pure(String),
    /// Nothing in a wheel for macOS, iOS, Windows or Android is compiled for it.
    #[error("the wheel `{0}` holds no compiled code for its system")]
    Bare(String),
    /// Wheels for this system are looked into, and not changed.
    #[error("the wheel `{wheel}` is for {system}, and only wheels for Linux are repaired")]
    OtherSystem {
        /// The wheel.
        wheel: String,
        /// Its system.
        system: WheelSystem,
    },
    /// All that is compiled is for other machines.
    #[error("the wheel `{wheel}` is for {machine}, and holds compiled code for other machines only: `{}`",
        files.join("`, `"))]
    OtherMachine {
        /// The wheel.
        wheel: String,
        /// The machine of its name, or of its first file.
        machine: &'static str,
        /// What it holds.
        files: Vec<String>,
    },
    /// Compiled code lies where none may be.
    #[error("the wheel has compiled code in a folder for pure Python: `{}`", .0.join("`, `"))]
    Purelib(Vec<String>),
    /// Too many files need too many others.
    #[error("the wheel `{0}` has too many libraries that need each other")]
    Tangled(String),
    /// A file wants both C libraries, or a module none.
    #[error("`{path}` {fault}")]
    Libc {
        /// The file.
        path: String,
        /// What is wrong with it, as the rest of a sentence.
        fault: &'static str,
    },
    /// A file that needs libraries lies where they could not be found.
    #[error(
        "`{0}` is installed outside of the modules, where it would not find the libraries of the wheel"
    )]
    Placed(String),
    /// A pattern of libraries to leave out is none.
    #[error("`{pattern}` is no pattern: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// The wanted platform is none, or none of the wheel's.
    #[error("the wheel `{wheel}` cannot become one for `{platform}`: {reason}")]
    Platform {
        /// The wheel.
        wheel: String,
        /// The wanted platform.
        platform: String,
        /// Why not, as the rest of a sentence.
        reason: String,
    },
    /// A library that is to be put into the wheel was not found.
    #[error("the library `{library}`, which `{path}` needs, was not found")]
    Missing {
        /// The library.
        library: String,
        /// The file that needs it.
        path: String,
    },
}
