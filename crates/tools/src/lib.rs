//! Command-line tools, each in an environment of its own: what was asked for, what they show to the
//! user's shell, and the folder that they lie in.
//!
//! A tool is one named project with what was added to it. What somebody [`Asked`] for comes from a
//! command line, from a [`Manifest`] or from [`pipx`]'s folder; it leads to an environment, which the
//! caller makes; and stands in the [`Receipt`] beside the environment, so that the tool can be upgraded,
//! made anew and written down. [`exposed`] finds the programs, manual pages and completions of an
//! environment; [`LockedTools::replace`] puts a tool in the place of an older one, all of it or nothing.
//!
//! ```no_run
//! use tilsit_tools::{Asked, ToolsFolder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = ToolsFolder::at("/home/me/.local/share/tilsit/tools");
//! for tool in folder.tools()? {
//!     match tool.receipt {
//!         Ok(receipt) => println!("{} {}", tool.name, receipt.version),
//!         Err(error) => println!("{}: {error}", tool.name),
//!     }
//! }
//! let asked = Asked::of("black[jupyter]>=24".parse()?);
//! assert_eq!(asked.name(), "black");
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | `<tool>/tilsit-receipt.toml` in the folder of tools | [`receipt`] |
//! | `.lock` there, while tools are changed | [`change`] |
//! | `.changing/<tool>`, `.removed/<tool>` there, while that tool is changed | [`change`] |
//! | links in the folder of programs and in the user's data folder | [`change`] |
//! | `tilsit-tools.toml` in a repository | [`manifest`] |
//! | `venvs/<tool>/pipx_metadata.json` in pipx's folder | read by [`pipx`] |
//! | the start files of shells | [`shell`], as text |
//!
//! # Invariants
//!
//! - Nothing is resolved or installed here: the caller makes the environment.
//! - A tool with a receipt is whole. What a run that broke off left behind is undone or finished when
//!   the folder is locked the next time.
//! - A file that is not a tool's own is replaced only when the caller says so.

pub mod asked;
pub mod change;
pub mod exposed;
pub mod folder;
pub mod manifest;
pub mod pipx;
pub mod receipt;
pub mod shell;

pub use asked::{Addition, Asked, AskedError};
pub use change::{ChangeError, LockedTools, Replacing};
pub use exposed::{Exposed, Kind, LinkPlaces};
pub use folder::{Tool, ToolsFolder};
pub use manifest::{Manifest, ManifestError};
pub use receipt::{Link, Receipt, ReceiptError};
