//! For which environments a search is: for one, or for all that a marker describes.
//!
//! A universal resolution begins with the scopes that the user named and divides them where one
//! answer would not do (see `fork`); what is said of a marker here is exact, for markers are
//! decision diagrams.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tilsit_packaging::marker::{Marker, MarkerEnvironment};
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::range::{Cut, Side, VersionRange};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::{Operator, VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::{Version, VersionParts};

use crate::options::{Target, Universal};

/// The environments that a search is for.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
    /// This one.
    One {
        environment: MarkerEnvironment,
        /// Its Python without pre-release: a release candidate counts as its release.
        python: Version,
    },
    /// All in which the marker holds.
    Many {
        marker: Marker,
        /// The major version of the oldest Python.
        major: u64,
        covers: Arc<Mutex<Covers>>,
    },
}

/// How much of a scope each `Requires-Python` admits that was asked about: there are few of them, and
/// every release has one.
#[derive(Debug, Default)]
pub(crate) struct Covers {
    stated: FxHashMap<VersionSpecifiers, Cover>,
    /// Those that many candidates share, by their place in memory, where they stay as long as this does.
    shared: FxHashMap<usize, (Arc<VersionSpecifiers>, Cover)>,
}

/// How much of a scope something is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cover {
    Nothing,
    /// The environments in which the marker holds.
    Part(Marker),
    All,
}

impl Scope {
    /// The scopes to begin with.
    pub(crate) fn of(target: &Target) -> Vec<Scope> {
        match target {
            Target::Environment(environment) => vec![Scope::One {
                python: environment.python_full_version().base(),
                environment: environment.clone(),
            }],
            Target::Universal(universal) => {
                let whole = universe(universal);
                if universal.environments.is_empty() {
                    return vec![Scope::many(whole)];
                }
                let mut rest = whole;
                let mut scopes = Vec::new();
                // Environments that overlap are cut, so that each is answered once.
                for environment in &universal.environments {
                    let marker = environment.without_extras().and(rest);
                    if !marker.is_false() {
                        scopes.push(Scope::many(marker));
                        rest = rest.and(marker.not());
                    }
                }
                scopes
            }
        }
    }

    /// No environment at all.
    pub(crate) fn nowhere() -> Self {
        Scope::many(Marker::FALSE)
    }

    fn many(marker: Marker) -> Self {
        let oldest = marker
            .python_range()
            .stretches()
            .next()
            .and_then(|(lower, _)| Some(lower?.version().major()));
        Scope::Many {
            marker,
            major: oldest.unwrap_or(0),
            covers: Arc::default(),
        }
    }

    /// Where the search is valid; everywhere, for one environment.
    pub(crate) fn marker(&self) -> Marker {
        match self {
            Scope::One { .. } => Marker::TRUE,
            Scope::Many { marker, .. } => *marker,
        }
    }

    /// Where the search is valid, as far as it is not for all that is asked for.
    pub(crate) fn apart(&self, target: &Target) -> Marker {
        match target {
            Target::Environment(_) => Marker::TRUE,
            Target::Universal(universal) if universe(universal) == self.marker() => Marker::TRUE,
            Target::Universal(universal) => self.marker().simplify_within(universe(universal)),
        }
    }

    /// The part in which the marker holds; `None` if that is nothing.
    pub(crate) fn narrowed(&self, marker: Marker) -> Option<Self> {
        let marker = self.marker().and(marker);
        (!marker.is_false()).then(|| Scope::many(marker))
    }

    /// How much of the scope the marker holds in.
    pub(crate) fn cover(&self, marker: Marker) -> Cover {
        match self {
            Scope::One { environment, .. } if marker.evaluate(environment, &[]) => Cover::All,
            Scope::One { .. } => Cover::Nothing,
            Scope::Many { marker: own, .. } => {
                let both = own.and(marker);
                if both.is_false() {
                    Cover::Nothing
                } else if both == *own {
                    Cover::All
                } else {
                    Cover::Part(marker)
                }
            }
        }
    }

    /// Where in the scope a requirement applies, by itself or for one extra; `None` if nowhere.
    ///
    /// A requirement that applies without extras belongs to the project itself, and is not repeated
    /// for its extras.
    pub(crate) fn condition(
        &self,
        requirement: &Requirement,
        extra: Option<&ExtraName>,
    ) -> Option<Marker> {
        let marker = requirement.marker;
        match self {
            Scope::One { environment, .. } => {
                let plain = marker.evaluate(environment, &[]);
                let applies = match extra {
                    None => plain,
                    Some(extra) => {
                        !plain && marker.evaluate(environment, std::slice::from_ref(extra))
                    }
                };
                applies.then_some(Marker::TRUE)
            }
            Scope::Many { marker: own, .. } => {
                let condition = condition(marker, extra);
                (!own.is_disjoint(condition)).then_some(condition)
            }
        }
    }

