//! Eggs and the installers of `bdist_wininst`, as far as they become wheels: what pypa's `wheel convert`
//! does.
//!
//! | source | what it is |
//! |---|---|
//! | `*.egg` | a zip archive, or the same as a folder: modules, and `EGG-INFO` (setuptools' "Internal Structure of Python Eggs") |
//! | `*.exe` | a program for Windows with a zip archive behind it: `PURELIB`, `PLATLIB`, `SCRIPTS`, `HEADERS`, `DATA` (distutils) |
//!
//! Nothing of either is run, and no file leaves the wheel that is written: its name is that of a wheel,
//! and its files are checked as those of any wheel.
//!
//! Other than pypa's, tags of compiled code name CPython with its ABI (`cp27-cp27mu`, not `py27-cp27`, which
//! no installer takes), scripts of eggs are kept, and what Python makes again is left out: compiled modules
//! beside their source, and the modules that load an extension out of a zipped egg.

mod convert;
mod file_name;
mod members;
mod metadata;

pub use convert::{ConvertError, Converted, convert};
pub use file_name::{EggFileName, WininstFileName};
pub use members::archive_behind;
pub use metadata::metadata;

#[cfg(test)]
mod tests;
