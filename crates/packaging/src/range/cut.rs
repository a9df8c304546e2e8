//! A place between versions.
//!
//! Around a version V without local label the line looks like this:
//!
//! ```text
//! Before(V)  V  After(V)  V+local …  V.post0.dev0 … V.postN  AfterPosts(V)  the next release
//! ```
//!
//! The place behind the local versions of V is the one before the least version above them
//! (`V.post0.dev0` for a final V), so it needs no side of its own: equal sets have equal cuts.

use std::cmp::Ordering;

use crate::version::{Version, VersionParts, compare_releases, suffix_key};

/// A place between versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cut {
    version: Version,
    side: Side,
}

/// On which side of its version a cut lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Just before the version.
    Before,
    /// Just behind it, before any local version of it.
    After,
    /// Behind its local versions; only where the number of the next version would overflow.
    AfterLocals,
    /// Behind its post-releases.
    AfterPosts,
}

impl Cut {
    /// Just before the version.
    pub fn before(version: Version) -> Self {
        Cut {
            version,
            side: Side::Before,
        }
    }

    /// Just behind the version, before any local version of it.
    pub fn after(version: Version) -> Self {
        Cut {
            version,
            side: Side::After,
        }
    }

    /// Behind the version and its local versions; the version has no local label itself.
    pub fn after_locals(version: Version) -> Self {
        let parts = version.to_parts();
        let next = match (parts.post, parts.dev) {
            (_, Some(dev)) => dev.checked_add(1).map(|dev| VersionParts {
                dev: Some(dev),
                ..parts
            }),
            (Some(post), None) => post.checked_add(1).map(|post| VersionParts {
                post: Some(post),
                dev: Some(0),
                ..parts
            }),
            (None, None) => Some(VersionParts {
                post: Some(0),
                dev: Some(0),
                ..parts
            }),
        };
        match next {
            Some(next) => Cut::before(Version::from_parts(next)),
            None => Cut {
                version,
                side: Side::AfterLocals,
            },
        }
    }

    /// Behind the version and its post-releases; the version is none itself.
    pub fn after_posts(version: Version) -> Self {
        let next = version
            .pre()
            .and_then(|(kind, number)| Some((kind, number.checked_add(1)?)));
        match next {
            Some(pre) => Cut::before(Version::from_parts(VersionParts {
                pre: Some(pre),
                dev: Some(0),
                ..version.to_parts()
            })),
            None => Cut {
                version,
                side: Side::AfterPosts,
            },
        }
    }

    /// The version that the place is named by.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The same place, named without trailing zeros.
    pub(crate) fn trimmed(&self) -> Self {
        Cut {
            version: self.version.trimmed(),
            side: self.side,
        }
    }

    /// On which side of it the place lies.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The least version above the place that is no pre-release; `None` if there is no least one.
    pub(super) fn release_above(&self) -> Option<Version> {
        let parts = self.version.to_parts();
        if parts.pre.is_some() {
            return Some(self.version.base());
        }
        match self.side {
            Side::Before if parts.dev.is_none() => Some(self.version.clone()),
            _ if parts.dev.is_some() => Some(Version::from_parts(VersionParts {
                dev: None,
                local: Vec::new(),
                ..parts
            })),
            // Local versions and longer releases fill the line behind a release without a gap.
            _ => None,
        }
    }

    /// Whether the place is before every version.
    pub(super) fn is_least(&self) -> bool {
        self.side == Side::Before
            && self.version.dev() == Some(0)
            && self.version.pre().is_none()
            && self.version.post().is_none()
            && self.version.epoch() == 0
            && !self.version.is_local()
            && self.version.release().iter().all(|&segment| segment == 0)
    }

    /// Whether the version is above the place.
    pub fn is_below(&self, version: &Version) -> bool {
        match self.side {
            Side::Before => *version >= self.version,
            Side::After => *version > self.version,
            Side::AfterLocals => *version > self.version && version.without_local() != self.version,
            Side::AfterPosts => {
                *version > self.version
                    && !(compare_releases(version, &self.version) == Ordering::Equal
                        && version.pre() == self.version.pre())
            }
        }
    }
}

impl PartialOrd for Cut {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cut {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.side <= Side::After && other.side <= Side::After {
            return self
                .version
                .cmp(&other.version)
                .then(self.side.cmp(&other.side));
        }
        let (left, right) = (&self.version, &other.version);
        let suffix = |cut: &Cut| {
            let (pre, post, dev) =
                suffix_key(cut.version.pre(), cut.version.post(), cut.version.dev());
            let behind_posts = cut.side == Side::AfterPosts;
            (pre, behind_posts, post.filter(|_| !behind_posts), dev)
        };
        compare_releases(left, right)
            .then_with(|| suffix(self).cmp(&suffix(other)))
            .then_with(|| {
                match (
                    self.side == Side::AfterLocals,
                    other.side == Side::AfterLocals,
                ) {
                    (false, false) => left
                        .local()
                        .cmp(right.local())
                        .then(self.side.cmp(&other.side)),
                    (left, right) => left.cmp(&right),
                }
            })
    }
}
