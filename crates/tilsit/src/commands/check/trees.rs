//! A source tree: its own rules, what our commands read of it, and its files under version control against
//! its newest sdist.

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_dist::check::{Limits, Mended, Tree, is_distribution};
use tilsit_dist::sdist::Sdist;
use tilsit_dist::{Finding, Fix};

use super::{PYPROJECT, own};
use crate::context::Context;
use crate::error::CommandError;

/// Where builds put what they make.
const BUILT: &str = "dist";

/// A source tree and what it is compared with.
pub(super) struct SourceTree {
    pub(super) folder: PathBuf,
    compared: Option<(Vec<String>, Sdist)>,
}

impl SourceTree {
    /// The tree in a folder.
    pub(super) fn open(folder: &Path, context: &Context) -> Self {
        Self {
            folder: folder.to_path_buf(),
            compared: compared(folder, context),
        }
    }

    /// Checks it. No code of it is run.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn check(&self) -> Result<Vec<Finding>, CommandError> {
        let mut findings = self.tree().check()?;
        let text = tilsit_files::read_to_string(self.folder.join(PYPROJECT)).ok();
        findings.extend(self.own(text.as_deref(), &findings));
        Ok(findings)
    }

    /// What it is to be, with what is wanted mended.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn mend(
        &self,
        is_wanted: &dyn Fn(&Finding, &Fix) -> bool,
    ) -> Result<Mended, CommandError> {
        let mut mended = self.tree().mend(is_wanted)?;
        let changed = mended.files.iter().find(|file| file.name == PYPROJECT);
        let text = match changed {
            Some(file) => Some(file.after.clone()),
            None => tilsit_files::read_to_string(self.folder.join(PYPROJECT)).ok(),
        };
        mended.left.extend(self.own(text.as_deref(), &mended.left));
        Ok(mended)
    }

    fn own(&self, text: Option<&str>, found: &[Finding]) -> Vec<Finding> {
        let path = self.folder.join(PYPROJECT);
        text.map(|text| own::check(&path, text, found))
            .unwrap_or_default()
    }

    fn tree(&self) -> Tree<'_> {
        let tree = Tree::new(&self.folder);
        match &self.compared {
            Some((listed, sdist)) => tree.compared(listed, sdist),
            None => tree,
        }
    }
}

/// The files under version control and the newest sdist, where there are both.
fn compared(folder: &Path, context: &Context) -> Option<(Vec<String>, Sdist)> {
    let detail = |text: &str| context.terminal.detail(text);
    let Some(listed) = under_version_control(folder) else {
        detail("no files under version control to compare with");
        return None;
    };
    let Some(path) = newest_sdist(folder) else {
        detail("no source distribution in dist to compare with");
        return None;
    };
    // One that is not sound is for its own check.
    let sdist = Sdist::open(&path, &Limits::default()).ok()?;
    detail(&format!("comparing with `{}`", context.show(&path)));
    Some((listed, sdist))
}

/// The files that git tracks, relative to the folder; none where git does not know it.
fn under_version_control(folder: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    // A repository may name programs to be run by git; listing files needs none of them.
    git.args(["-c", "core.fsmonitor=false", "ls-files", "-z"])
        .current_dir(folder);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let names = output.stdout.split(|byte| *byte == 0);
    let names = names.filter(|name| !name.is_empty());
    let listed: Vec<String> = names
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    Some(listed).filter(|listed| !listed.is_empty())
}

fn newest_sdist(folder: &Path) -> Option<PathBuf> {
    let entries = tilsit_files::read_dir(folder.join(BUILT)).ok()?;
    let sdists = entries.into_iter().map(|entry| entry.path).filter(|path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        is_distribution(&name) && path.extension().is_some_and(|ending| ending != "whl")
    });
    let modified = |path: &PathBuf| tilsit_files::metadata(path).ok()?.modified().ok();
    sdists.max_by_key(modified)
}
