//! Why there is no answer, in words for the user.
//!
//! From the solver core's proof come links (who needs what, and what cannot be used); the user's
//! lines are reduced to those that cannot be met together; then each link is said once, from the
//! user's lines inwards, as few as tell the story. What the user could do is data ([`Hint`]): the
//! program that talks to the user words it.

use std::fmt;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use crate::facts::Facts;
use crate::options::RootRequirement;
use crate::policy::Policy;
use crate::search::{Proof, Search};

mod links;
mod minimal;
mod missing;
mod story;
mod words;

/// Why the requirements cannot be met.
///
/// Displays as at most 25 lines without a line break at the end.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The user's requirements that cannot be met together. With any one of them left out, the
    /// others can be met, as far as is known.
    pub lines: Vec<RootRequirement>,
    /// The conclusion, in one line: lower case, no full stop.
    pub headline: String,
    /// The links of the story, one sentence each, from the user's lines inwards.
    pub because: Vec<String>,
    /// Where in a universal resolution there is no answer; everywhere, for one environment.
    pub environments: Marker,
    /// What may help, most promising first.
    pub hints: Vec<Hint>,
}

/// Something that may help, for the program to word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// The index does not know the name.
    NoSuchProject {
        /// The name.
        name: ProjectName,
    },
    /// The index refused access.
    AccessRefused {
        /// The project.
        name: ProjectName,
        /// The index and the status, in words.
        words: String,
    },
    /// The project could not be looked up now.
    NotLookedUp {
        /// The project.
        name: ProjectName,
        /// Why, in words.
        words: String,
    },
    /// There are versions for another Python.
    OtherPython {
        /// The project.
        name: ProjectName,
        /// What its newest version asks of Python.
        requires_python: VersionSpecifiers,
    },
    /// There are versions for another platform or interpreter, without source.
    OtherPlatform {
        /// The project.
        name: ProjectName,
    },
    /// Only a source distribution would do, and building is not allowed.
    BuildNotAllowed {
        /// The project.
        name: ProjectName,
    },
    /// Only a wheel would do, and wheels are not allowed.
    WheelNotAllowed {
        /// The project.
        name: ProjectName,
    },
    /// A version would do, but was uploaded after the cut-off date.
    CutOff {
        /// The project.
        name: ProjectName,
    },
    /// A version would do, but there is a cut-off date, and the index does not say when it was
    /// uploaded.
    NoUploadTime {
        /// The project.
        name: ProjectName,
    },
    /// A local version is asked for, of which the index has the public one only.
    LocalVersion {
        /// The project.
        name: ProjectName,
        /// The version that is asked for.
        version: Version,
    },
    /// A yanked version would do, if it were required with `==`.
    Yanked {
        /// The project.
        name: ProjectName,
        /// The newest such version.
        version: Version,
    },
    /// A pre-release would do, if it were allowed.
    Prerelease {
        /// The project.
        name: ProjectName,
        /// The newest such version.
        version: Version,
    },
    /// A constraint of the user excludes what would do.
    Constraint {
        /// The project.
        name: ProjectName,
        /// The constraint.
        constraint: RootRequirement,
    },
}

/// How many sentences an explanation gives at most.
const SENTENCES_MAX: usize = 12;
/// How many of the user's lines it names at most.
const LINES_MAX: usize = 8;

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.headline)?;
        if self.lines.len() > 1 {
            for line in self.lines.iter().take(LINES_MAX) {
                write!(formatter, "\n  {}", words::line(line))?;
            }
            if self.lines.len() > LINES_MAX {
                write!(formatter, "\n  and {} more", self.lines.len() - LINES_MAX)?;
            }
            if !self.because.is_empty() {
                formatter.write_str("\nbecause")?;
            }
        }
        for sentence in &self.because {
            write!(formatter, "\n  - {sentence}")?;
        }
        if !self.environments.is_true() {
            write!(formatter, "\nThis is so where {}.", self.environments)?;
        }
        Ok(())
    }
}

/// The markers that the proof of a failed search rests on, those of the user first.
pub(crate) fn partial_markers(policy: &Policy, facts: &mut Facts, proof: &Proof) -> Vec<Marker> {
    let grounds = links::grounds(policy, facts, proof);
    let (own, others): (Vec<_>, Vec<_>) = grounds
        .links
        .iter()
        .map(|link| &link.need)
        .partition(|need| need.line.is_some());
    own.into_iter()
        .chain(others)
        .map(|need| need.marker)
        .collect()
}

/// Explains a failed search.
pub(crate) fn explain(
    policy: &Policy,
    facts: &mut Facts,
    search: &Search,
    proof: &Proof,
) -> Explanation {
    let grounds = links::grounds(policy, facts, proof);
    let grounds = minimal::reduce(policy, facts, search, grounds);
    story::tell(policy, facts, &grounds)
}
