//! From meaning back to text: alternatives joined by `or`.
//!
//! Every path to `TRUE` is an alternative. Then what is not needed is taken away: constraints that
//! the marker does not depend on, and alternatives that follow from others. An alternative may
//! hold a group in parentheses, where one variable has several stretches or values.

use std::fmt;

use super::algebra::{self, Builder, Operation, stretches};
use super::diagram::{Branches, Key, Test};
use super::expression::write_quoted;
use super::{Marker, MarkerVariable};
use crate::range::{Cut, VersionRange};
use crate::specifier::{Operator, VersionSpecifier};
use crate::version::Version;

/// How many alternatives are made shorter; longer lists are shown as they are.
const ALTERNATIVES_MAX: usize = 64;

/// What a path asks of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Constraint {
    /// A version in the range, or (if the flag is set) no version at all.
    Range(VersionRange, bool),
    /// One of these texts.
    OneOf(Vec<Box<str>>),
    /// None of these texts.
    NoneOf(Vec<Box<str>>),
    /// The test holds or fails.
    Test(bool),
}

type Alternative = Vec<(Key, Constraint)>;

pub(super) fn display(marker: Marker, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if marker.is_true() {
        return formatter.write_str("python_version >= \"0\"");
    }
    if marker.is_false() {
        return formatter.write_str("python_version < \"0\"");
    }
    let mut alternatives = Vec::new();
    collect(marker, &mut Vec::new(), &mut alternatives);
    if alternatives.len() <= ALTERNATIVES_MAX {
        Builder::unlimited(|builder| shorten(builder, marker, &mut alternatives));
    }
    for (place, alternative) in alternatives.iter().enumerate() {
        if place > 0 {
            formatter.write_str(" or ")?;
        }
        for (place, (key, constraint)) in alternative.iter().enumerate() {
            if place > 0 {
                formatter.write_str(" and ")?;
            }
            let (terms, joint) = spell(key, constraint);
            let needs_parentheses = terms.len() > 1 && joint == " or " && alternative.len() > 1;
            let text = terms.join(joint);
            if needs_parentheses {
                write!(formatter, "({text})")?;
            } else {
                formatter.write_str(&text)?;
            }
        }
    }
    Ok(())
}

/// Collects the paths to `TRUE`; branches of one node with the same target make one path.
fn collect(marker: Marker, path: &mut Alternative, found: &mut Vec<Alternative>) {
    let Some(question) = marker.question() else {
        if marker.is_true() {
            found.push(path.clone());
        }
        return;
    };
    for target in distinct(question.branches.targets()) {
        if target.is_false() {
            continue;
        }
        path.push((question.key.clone(), constraint(&question.branches, target)));
        collect(target, path, found);
        path.pop();
    }
}

fn distinct(targets: Vec<Marker>) -> Vec<Marker> {
    let mut distinct = Vec::new();
    for target in targets {
        if !distinct.contains(&target) {
            distinct.push(target);
        }
    }
    distinct
}

/// What a node asks of its variable for its branches to that target.
fn constraint(branches: &Branches, target: Marker) -> Constraint {
    match branches {
        Branches::Versions {
            first,
            rest,
            otherwise,
        } => {
            let range = stretches(*first, rest)
                .filter(|(_, other)| *other == target)
                .map(|((start, end), _)| VersionRange::between(start.cloned(), end.cloned()))
                .fold(VersionRange::empty(), |joined, stretch| {
                    joined.union(&stretch)
                });
            Constraint::Range(range, *otherwise == target)
        }
        Branches::Texts { cases, otherwise } => {
            let others = cases
                .iter()
                .filter(|(_, other)| (*other == target) != (*otherwise == target));
            let values = others.map(|(value, _)| value.clone()).collect();
            if *otherwise == target {
                Constraint::NoneOf(values)
            } else {
                Constraint::OneOf(values)
            }
        }
        Branches::Test { holds, .. } => Constraint::Test(*holds == target),
    }
}

/// Takes away what the marker does not depend on.
fn shorten(builder: &mut Builder, marker: Marker, alternatives: &mut Vec<Alternative>) {
    let negated = builder.not(marker);
    let holds = |builder: &mut Builder, alternative: &Alternative| {
        let meaning = meaning(builder, alternative);
        builder.apply(Operation::And, meaning, negated).is_false()
    };
    for alternative in alternatives.iter_mut() {
        for place in (0..alternative.len()).rev() {
            for weaker in weaker(&alternative[place].1) {
                let mut shorter = alternative.clone();
                match weaker {
                    Some(constraint) => shorter[place].1 = constraint,
                    None => {
                        shorter.remove(place);
                    }
                }
                if holds(builder, &shorter) {
                    let is_dropped = shorter.len() < alternative.len();
                    *alternative = shorter;
                    if is_dropped {
                        break;
                    }
                }
            }
        }
    }
    // What follows from the other alternatives is said twice.
    for place in (0..alternatives.len()).rev() {
        let mut without = alternatives.clone();
        without.remove(place);
        if joined(builder, &without) == marker {
            *alternatives = without;
        }
    }
    drop_values(builder, marker, alternatives);
}

