//! `tilsit check --fix` and `--diff`: what has a fix is mended, or shown as it would be.

use std::path::Path;

use clap::Args;
use tilsit_dist::check::Mended;
use tilsit_dist::{Finding, Fix};
use tilsit_files::Durability;

use super::trees::SourceTree;
use crate::context::Context;
use crate::difference::unified;
use crate::editing::Originals;
use crate::error::CommandError;
use crate::explain::Code;
use crate::findings::code_of;

/// What is done about findings in source trees.
#[derive(Args, Debug)]
pub(crate) struct MendingOptions {
    /// Mend what can be mended without changing what the project is; then tell what is left
    #[arg(long, group = "mends", conflicts_with = "render")]
    pub(super) fix: bool,
    /// Mend what may change the project, too: its spelled name, the Pythons it allows, settings that
    /// were passed over until now
    #[arg(long, requires = "mends")]
    pub(super) unsafe_fixes: bool,
    /// Show what `--fix` would change and change nothing; ends with exit code 1 when there is something
    #[arg(long, group = "mends", conflicts_with = "render")]
    pub(super) diff: bool,
}

impl MendingOptions {
    /// What becomes of a tree.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn mend(&self, tree: &SourceTree, ignored: &[Code]) -> Result<Mended, CommandError> {
        tree.mend(&|finding: &Finding, fix: &Fix| {
            (fix.is_safe || self.unsafe_fixes) && !ignored.contains(&code_of(finding.rule))
        })
    }
}

/// Writes the files that change: all of them, or none.
///
/// # Errors
/// When one cannot be written; all are then as they were.
pub(super) fn write(folder: &Path, mended: &Mended) -> Result<(), CommandError> {
    let mut originals = Originals::default();
    for file in &mended.files {
        let path = folder.join(&file.name);
        let written = match &file.before {
            // Where it is a link, what it leads to is changed.
            Some(_) => tilsit_files::canonicalize(&path)
                .map_err(CommandError::from)
                .and_then(|path| originals.replace(&path, file.after.as_bytes())),
            None => originals.keep(&path).and_then(|()| {
                let written = tilsit_files::write_atomic(&path, &file.after, Durability::Synced);
                Ok(written?)
            }),
        };
        written.map_err(|error| originals.put_back(error))?;
    }
    Ok(())
}

/// How the files change, in the form that `diff -u` has.
pub(super) fn difference(folder: &Path, mended: &Mended, context: &Context) -> String {
    let files = mended.files.iter().map(|file| {
        let shown = context.show(&folder.join(&file.name));
        unified(
            &shown,
            file.before.as_deref().unwrap_or_default(),
            &file.after,
        )
    });
    files.collect()
}
