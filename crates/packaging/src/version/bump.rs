//! The next version after one.

use super::{PreReleaseKind, Version, VersionParts};

/// What of a version goes up. Everything that counts less starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// A segment of the release, counted from 0.
    Release(usize),
    /// Nothing: the release that the version is a step to, or after.
    Stable,
    /// The pre-release of a kind.
    Pre(PreReleaseKind),
    /// The post-release.
    Post,
    /// The development release.
    Dev,
}

impl Version {
    /// The version with one part gone up, or set to `value`; none when its number would be too large.
    ///
    /// It need not be later: the first alpha of a release comes before the release. A local label goes.
    ///
    /// ```
    /// use tilsit_packaging::version::{Bump, Version};
    ///
    /// let version: Version = "1.2.3rc1".parse()?;
    /// assert_eq!(version.bumped(Bump::Release(1), None).unwrap().to_string(), "1.3.0");
    /// assert_eq!(version.bumped(Bump::Stable, None).unwrap().to_string(), "1.2.3");
    /// # Ok::<(), tilsit_packaging::version::VersionError>(())
    /// ```
    pub fn bumped(&self, bump: Bump, value: Option<u64>) -> Option<Version> {
        let VersionParts {
            epoch,
            mut release,
            pre,
            post,
            dev,
            ..
        } = self.to_parts();
        let next = |number: Option<u64>| match (value, number) {
            (Some(value), _) => Some(value),
            (None, Some(number)) => number.checked_add(1),
            (None, None) => Some(1),
        };
        let mut parts = VersionParts {
            epoch,
            ..VersionParts::default()
        };
        match bump {
            Bump::Release(segment) => {
                let length = release.len().max(segment + 1);
                release.resize(length, 0);
                release[segment] = next(Some(release[segment]))?;
                release[segment + 1..].fill(0);
            }
            Bump::Stable => {}
            Bump::Pre(kind) => {
                let number = pre.filter(|(found, _)| *found == kind);
                parts.pre = Some((kind, next(number.map(|(_, number)| number))?));
            }
            Bump::Post => {
                parts.pre = pre;
                parts.post = Some(next(post)?);
            }
            Bump::Dev => {
                parts.pre = pre;
                parts.post = post;
                parts.dev = Some(next(dev)?);
            }
        }
        parts.release = release;
        Some(Version::from_parts(parts))
    }
}