/// Takes values out of lists of values where another alternative speaks of them already.
fn drop_values(builder: &mut Builder, marker: Marker, alternatives: &mut Vec<Alternative>) {
    for place in 0..alternatives.len() {
        for part in 0..alternatives[place].len() {
            let Constraint::OneOf(values) = alternatives[place][part].1.clone() else {
                continue;
            };
            for value in values {
                let mut fewer = alternatives.clone();
                if let Constraint::OneOf(left) = &mut fewer[place][part].1 {
                    left.retain(|other| *other != value);
                    if !left.is_empty() && joined(builder, &fewer) == marker {
                        *alternatives = fewer;
                    }
                }
            }
        }
    }
}

/// What all alternatives mean together.
fn joined(builder: &mut Builder, alternatives: &[Alternative]) -> Marker {
    alternatives
        .iter()
        .fold(Marker::FALSE, |joined, alternative| {
            let alternative = meaning(builder, alternative);
            builder.apply(Operation::Or, joined, alternative)
        })
}

/// Constraints that ask less, the least demanding first; `None` asks nothing.
fn weaker(constraint: &Constraint) -> Vec<Option<Constraint>> {
    let mut weaker = vec![None];
    match constraint {
        Constraint::Range(range, otherwise) => {
            let stretches: Vec<_> = range.stretches().collect();
            let (lower, upper) = (
                stretches.first().and_then(|first| first.0),
                stretches.last().and_then(|last| last.1),
            );
            let candidates = [(None, upper), (lower, None), (lower, upper)];
            weaker.extend(
                candidates
                    .into_iter()
                    .map(|(lower, upper)| VersionRange::between(lower.cloned(), upper.cloned()))
                    .filter(|wider| wider != range && !wider.is_full())
                    .map(|wider| Some(Constraint::Range(wider, *otherwise))),
            );
        }
        Constraint::NoneOf(values) if values.len() > 1 => {
            weaker.extend((0..values.len()).map(|place| {
                let mut fewer = values.clone();
                fewer.remove(place);
                Some(Constraint::NoneOf(fewer))
            }));
        }
        _ => {}
    }
    weaker
}

fn meaning(builder: &mut Builder, alternative: &Alternative) -> Marker {
    let mut joined = Marker::TRUE;
    for (key, constraint) in alternative {
        let part = constraint_meaning(builder, key, constraint);
        joined = builder.apply(Operation::And, joined, part);
    }
    joined
}

fn constraint_meaning(builder: &mut Builder, key: &Key, constraint: &Constraint) -> Marker {
    let answer = |holds: bool| if holds { Marker::TRUE } else { Marker::FALSE };
    match constraint {
        Constraint::Range(range, otherwise) => {
            let mut holds = range.holds_least();
            let first = answer(holds);
            let rest = range.cuts().iter().map(|cut| {
                holds = !holds;
                (cut.clone(), answer(holds))
            });
            algebra::versions(key.clone(), (first, rest.collect(), answer(*otherwise)))
        }
        Constraint::OneOf(values) | Constraint::NoneOf(values) => {
            let inside = matches!(constraint, Constraint::OneOf(_));
            let cases = values
                .iter()
                .map(|value| (value.clone(), answer(inside)))
                .collect();
            builder.texts(key.clone(), cases, answer(!inside))
        }
        Constraint::Test(outcome) => {
            algebra::test(key.clone(), answer(*outcome), answer(!*outcome))
        }
    }
}

/// The comparisons that say a constraint, and what joins them.
fn spell(key: &Key, constraint: &Constraint) -> (Vec<String>, &'static str) {
    let name = key.variable.as_str();
    match constraint {
        Constraint::Range(range, _) => spell_range(key.variable, range),
        Constraint::OneOf(values) => (
            values
                .iter()
                .map(|value| format!("{name} == {}", quoted(value)))
                .collect(),
            " or ",
        ),
        Constraint::NoneOf(values) => (
            values
                .iter()
                .map(|value| format!("{name} != {}", quoted(value)))
                .collect(),
            " and ",
        ),
        Constraint::Test(holds) => (vec![spell_test(key, *holds)], " and "),
    }
}

fn quoted(text: &str) -> String {
    struct Quoted<'t>(&'t str);
    impl fmt::Display for Quoted<'_> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_quoted(self.0, formatter)
        }
    }
    Quoted(text).to_string()
}

fn spell_test(key: &Key, holds: bool) -> String {
    let name = key.variable.as_str();
    let (is_in, equals) = if holds {
        ("in", "==")
    } else {
        ("not in", "!=")
    };
    match key.test.as_ref().expect("only tests have this constraint") {
        Test::Equals(text) if key.variable.is_set() => format!("{} {is_in} {name}", quoted(text)),
        Test::Equals(text) => format!("{name} {equals} {}", quoted(text)),
        Test::Within(text) => format!("{name} {is_in} {}", quoted(text)),
        Test::Contains(text) => format!("{} {is_in} {name}", quoted(text)),
        // The grammar has no opposite of these; the nearest thing that can be written stands for it.
        Test::EqualsAnyCase(text) => format!(
            "{name} {} {}",
            if holds { "===" } else { "!=" },
            quoted(text)
        ),
        Test::Reversed(operator, text) => {
            let operator = if holds {
                *operator
            } else {
                opposite(*operator)
            };
            format!("{} {operator} {name}", quoted(text))
        }
    }
}

