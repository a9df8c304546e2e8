//! Poetry's constraints on versions (`^1.2`, `~1.2`, `1.2.*`, `>=1,<2 || >=3`), and what they are in
//! the words of PEP 440 and of markers.

use std::fmt::Write as _;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::range::{Cut, Side, VersionRange};
use tilsit_packaging::specifier::{Operator, VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::{Version, VersionParts};

/// The most alternatives that one constraint may have, and the most parts that each may have.
const PARTS_MAX: usize = 64;

/// The most `!=` that stand for what lies between two alternatives.
const EXCLUDED_MAX: usize = 64;

/// A constraint that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is no constraint on a version")]
pub(super) struct ConstraintError {
    part: String,
}

/// What a constraint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    range: VersionRange,
    /// The same in the words of PEP 440; of alternatives there is none here.
    plain: Option<VersionSpecifiers>,
}

/// What the versions are those of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// A project's releases.
    Project,
    /// Python itself, of which `3.9` is every 3.9.
    Python,
}

impl Constraint {
    /// Reads a constraint.
    pub(super) fn read(text: &str, of: Of) -> Result<Self, ConstraintError> {
        let wrong = || ConstraintError {
            part: text.trim().to_owned(),
        };
        let alternatives: Vec<&str> = text.split('|').filter(|part| !part.is_empty()).collect();
        if alternatives.is_empty() || alternatives.len() > PARTS_MAX {
            return Err(wrong());
        }
        let mut range = VersionRange::empty();
        let mut all = Vec::with_capacity(alternatives.len());
        for alternative in alternatives {
            let mut joined = VersionSpecifiers::any();
            let parts = parts(alternative);
            if parts.is_empty() || parts.len() > PARTS_MAX {
                return Err(wrong());
            }
            for part in parts {
                joined = joined.and(&single(&part, of)?);
            }
            range = range.union(&VersionRange::from(&joined));
            all.push(joined);
        }
        let plain = if all.len() == 1 { all.pop() } else { None };
        Ok(Self { range, plain })
    }

    /// Where the constraint on Python holds.
    pub(super) fn python_marker(&self) -> Marker {
        // `>=3.9` is about `python_version`, which is 3.9 for the pre-releases too.
        let widened = |cut: &Cut| {
            let version = cut.version();
            let is_minor = *version == version.base() && release(version).len() < 3;
            if cut.side() == Side::Before && is_minor {
                Cut::before(Version::from_parts(VersionParts {
                    dev: Some(0),
                    ..version.to_parts()
                }))
            } else {
                cut.clone()
            }
        };
        let stretches = self.range.stretches();
        let range = stretches.fold(VersionRange::empty(), |range, (from, until)| {
            range.union(&VersionRange::between(from.map(widened), until.cloned()))
        });
        Marker::python(&range)
    }

    /// The same in the words of PEP 440, and whether these allow less: what lies between alternatives
    /// can be left out only where a few `==…*` cover it; else the newest alternative is what is left.
    pub(super) fn specifiers(&self) -> (VersionSpecifiers, bool) {
        if let Some(plain) = &self.plain {
            return (plain.clone(), false);
        }
        let stretches: Vec<_> = self.range.stretches().collect();
        let Some(((_, end), earlier)) = stretches.split_last() else {
            return (nothing(), false);
        };
        let mut excluded = Vec::new();
        let mut start = stretches[stretches.len() - 1].0;
        for (from, until) in earlier.iter().rev() {
            let gap = until
                .zip(start)
                .and_then(|(from, until)| between(from, until));
            let Some(gap) = gap.filter(|gap| gap.len() + excluded.len() <= EXCLUDED_MAX) else {
                return (bounded(start, *end, &excluded), true);
            };
            excluded.splice(0..0, gap);
            start = *from;
        }
        (bounded(start, *end, &excluded), false)
    }
}

/// The parts that must all hold: with a comma or a blank between them, but none behind an operator.
fn parts(alternative: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let words = alternative.split([',', ' ', '\t']);
    for word in words.filter(|word| !word.is_empty()) {
        let is_open = |part: &String| part.ends_with(['<', '>', '=', '~', '^', '!']);
        match parts.last_mut().filter(|part| is_open(part)) {
            Some(part) => part.push_str(word),
            None => parts.push(word.to_owned()),
        }
    }
    parts
}

fn single(part: &str, of: Of) -> Result<VersionSpecifiers, ConstraintError> {
    let wrong = || ConstraintError {
        part: part.to_owned(),
    };
    if part == "*" {
        return Ok(VersionSpecifiers::any());
    }
    let split = part
        .find(|letter: char| !"<>=~^!".contains(letter))
        .ok_or_else(wrong)?;
    let (operator, written) = part.split_at(split);
    let (version, is_prefix) = match written.split_once(".*") {
        Some((version, rest)) if rest.replace(".*", "").is_empty() => (version, true),
        _ => (written, false),
    };
    let version: Version = version.parse().map_err(|_| wrong())?;
    let is_prefix = is_prefix || (of == Of::Python && release(&version).len() < 3);
    let specifiers = match operator {
        "^" => from_to(&version, next_breaking(&version)),
        "~" => from_to(&version, next_minor(&version)),
        "~=" => from_to(&version, next_compatible(&version)),
        "" | "=" | "==" | "!=" if is_prefix && version != version.base() => None,
        "" | "=" | "==" if is_prefix => Some(one(VersionSpecifier::prefix(true, &version))),
        "!=" if is_prefix => Some(one(VersionSpecifier::prefix(false, &version))),
        "" | "=" | "==" => Some(one(VersionSpecifier::equal(version))),
        "!=" => compared(Operator::NotEqual, version),
        "<" => compared(Operator::Less, version),
        "<=" => compared(Operator::LessEqual, version),
        ">" => compared(Operator::Greater, version),
        ">=" => compared(Operator::GreaterEqual, version),
        _ => None,
    };
    specifiers.ok_or_else(wrong)
}

