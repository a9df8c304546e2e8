//! Mach-O and PE files: what the loaders of macOS (and its kin) and of Windows read of them.
//!
//! [`MachO`] follows Apple's `<mach-o/loader.h>`, `<mach-o/fat.h>` and `<mach-o/nlist.h>`, for files of
//! one machine or of several, both widths and both byte orders. [`Pe`] follows Microsoft's "PE Format",
//! for both widths. Both say which machine a file is for, what it needs, and the names that it has for
//! others and wants from them. Files of Linux are read by `tilsit-elf`; nothing is changed here.
//!
//! ```
//! use tilsit_binaries::{MachO, Pe};
//!
//! # fn describe(file: &[u8]) -> Result<(), tilsit_binaries::BinaryError> {
//! if MachO::is_mach_o(file) {
//!     for part in MachO::parse(file)?.parts {
//!         println!("{}: {} libraries", part.machine.name(), part.libraries.len());
//!     }
//! } else if Pe::is_pe(file) {
//!     println!("{} libraries", Pe::parse(file)?.imports.len());
//! }
//! # Ok(())
//! # }
//! # describe(b"MZ").unwrap_err();
//! ```
//!
//! # Invariants
//!
//! - Every number of a file is foreign: nothing is allocated by it, and no loop goes further than the
//!   file is long, or than a limit that real files keep far away from.
//! - What a loader would not load is refused, and the error names the part of the file.

mod bytes;
mod error;
mod mach_o;
mod pe;

pub use error::BinaryError;
pub use mach_o::{Build, Library, MachO, Machine, Part, PartKind, Symbol, System};
pub use pe::{Import, Pe, PeMachine};