    /// How much of the scope a `Requires-Python` admits.
    ///
    /// An upper bound within the major version does not count, as with uv: such bounds are guesses
    /// about Pythons yet to come, and to heed them means to fall back to old releases that forgot
    /// to guess. `<3` on Python 3 counts.
    pub(crate) fn python_cover(&self, requires_python: Option<&VersionSpecifiers>) -> Cover {
        let Some(specifiers) = requires_python else {
            return Cover::All;
        };
        match self {
            Scope::One { python, .. } => {
                let known = specifiers.iter();
                let mut known = known.filter_map(|one| without_guess(one, python.major()));
                if known.all(|specifier| specifier.contains(python)) {
                    Cover::All
                } else {
                    Cover::Nothing
                }
            }
            Scope::Many { major, covers, .. } => {
                let mut covers = covers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(cover) = covers.stated.get(specifiers) {
                    return *cover;
                }
                let known = specifiers.iter();
                let known = known.filter_map(|specifier| without_guess(specifier, *major));
                let range = known.fold(VersionRange::full(), |range, specifier| {
                    range.intersection(&VersionRange::from(&*specifier))
                });
                let cover = self.cover(Marker::python(&whole_minors(&range)));
                covers.stated.insert(specifiers.clone(), cover);
                cover
            }
        }
    }

    /// The same for one that many candidates share.
    pub(crate) fn shared_python_cover(&self, shared: Option<&Arc<VersionSpecifiers>>) -> Cover {
        let (Some(specifiers), Scope::Many { covers, .. }) = (shared, self) else {
            return self.python_cover(shared.map(AsRef::as_ref));
        };
        let lock = || covers.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Arc::as_ptr(specifiers).addr();
        if let Some((_, cover)) = lock().shared.get(&place) {
            return *cover;
        }
        let cover = self.python_cover(Some(specifiers));
        let known = (Arc::clone(specifiers), cover);
        lock().shared.insert(place, known);
        cover
    }

    /// What a `Requires-Python` was held against, in words.
    pub(crate) fn python_in_words(&self) -> String {
        match self {
            Scope::One { environment, .. } => {
                format!("this is Python {}", environment.python_full_version())
            }
            Scope::Many { marker, .. } => {
                let pythons = Marker::python(&marker.python_range());
                format!("this is for {pythons}")
            }
        }
    }

    /// The place below the oldest Python; `None` for all Pythons.
    pub(crate) fn oldest_python(&self) -> Option<Cut> {
        oldest(self.marker())
    }
}

/// Where a marker holds, by itself or for one extra and not without.
pub(crate) fn condition(marker: Marker, extra: Option<&ExtraName>) -> Marker {
    let plain = marker.with_extras(&[]);
    match extra {
        None => plain,
        Some(_) if plain == marker => Marker::FALSE,
        Some(extra) => {
            let with = marker.with_extras(std::slice::from_ref(extra));
            with.and(plain.not())
        }
    }
}

/// The place below the oldest Python for which the marker holds.
pub(crate) fn oldest(marker: Marker) -> Option<Cut> {
    let range = marker.python_range();
    let (lower, _) = range.stretches().next()?;
    lower.cloned()
}

/// All environments that a universal resolution is for, before it is divided: the Pythons that the
/// user named, on the platforms that there are.
pub(crate) fn universe(universal: &Universal) -> Marker {
    let pythons = whole_minors(&VersionRange::from(&universal.requires_python));
    Marker::python(&pythons).and(Marker::platforms())
}

/// What a specifier says besides an upper bound within the major version: `<4` says nothing on Python 3,
/// and `~=3.10` is `>=3.10`.
fn without_guess(specifier: &VersionSpecifier, major: u64) -> Option<Cow<'_, VersionSpecifier>> {
    let Some(version) = specifier.version() else {
        return Some(Cow::Borrowed(specifier));
    };
    match specifier.operator() {
        Operator::Less | Operator::LessEqual if *version > Version::from_release(&[major]) => None,
        Operator::Compatible if version.major() >= major => {
            let least = VersionSpecifier::new(Operator::GreaterEqual, version.clone());
            Some(least.map_or(Cow::Borrowed(specifier), Cow::Owned))
        }
        _ => Some(Cow::Borrowed(specifier)),
    }
}

/// The range as markers see it: `>=3.8` begins with the pre-releases of 3.8, and a hole inside a
/// minor version is none (`!=3.9.7` is no reason to divide anything).
fn whole_minors(range: &VersionRange) -> VersionRange {
    let mut whole = VersionRange::empty();
    let mut hole_from: Option<Cut> = None;
    for (lower, upper) in range.stretches() {
        let lower = lower.map(before_prereleases);
        if let (Some(from), Some(to)) = (&hole_from, &lower)
            && minor(from.version()) == minor(to.version())
        {
            let hole = VersionRange::between(Some(from.clone()), Some(to.clone()));
            whole = whole.union(&hole);
        }
        whole = whole.union(&VersionRange::between(lower, upper.cloned()));
        hole_from = upper.cloned();
    }
    whole
}

fn minor(version: &Version) -> (u64, u64) {
    (version.major(), version.minor())
}

fn before_prereleases(cut: &Cut) -> Cut {
    let version = cut.version();
    let is_minor = cut.side() == Side::Before
        && version.trimmed().release().len() <= 2
        && *version == version.base();
    if !is_minor {
        return cut.clone();
    }
    Cut::before(Version::from_parts(VersionParts {
        dev: Some(0),
        ..version.to_parts()
    }))
}
