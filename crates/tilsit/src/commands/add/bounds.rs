//! The bounds that a requirement gets which says nothing of versions.

use std::collections::BTreeMap;

use clap::ValueEnum;
use tilsit_environment::Interpreter;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::{Bump, Version};
use tilsit_resolver::{Candidate, Preferences, Versions};

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};

/// A kind of bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Bounds {
    /// This version and all later ones: `>=1.2.3`
    #[default]
    Lower,
    /// Up to the next major version: `>=1.2.3,<2.0.0`; below 1 up to the next minor one
    Major,
    /// Up to the next minor version: `>=1.2.3,<1.3.0`
    Minor,
    /// This version alone: `==1.2.3`
    Exact,
}

impl Bounds {
    /// The bounds around a version, without its local label: that is of one index or builder.
    ///
    /// # Errors
    /// When there is no next version.
    pub(super) fn around(self, version: &Version) -> Result<VersionSpecifiers, CommandError> {
        let version = version.without_local();
        let release = version.base();
        // What is before 1 may break with each minor version: leading zeros are passed over.
        let release = release.release();
        let leading = release.iter().take_while(|segment| **segment == 0).count();
        let leading = if leading == release.len() { 0 } else { leading };
        let next = |segment: usize| {
            let segment = segment.min(release.len().max(2) - 1);
            let next = version.base().bumped(Bump::Release(segment), None);
            next.ok_or_else(|| {
                let message = format!("no version comes after {version}");
                CommandError::new(Code::Usage, message)
            })
        };
        let text = match self {
            Self::Lower => format!(">={version}"),
            Self::Exact => format!("=={version}"),
            Self::Major => format!(">={version},<{}", next(leading)?),
            Self::Minor => format!(">={version},<{}", next(leading + 1)?),
        };
        text.parse()
            .map_err(|error| CommandError::from_error(Code::Bug, &error))
    }
}

/// The newest version that the indexes have for a Python.
///
/// # Errors
/// When they have none, or do not answer.
pub(super) fn newest(
    name: &ProjectName,
    configuration: &Configuration,
    interpreter: &Interpreter,
    context: &Context,
) -> Result<Version, CommandError> {
    let question = Question {
        wanted: &Wanted::default(),
        configuration,
        interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: true,
        refresh: Refresh::No,
        pages_only: true,
        installed: BTreeMap::new(),
    };
    let (versions, with_prereleases) = resolving::versions(name, &question, context)?;
    let refused = |message: String| CommandError::new(Code::NoResolution, message);
    let candidates = match versions {
        Versions::Found(candidates) => candidates,
        Versions::NotFound => return Err(refused(format!("no index has a project `{name}`"))),
        Versions::Forbidden(words) | Versions::Unavailable(words) => return Err(refused(words)),
    };
    let python = interpreter.version().base();
    let fits = |candidate: &&Candidate| {
        let requires = candidate.requires_python.as_ref();
        candidate.unusable.is_none()
            && candidate.yanked.is_none()
            && requires.is_none_or(|requires| requires.contains(&python))
    };
    let usable = candidates.iter().filter(fits).map(|one| &one.version);
    let stable = usable
        .clone()
        .filter(|version| with_prereleases || !version.is_prerelease());
    // Where there are pre-releases alone, one of them is taken.
    let newest = stable.max().or_else(|| usable.max());
    newest
        .cloned()
        .ok_or_else(|| refused(format!("no version of `{name}` can be used here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_put_around_a_version() {
        for (version, lower, major, minor, exact) in [
            (
                "1.2.3",
                ">=1.2.3",
                "<2.0.0,>=1.2.3",
                "<1.3.0,>=1.2.3",
                "==1.2.3",
            ),
            (
                "0.1.2",
                ">=0.1.2",
                "<0.2.0,>=0.1.2",
                "<0.1.3,>=0.1.2",
                "==0.1.2",
            ),
            (
                "0.0.4",
                ">=0.0.4",
                "<0.0.5,>=0.0.4",
                "<0.0.5,>=0.0.4",
                "==0.0.4",
            ),
            ("2024", ">=2024", "<2025,>=2024", "<2024.1,>=2024", "==2024"),
            (
                "2.1rc1",
                ">=2.1rc1",
                "<3.0,>=2.1rc1",
                "<2.2,>=2.1rc1",
                "==2.1rc1",
            ),
            ("2.1+cpu", ">=2.1", "<3.0,>=2.1", "<2.2,>=2.1", "==2.1"),
            ("0", ">=0", "<1,>=0", "<0.1,>=0", "==0"),
        ] {
            let version = version.parse().unwrap();
            let kinds = [Bounds::Lower, Bounds::Major, Bounds::Minor, Bounds::Exact];
            let found = kinds.map(|kind| kind.around(&version).unwrap().to_string());
            assert_eq!(found, [lower, major, minor, exact], "{version}");
        }
    }
}