fn one(specifier: VersionSpecifier) -> VersionSpecifiers {
    VersionSpecifiers::from_iter([specifier])
}

fn compared(operator: Operator, version: Version) -> Option<VersionSpecifiers> {
    let version = match operator {
        Operator::NotEqual => version,
        // An order is one of public versions.
        _ => version.without_local(),
    };
    VersionSpecifier::new(operator, version).ok().map(one)
}

fn from_to(version: &Version, end: Option<Version>) -> Option<VersionSpecifiers> {
    let start = compared(Operator::GreaterEqual, version.clone())?;
    Some(start.and(&compared(Operator::Less, end?)?))
}

fn release(version: &Version) -> Vec<u64> {
    version.to_parts().release.to_vec()
}

/// The version of the same length whose release differs first at `place`, where it is one more.
fn next_at(version: &Version, place: usize) -> Option<Version> {
    let mut release = release(version);
    let number = release.get_mut(place)?;
    *number = number.checked_add(1)?;
    release[place + 1..].fill(0);
    Some(Version::from_parts(VersionParts {
        epoch: version.epoch(),
        release: release.into_iter().collect(),
        pre: None,
        post: None,
        dev: None,
        local: Vec::new(),
    }))
}

/// The first that a caret leaves out: the next of the first number that is not zero.
fn next_breaking(version: &Version) -> Option<Version> {
    let release = release(version);
    let first = release.iter().take(3).position(|number| *number > 0);
    let last = release.len().min(3).checked_sub(1)?;
    next_at(version, first.unwrap_or(last))
}

/// The first that a tilde leaves out.
fn next_minor(version: &Version) -> Option<Version> {
    let last = release(version).len().checked_sub(1)?;
    next_at(version, last.min(1))
}

/// The first that `~=` leaves out; unlike in PEP 440 one number may stand alone.
fn next_compatible(version: &Version) -> Option<Version> {
    let length = release(version).len();
    next_at(version, length.saturating_sub(2))
}

/// What nothing satisfies.
fn nothing() -> VersionSpecifiers {
    "<0.dev0".parse().unwrap_or_default()
}

/// A stretch of versions with some of them left out.
fn bounded(from: Option<&Cut>, until: Option<&Cut>, excluded: &[String]) -> VersionSpecifiers {
    let stretch = VersionRange::between(from.cloned(), until.cloned());
    let excluded: Vec<String> = excluded.iter().map(|one| format!("!={one}")).collect();
    let excluded = excluded.join(",").parse::<VersionSpecifiers>();
    match (stretch.to_specifiers(), excluded) {
        (Some(stretch), Ok(excluded)) => stretch.and(&excluded),
        _ => nothing(),
    }
}

/// The versions between two places as what may stand behind `!=`; none if they cannot be said so.
fn between(from: &Cut, until: &Cut) -> Option<Vec<String>> {
    if VersionRange::between(Some(from.clone()), Some(until.clone()))
        == VersionRange::from(&VersionSpecifier::equal(from.version().clone()))
    {
        return Some(vec![from.version().to_string()]);
    }
    let first = prefix(from)?;
    // The pre-releases just before the next alternative are let in: no form leaves them out.
    let last = prefix(until).or_else(|| {
        let is_final = until.version().base() == *until.version();
        (until.side() == Side::Before && is_final).then(|| release(until.version()))
    })?;
    let epoch = from.version().epoch();
    if epoch != until.version().epoch() {
        return None;
    }
    let length = first.len().max(last.len());
    let padded = |release: &[u64]| {
        let mut release = release.to_vec();
        release.resize(length, 0);
        release
    };
    let (first, last) = (padded(&first), padded(&last));
    let differs = (0..length).find(|place| first[*place] != last[*place])?;
    // Of what begins like the first everything to its end would have to go, which has none.
    if first[differs + 1..].iter().any(|number| *number > 0) {
        return None;
    }
    let mut all = Vec::new();
    for place in differs..length {
        let start = if place == differs { first[place] } else { 0 };
        for number in start..last[place] {
            if all.len() > EXCLUDED_MAX {
                return None;
            }
            let mut words = if epoch > 0 {
                format!("{epoch}!")
            } else {
                String::new()
            };
            for before in &last[..place] {
                let _ = write!(words, "{before}.");
            }
            all.push(format!("{words}{number}.*"));
        }
    }
    Some(all)
}

/// The release that a place is just before, with all its pre-releases.
fn prefix(cut: &Cut) -> Option<Vec<u64>> {
    let parts = cut.version().to_parts();
    let is_start = cut.side() == Side::Before
        && parts.dev == Some(0)
        && parts.pre.is_none()
        && parts.post.is_none()
        && parts.local.is_empty();
    is_start.then(|| parts.release.to_vec())
}
