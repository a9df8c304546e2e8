//! Old projects: what helps them is found, and the build is tried again with it. What helps is known by
//! [`era`](crate::era).

use std::path::Path;
use std::rc::Rc;

use tilsit_archive::Limits;
use tilsit_packaging::pyproject::BuildSystem;
use tilsit_packaging::requirement::Requirement;

use crate::building::Building;
use crate::environment::BuildEnvironment;
use crate::era::{Aged, Remedy, day, day_of};
use crate::error::{BackendFailure, BuildFailure};
use crate::frontend::BuildEvent;
use crate::source::Source;

/// How much of a setup.py is looked at.
const SETUP_PY_MAX_BYTES: usize = 1 << 20;

impl Building<'_> {
    /// Does something, and does it again with what helps, as long as failures tell of something new.
    pub(crate) fn with_remedies<T>(
        &self,
        attempt: impl Fn() -> Result<T, BuildFailure>,
    ) -> Result<T, BuildFailure> {
        let mut before: Option<Box<BackendFailure>> = None;
        loop {
            match (attempt(), before.take()) {
                (Err(BuildFailure::Backend(failure)), _) => {
                    if !self.finds_remedies(&failure)? {
                        return Err(BuildFailure::Backend(failure));
                    }
                    self.work.environment.replace(None);
                    self.work.is_ready.set(false);
                    before = Some(failure);
                }
                // What would help cannot be had: then it failed as it did before.
                (Err(BuildFailure::Requirements { .. }), Some(before)) => {
                    return Err(BuildFailure::Backend(before));
                }
                (other, _) => return other,
            }
        }
    }

    /// Whether a failure tells of something that was not tried yet.
    fn finds_remedies(&self, failure: &BackendFailure) -> Result<bool, BuildFailure> {
        if self.work.environment.borrow().is_none() {
            return Ok(false);
        }
        let found = self.aged()?.by_failure(&failure.words());
        let mut remedies = self.work.remedies.borrow_mut();
        let before = remedies.len();
        for remedy in found {
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        Ok(remedies.len() > before)
    }

    /// The environment of a first try: with what the text of setup.py says, if that can be had.
    pub(crate) fn aged_environment(
        &self,
        requires: &[Requirement],
    ) -> Result<BuildEnvironment, BuildFailure> {
        let (frontend, shown) = (self.frontend, &self.work.shown);
        let create = |remedies: &[Remedy]| {
            let of = |is_added: bool| {
                let remedies = remedies.iter();
                let remedies = remedies.filter(move |remedy| remedy.is_added == is_added);
                remedies.filter_map(Remedy::as_requirement)
            };
            let requires: Vec<Requirement> = requires.iter().cloned().chain(of(true)).collect();
            let limits: Vec<Requirement> = of(false).collect();
            BuildEnvironment::create(frontend, shown, &requires, &limits)
        };
        let known = self.work.remedies.borrow().clone();
        if !known.is_empty() {
            return create(&known);
        }
        let marked = self.marked(requires)?;
        if marked.is_empty() {
            return create(&[]);
        }
        match create(&marked) {
            Err(BuildFailure::Requirements { .. }) => create(&[]),
            made => {
                self.work.remedies.replace(marked);
                made
            }
        }
    }

    /// What setup.py tells of what is required.
    fn marked(&self, requires: &[Requirement]) -> Result<Vec<Remedy>, BuildFailure> {
        let is_archive = matches!(self.work.source, Source::Sdist(_) | Source::Archive(_));
        let Some(text) = setup_py(self.tree()?).filter(|_| is_archive) else {
            return Ok(Vec::new());
        };
        let mut marked = self.aged()?.by_setup_py(&text);
        marked.retain(|remedy| {
            let meant = remedy.as_requirement();
            meant.is_some_and(|meant| requires.iter().any(|known| known.name == meant.name))
        });
        Ok(marked)
    }

    fn aged(&self) -> Result<Aged, BuildFailure> {
        let file = match &self.work.source {
            Source::Sdist(file) => Some(file),
            Source::Archive(archive) => Some(&archive.file),
            _ => None,
        };
        let made = match file {
            Some(file) => {
                let archive = self.archive()?.path;
                let newest = tilsit_dist::sdist::newest_member(archive, &Limits::default());
                // One that cannot be read to its end was not unpacked either.
                let newest = newest.ok().flatten().and_then(day);
                // Another index may have got it long after it was made, and some clocks went wrong.
                newest.into_iter().chain(file.upload_time.map(day_of)).min()
            }
            None => None,
        };
        let interpreter = &self.frontend.options().interpreter;
        Ok(Aged {
            made,
            python: interpreter.major_minor(),
            is_silent: self.project()?.system == BuildSystem::legacy(),
        })
    }

    /// Tells of each remedy, once, that the environment has.
    pub(crate) fn tell_remedies(&self, environment: &Rc<BuildEnvironment>) {
        for remedy in &*self.work.remedies.borrow() {
            let Some(meant) = remedy.as_requirement() else {
                continue;
            };
            let Some(version) = environment.version_of(&meant.name) else {
                continue;
            };
            if self.work.told.borrow_mut().insert(remedy.requirement) {
                // A wish to stop is seen with the first output.
                let _ = self.frontend.tell(BuildEvent::Aged {
                    project: &self.work.shown,
                    with: &format!("{} {version}", meant.name),
                    reason: &remedy.reason,
                });
            }
        }
    }
}

/// The text of setup.py, as far as it is text, and small.
fn setup_py(tree: &Path) -> Option<String> {
    let bytes = tilsit_files::read(tree.join("setup.py")).ok()?;
    let is_small = bytes.len() <= SETUP_PY_MAX_BYTES;
    is_small.then(|| String::from_utf8_lossy(&bytes).into_owned())
}
