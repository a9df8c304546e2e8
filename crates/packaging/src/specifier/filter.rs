//! Pre-releases: whether they are taken, and which of many candidates are left.
//!
//! The policy is pypa/packaging's: what the caller says, else what the specifiers themselves name
//! (`>=1.0a1`), else pre-releases are taken only where nothing else fulfils the specifiers.

use super::{Operand, Operator, VersionSpecifier, VersionSpecifiers};
use crate::version::Version;

/// What to do with pre-releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prereleases {
    /// Take them if the specifiers name one, else only if there is nothing else.
    #[default]
    Default,
    /// Take them like any version.
    Allow,
    /// Take none.
    Refuse,
}

/// What is held against a specifier: a version, or a text that need not be one.
///
/// `===` compares the text; everything else needs a version.
#[derive(Debug, Clone, Copy)]
pub enum Candidate<'a> {
    /// A version.
    Version(&'a Version),
    /// A text as an index or an old tool gives it.
    Text(&'a str),
}

impl<'a> From<&'a Version> for Candidate<'a> {
    fn from(version: &'a Version) -> Self {
        Candidate::Version(version)
    }
}

impl<'a> From<&'a str> for Candidate<'a> {
    fn from(text: &'a str) -> Self {
        Candidate::Text(text)
    }
}

impl Candidate<'_> {
    fn version(self) -> Option<Version> {
        match self {
            Candidate::Version(version) => Some(version.clone()),
            Candidate::Text(text) => text.parse().ok(),
        }
    }
}

impl VersionSpecifier {
    /// Whether the version behind the operator is a pre-release, and so asks for pre-releases.
    pub fn names_prerelease(&self) -> bool {
        match (&self.operand, self.operator) {
            (_, Operator::NotEqual) | (Operand::Prefix(_), _) => false,
            (Operand::Version(version), _) => version.is_prerelease(),
            (Operand::Text(text), _) => text
                .parse()
                .is_ok_and(|version: Version| version.is_prerelease()),
        }
    }

    /// Whether the candidate fulfils the comparison, pre-release or not.
    fn matches(&self, candidate: Candidate<'_>, version: Option<&Version>) -> bool {
        match (candidate, &self.operand, version) {
            (Candidate::Text(text), Operand::Text(wanted), _) => {
                text.to_lowercase() == wanted.to_lowercase()
            }
            (_, _, Some(version)) => self.contains(version),
            _ => false,
        }
    }

    /// As [`VersionSpecifiers::contains_with`].
    pub fn contains_with<'a>(
        &self,
        candidate: impl Into<Candidate<'a>>,
        prereleases: Prereleases,
    ) -> bool {
        let candidate = candidate.into();
        let version = candidate.version();
        let refused = prereleases.refuse(version.as_ref());
        !refused && self.matches(candidate, version.as_ref())
    }
}

impl Prereleases {
    /// Whether a candidate of this version is out before any comparison.
    fn refuse(self, version: Option<&Version>) -> bool {
        self == Prereleases::Refuse && version.is_some_and(Version::is_prerelease)
    }
}

impl VersionSpecifiers {
    /// Whether one of the specifiers asks for pre-releases by naming one.
    pub fn names_prerelease(&self) -> bool {
        self.iter().any(VersionSpecifier::names_prerelease)
    }

    /// Whether a single candidate fulfils all comparisons under a policy for pre-releases.
    ///
    /// A candidate that is alone has no alternative, so [`Prereleases::Default`] takes it.
    pub fn contains_with<'a>(
        &self,
        candidate: impl Into<Candidate<'a>>,
        prereleases: Prereleases,
    ) -> bool {
        let candidate = candidate.into();
        let version = candidate.version();
        let refused = prereleases.refuse(version.as_ref());
        !refused
            && self
                .iter()
                .all(|specifier| specifier.matches(candidate, version.as_ref()))
    }

    /// The items whose candidate fulfils all comparisons, in their order.
    ///
    /// Under [`Prereleases::Default`] pre-releases are left only when the specifiers name one or
    /// when no final release is left. A text that is no version counts as neither.
    pub fn filter<'a, T>(
        &self,
        items: impl IntoIterator<Item = T>,
        candidate: impl Fn(&T) -> Candidate<'a>,
        prereleases: Prereleases,
    ) -> Vec<T> {
        let prereleases = match prereleases {
            Prereleases::Default if self.names_prerelease() => Prereleases::Allow,
            given => given,
        };
        let mut found_final = false;
        let mut matching = Vec::new();
        for item in items {
            let candidate = candidate(&item);
            let version = candidate.version();
            if self
                .iter()
                .all(|specifier| specifier.matches(candidate, version.as_ref()))
            {
                let is_prerelease = version.as_ref().is_some_and(Version::is_prerelease);
                found_final |= version.is_some() && !is_prerelease;
                matching.push((item, is_prerelease));
            }
        }
        let drop_prereleases = match prereleases {
            Prereleases::Allow => false,
            Prereleases::Refuse => true,
            Prereleases::Default => found_final,
        };
        matching.retain(|(_, is_prerelease)| !(drop_prereleases && *is_prerelease));
        matching.into_iter().map(|(item, _)| item).collect()
    }
}
