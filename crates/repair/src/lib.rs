//! Compiled wheels for Linux: which systems they run on, and what makes them run on more.
//!
//! [`audit()`] reads the ELF files of a wheel and says which platform policy they keep, and what they
//! want of the system besides. [`repair()`] writes a wheel that has in it what systems with the wanted
//! tag do not have: the libraries are copied from here under names that no other wheel uses, and those
//! that need them look for them there. The results are those of auditwheel, which is the oracle of the
//! tests; nothing here depends on the machine that it runs on but the libraries that are found on it.
//!
//! # On disk
//!
//! | what | read by | written by |
//! |---|---|---|
//! | a wheel | [`audit()`], by `tilsit-dist` | [`repair()`] |
//! | `/etc/ld.so.conf`, `/etc/ld-musl-*.path`, libraries of the system | [`LibrarySearch`] | |
//! | which packages the system's libraries are from (dpkg, apk, rpm) | `owner.rs` | |
//! | `/usr/share/doc/PACKAGE/copyright`, `/usr/share/licenses/PACKAGE/` | `licences.rs` | `.dist-info/licenses/` in a wheel |
//! | `.dist-info/sboms/tilsit.cdx.json` in a wheel | | `sbom.rs` |
//!
//! # Invariants
//!
//! - No code of a wheel or a library is run.
//! - What a wheel holds is verified against its RECORD before anything of it is used.
//! - The same wheel, options and libraries give the same bytes.

mod android;
mod apple;
pub mod architecture;
mod audit;
mod contents;
mod error;
mod external;
mod facts;
mod licences;
pub mod owner;
mod pack;
mod plan;
pub mod policy;
mod repair;
mod sbom;
mod search;
mod system;
mod tags;
mod tree;
mod wheel_name;
mod windows;

pub use audit::{Audit, AuditOptions, audit};
pub use contents::{Contents, Image, Need, Place};
pub use error::RepairError;
pub use external::External;
pub use policy::Libc;
pub use repair::{RepairOptions, Repaired, repair};
pub use search::LibrarySearch;
pub use system::{WheelSystem, contents};
