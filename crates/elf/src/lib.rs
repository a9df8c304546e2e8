//! ELF files: what the dynamic loader reads of them, and changes to it.
//!
//! Follows the System V ABI ("Object Files", "Program Loading and Dynamic Linking") and the Linux
//! Standard Base ("Symbol Versioning"), for both classes and both byte orders, whatever machine this
//! runs on. What is read is what a loader would read: the segments and the dynamic section, not the
//! sections, which may have been stripped.
//!
//! ```
//! use tilsit_elf::{Change, Elf};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let program = std::fs::read(std::env::current_exe()?)?;
//! # if !Elf::is_elf(&program) { return Ok(()) }
//! let elf = Elf::parse(&program)?;
//! let renames: Vec<_> = elf.needed.iter().map(|name| (name.to_string(), Some(format!("my-{name}")))).collect();
//! let changed = tilsit_elf::change(&program, &Change { needed: renames, ..Change::default() })?;
//! assert!(Elf::parse(&changed)?.needed.iter().all(|name| name.starts_with("my-")));
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! - Every number of a file is foreign: nothing is allocated by it, and no loop goes further than the
//!   file is long.
//! - A changed file is read again before it is given back; it says what was asked for, or there is an
//!   error.
//! - A change moves nothing that was there: what is new comes behind the end, in a segment of its own.

mod change;
mod error;
mod file;
mod layout;
mod notes;
mod strip;
mod symbols;
mod versions;

pub use change::{Change, RunPath, change};
pub use error::ElfError;
pub use file::{Elf, Platform};
pub use strip::strip;
pub use symbols::{Symbol, SymbolKind};
pub use versions::VersionsNeeded;