fn opposite(operator: Operator) -> Operator {
    match operator {
        Operator::Equal | Operator::Arbitrary | Operator::Compatible => Operator::NotEqual,
        Operator::NotEqual => Operator::Equal,
        Operator::Less => Operator::GreaterEqual,
        Operator::LessEqual => Operator::Greater,
        Operator::Greater => Operator::LessEqual,
        Operator::GreaterEqual => Operator::Less,
    }
}

/// A range either as one list of comparisons that must all hold, or as stretches of which one must.
fn spell_range(variable: MarkerVariable, range: &VersionRange) -> (Vec<String>, &'static str) {
    if let Some(terms) = spell_with_gaps(variable, range) {
        return (terms, " and ");
    }
    let stretches: Vec<String> = range
        .stretches()
        .map(|(lower, upper)| spell_stretch(variable, lower, upper).join(" and "))
        .collect();
    (stretches, " or ")
}

/// One stretch whose gaps are single versions: `python_version >= "3.8" and python_version != "3.9"`.
fn spell_with_gaps(variable: MarkerVariable, range: &VersionRange) -> Option<Vec<String>> {
    let stretches: Vec<_> = range.stretches().collect();
    let mut terms = spell_stretch(variable, stretches.first()?.0, stretches.last()?.1);
    for pair in stretches.windows(2) {
        terms.push(spell_equality(variable, "!=", pair[0].1?, pair[1].0?)?);
    }
    Some(terms)
}

fn spell_stretch(
    variable: MarkerVariable,
    lower: Option<&Cut>,
    upper: Option<&Cut>,
) -> Vec<String> {
    if let (Some(lower), Some(upper)) = (lower, upper)
        && let Some(term) = spell_equality(variable, "==", lower, upper)
    {
        return vec![term];
    }
    let mut terms: Vec<String> = Vec::new();
    if let Some(lower) = lower {
        terms.extend(match lower.is_behind_final() {
            // Python has no post-releases: see `lower::python`.
            Some(version) if variable.is_python() => {
                vec![format!("{variable} > \"{}\"", two_segments(&version))]
            }
            _ => spell_cut(variable, lower, ">=", lower.lower_specifiers()),
        });
    }
    if let Some(upper) = upper {
        terms.extend(spell_cut(variable, upper, "<", upper.upper_specifiers()));
    }
    terms
}

/// The one version, minor version of Python or prefix that lies between two cuts.
fn spell_equality(
    variable: MarkerVariable,
    operator: &str,
    lower: &Cut,
    upper: &Cut,
) -> Option<String> {
    if variable.is_python()
        && let (Some(minor), Some(next)) = (minor_at(lower), minor_at(upper))
        && minor.major() == next.major()
        && minor.minor().checked_add(1) == Some(next.minor())
    {
        return Some(format!(
            "python_version {operator} \"{}.{}\"",
            minor.major(),
            minor.minor()
        ));
    }
    let version = lower.version();
    if *lower == Cut::before(version.clone())
        && *upper == Cut::after(version.clone())
        && !version.is_local()
    {
        // Without the local versions, which only these two forms leave out.
        return Some(match operator {
            "==" => format!("{variable} === \"{version}\""),
            _ => format!("\"{version}\" != {variable}"),
        });
    }
    let (version, is_prefix) = lower.one_version_or_prefix(upper)?;
    Some(format!(
        "{variable} {operator} \"{version}{}\"",
        if is_prefix { ".*" } else { "" }
    ))
}

fn spell_cut(
    variable: MarkerVariable,
    cut: &Cut,
    minor_operator: &str,
    specifiers: Vec<VersionSpecifier>,
) -> Vec<String> {
    if variable.is_python()
        && let Some(minor) = minor_at(cut)
    {
        return vec![format!(
            "python_version {minor_operator} \"{}\"",
            minor.trimmed()
        )];
    }
    let spell = |specifier: VersionSpecifier| {
        let operator = specifier.operator();
        specifier
            .version()
            .map(|version| format!("{variable} {operator} \"{version}\""))
    };
    specifiers.into_iter().filter_map(spell).collect()
}

/// `3.8` for the place before `3.8.dev0`, where the answers of `python_version` change.
fn minor_at(cut: &Cut) -> Option<Version> {
    let version = cut.version();
    let is_first = version.dev() == Some(0) && version.pre().is_none() && version.post().is_none();
    let is_minor =
        version.epoch() == 0 && !version.is_local() && version.trimmed().release().len() <= 2;
    (is_first && is_minor).then(|| version.base())
}

/// The version with at least two release segments, as versions of Python are written.
fn two_segments(version: &Version) -> Version {
    let mut parts = version.to_parts();
    let length = parts.release.len().max(2);
    parts.release.resize(length, 0);
    Version::from_parts(parts)
}
