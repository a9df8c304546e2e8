//! What the tests of several crates share: the rings, conformance data and Python oracles.
//!
//! A development dependency only; nothing here is part of the program, and it depends on levels
//! 0 and 1 alone, so that a unit test never links two copies of its own crate.
//!
//! # Rings
//!
//! The default ring is offline and needs no service. What a test needs beyond that goes through
//! [`require`]: in the `ci` ring (`TILSIT_RING=ci`) a missing need fails the test; elsewhere the
//! test says `NOT RUN` and what it wants.

pub mod browser;
pub mod distributions;
pub mod elf;
pub mod http;
pub mod mach_o;
pub mod oracle;
pub mod pe;
#[cfg(unix)]
pub mod postgres;
pub mod ring;
#[cfg(feature = "s3")]
pub mod s3;

pub use browser::{BrowserEnvironment, browser_environment};
pub use distributions::TestDistribution;
pub use elf::TestElf;
pub use mach_o::TestMachO;
pub use oracle::{python, python_environment, python_wheels};
pub use pe::TestPe;
#[cfg(unix)]
pub use postgres::PostgresServer;
pub use ring::{conformance_dir, fixture, require, workspace_root};
#[cfg(feature = "s3")]
pub use s3::{Loss, LossyProxy, S3Server};
