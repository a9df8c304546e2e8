//! Preflight and upload of a set of distribution files.
//!
//! [`FileSet::check`] reads every file before the first byte is sent: what `tilsit_dist::check` finds,
//! and whether they belong together. [`PublishPlan::make`] looks up what the index has (by hash).
//! [`publish`] then uploads the others one after the other by the legacy upload API, and tells of
//! each step.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use tilsit_publish::{FileSet, Repository, publish};
//!
//! # fn example(client: &tilsit_index_client::IndexClient) -> Result<(), Box<dyn std::error::Error>> {
//! let files = FileSet::check(&["dist/demo-1.0.tar.gz", "dist/demo-1.0-py3-none-any.whl"])?;
//! let repository = Repository::at("https://index.example/legacy/".parse()?);
//! let report = publish(&files, &repository, client, &mut |_| ControlFlow::Continue(()))?;
//! assert_eq!(report.files.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # On disk
//!
//! | path | what | read by |
//! |---|---|---|
//! | `.pypirc` (its text is passed in) | repositories and credentials | `pypirc.rs` |
//!
//! # Invariants
//!
//! - Nothing is uploaded unless every file of the set passes the preflight.
//! - The form says what the file's own metadata says; there is nothing to state beside it.
//! - A password or token is in no error, event or `Debug` text.

mod file_set;
mod plan;
mod pypirc;
mod repository;
mod upload;

pub use file_set::{CheckedFile, FileSet, PreflightError, Unfit};
pub use plan::{PublishPlan, Step};
pub use pypirc::{Pypirc, PypircError, PypircRepository};
pub use repository::Repository;
pub use upload::{
    FailureKind, Outcome, PublishError, PublishEvent, PublishedFile, Report, carry_out, publish,
};
