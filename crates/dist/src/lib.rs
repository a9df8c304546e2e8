//! Distribution files and installed distributions: read, check and write sdists, wheels and
//! `.dist-info`.
//!
//! The same reader of a wheel serves the installer, the index, the mirror and the check command,
//! so that they cannot disagree about it. A wheel that opens is sound: its name, its metadata and
//! its RECORD agree, every file is listed, and every byte read through [`wheel::WheelReader`]
//! matches its hash. What is wrong with a wheel and yet harms nobody is a [`Finding`] beside it.
//!
//! ```
//! use tilsit_archive::Limits;
//! use tilsit_dist::wheel::{Wheel, WheelFile, WheelWriter, WheelWriterOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut writer = WheelWriter::new(Vec::new(), "demo-1.0", WheelWriterOptions::default());
//! writer.add_file("demo.py", b"answer = 42\n", false)?;
//! let metadata = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n";
//! writer.add_dist_info("METADATA", metadata)?;
//! writer.add_dist_info("WHEEL", &WheelFile::pure("example", ["py3-none-any"]).to_bytes())?;
//! let bytes = writer.finish()?;
//!
//! let wheel = Wheel::from_source("demo-1.0-py3-none-any.whl", bytes.as_slice(), &Limits::default())?;
//! wheel.verify()?;
//! assert_eq!(wheel.metadata().name(), "demo");
//! assert_eq!(wheel.files().len(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | read by | written by |
//! |---|---|---|
//! | `*.whl` | [`wheel`] | [`wheel::WheelWriter`] |
//! | `*.egg`, `*.exe` of `bdist_wininst` | [`egg`] | |
//! | `*.tar.gz` (and older forms) of a source distribution | [`sdist`] | [`sdist::SdistWriter`] |
//! | `*.dist-info`, `*.egg-info` in an environment | [`dist_info`] | the installer |
//!
//! # Invariants
//!
//! - Nothing is installed here, and no code of a distribution is run.
//! - The writers' output depends on their arguments alone.
//! - A file that RECORD does not list, or lists otherwise than it is, never leaves a reader.

pub mod check;
pub mod dist_info;
pub mod egg;
pub mod finding;
pub mod fix;
pub mod platform;
pub mod rule;
pub mod sdist;
pub mod setuptools;
pub mod wheel;

pub use finding::Finding;
pub use fix::{Edit, Fix};
pub use rule::{Rule, Severity};
