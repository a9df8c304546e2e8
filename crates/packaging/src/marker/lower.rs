//! From a marker as written to its meaning.

use smallvec::SmallVec;

use super::algebra::{self, Builder, Operation};
use super::diagram::{Key, Test};
use super::expression::{
    Comparison, MarkerExpression, MarkerOperator, Operand, compare_texts, version_specifier,
};
use super::variable::Kind;
use super::{Marker, MarkerFault, MarkerVariable};
use crate::name::normalize;
use crate::range::{Cut, Side, VersionRange};
use crate::specifier::Operator;
use crate::version::{Version, VersionParts};

impl MarkerExpression {
    /// What the expression means. Comparisons that are not defined never hold.
    ///
    /// # Errors
    /// When the meaning takes too much room.
    pub fn to_marker(&self) -> Result<Marker, MarkerFault> {
        if let MarkerExpression::Comparison(comparison) = self {
            return Builder::limited(|builder| meaning(builder, comparison));
        }
        Builder::limited(|builder| self.build(builder))
    }

    fn build(&self, builder: &mut Builder) -> Marker {
        let (parts, operation, neutral) = match self {
            MarkerExpression::Comparison(comparison) => return meaning(builder, comparison),
            MarkerExpression::And(parts) => (parts, Operation::And, Marker::TRUE),
            MarkerExpression::Or(parts) => (parts, Operation::Or, Marker::FALSE),
        };
        parts.iter().fold(neutral, |joined, part| {
            let part = part.build(builder);
            builder.apply(operation, joined, part)
        })
    }
}

fn meaning(builder: &mut Builder, comparison: &Comparison) -> Marker {
    let (variable, text, is_reversed) = match (&comparison.left, &comparison.right) {
        (Operand::Variable(variable), right) => (*variable, right.name(), false),
        (Operand::Text(text), Operand::Variable(variable)) => (*variable, text.as_str(), true),
        // Two texts: there is no value to compare.
        (Operand::Text(_), Operand::Text(_)) => return Marker::FALSE,
    };
    let meaning = Meaning {
        builder,
        variable,
        text,
        is_reversed,
    };
    match variable.kind() {
        _ if variable.is_set() => meaning.of_set(comparison.operator),
        Kind::Names | Kind::Text => meaning.of_text(comparison.operator),
        Kind::Version => meaning.of_version(comparison.operator),
    }
}

/// A comparison taken apart.
struct Meaning<'b, 't> {
    builder: &'b mut Builder,
    variable: MarkerVariable,
    text: &'t str,
    /// Whether the text stands before the operator.
    is_reversed: bool,
}

impl Meaning<'_, '_> {
    fn test(&mut self, test: Test) -> Marker {
        let key = Key {
            variable: self.variable,
            test: Some(test),
        };
        algebra::test(key, Marker::TRUE, Marker::FALSE)
    }

    /// `"text" in extras`; nothing else is defined but that a text never equals a set.
    fn of_set(mut self, operator: MarkerOperator) -> Marker {
        if !self.is_reversed {
            return Marker::FALSE;
        }
        match operator {
            MarkerOperator::In => self.test(Test::Equals(self.text.into())),
            MarkerOperator::NotIn => {
                let wanted = self.test(Test::Equals(self.text.into()));
                self.builder.not(wanted)
            }
            MarkerOperator::Compare(operator) => {
                constant(compare_texts(operator, false) == Some(true))
            }
        }
    }

    fn of_text(mut self, operator: MarkerOperator) -> Marker {
        match operator {
            MarkerOperator::In | MarkerOperator::NotIn => {
                self.part(operator == MarkerOperator::NotIn)
            }
            MarkerOperator::Compare(operator) => self.equality(operator),
        }
    }

    /// `variable in "text"` and `"text" in variable`, and their opposites.
    fn part(&mut self, negated: bool) -> Marker {
        let part = match (self.is_reversed, self.variable) {
            (true, _) => self.test(Test::Contains(self.text.into())),
            (false, MarkerVariable::PythonVersion) => minor_versions_within(self.text),
            (false, _) => self.test(Test::Within(self.text.into())),
        };
        if negated {
            self.builder.not(part)
        } else {
            part
        }
    }

    /// Comparisons of texts: only equality means something.
    fn equality(&mut self, operator: Operator) -> Marker {
        let (if_equal, if_different) = (
            compare_texts(operator, true),
            compare_texts(operator, false),
        );
        if if_equal == if_different {
            return constant(if_equal == Some(true));
        }
        let equal = match self.variable.kind() {
            Kind::Text => {
                let key = Key {
                    variable: self.variable,
                    test: None,
                };
                self.builder
                    .texts(key, vec![(self.text.into(), Marker::TRUE)], Marker::FALSE)
            }
            // A version of Python is no other text.
            Kind::Version if self.variable.is_python() => Marker::FALSE,
            // Names are compared in normal form; only the name of a variable can be in another.
            Kind::Names if normalize(self.text) != self.text => Marker::FALSE,
            Kind::Version | Kind::Names => self.test(Test::Equals(self.text.into())),
        };
        if if_equal == Some(true) {
            equal
        } else {
            self.builder.not(equal)
        }
    }

    fn of_version(mut self, operator: MarkerOperator) -> Marker {
        let operator = match operator {
            MarkerOperator::In | MarkerOperator::NotIn => {
                return self.part(operator == MarkerOperator::NotIn);
            }
            MarkerOperator::Compare(operator) => operator,
        };
        if self.is_reversed {
            return self.reversed_version(operator);
        }
        let Some(specifier) = version_specifier(operator, self.text) else {
            return self.equality(operator);
        };
        let Some(text) = specifier.text() else {
            return self.in_range(&VersionRange::from(&specifier));
        };
        if !self.variable.is_python() {
            return self.test(Test::EqualsAnyCase(text.into()));
        }
        // Only one version is spelled like this, if any.
        match text.parse::<Version>() {
            Ok(version) if version.to_string().eq_ignore_ascii_case(text) => {
                let spells_minor = version.release().len() == 2 && version == version.base();
                match self.variable {
                    MarkerVariable::PythonVersion if !spells_minor => Marker::FALSE,
                    _ => self.in_range(&VersionRange::singleton(version)),
                }
            }
            _ => Marker::FALSE,
        }
    }

    /// `"3.8" <= python_version`: the value makes the specifier, the text is the candidate.
    fn reversed_version(mut self, operator: Operator) -> Marker {
        let is_plain = |version: &Version| *version == version.base();
        let is_comparison = !matches!(operator, Operator::Compatible | Operator::Arbitrary);
        let version = self.text.parse().ok().filter(is_plain);
        let Some(version) = version.filter(|_| is_comparison && self.variable.is_python()) else {
            return self.test(Test::Reversed(operator, self.text.into()));
        };
        let before = Cut::before(version.clone());
        let range = match operator {
            Operator::Less => VersionRange::between(Some(Cut::after_locals(version)), None),
            Operator::GreaterEqual => VersionRange::between(None, Some(Cut::after_locals(version))),
            Operator::LessEqual => VersionRange::between(Some(before), None),
            Operator::Greater => VersionRange::between(None, Some(before)),
            Operator::Equal => VersionRange::singleton(version),
            _ => VersionRange::singleton(version).complement(),
        };
        self.in_range(&range)
    }

    fn in_range(&mut self, range: &VersionRange) -> Marker {
        match self.variable {
            MarkerVariable::PythonVersion => python(&with_minor_in(range)),
            MarkerVariable::PythonFullVersion => python(range),
            _ => in_range(self.variable, range),
        }
    }
}

fn constant(holds: bool) -> Marker {
    if holds { Marker::TRUE } else { Marker::FALSE }
}

/// Holds for versions in the range, and for no value that is no version.
fn in_range(variable: MarkerVariable, range: &VersionRange) -> Marker {
    let mut holds = range.holds_least();
    let first = constant(holds);
    let rest = range
        .cuts()
        .iter()
        .map(|cut| {
            holds = !holds;
            // Equal cuts must also look equal, whoever comes first.
            (cut.trimmed(), constant(holds))
        })
        .collect();
    algebra::versions(
        Key {
            variable,
            test: None,
        },
        (first, rest, Marker::FALSE),
    )
}

/// Holds for the versions of Python in the range.
///
/// Python has no post-releases, so the places before and behind those of a version are the same.
pub(super) fn python(range: &VersionRange) -> Marker {
    let cuts = range.cuts().iter().map(|cut| match cut.side() {
        Side::AfterPosts => Cut::after_locals(cut.version().clone()),
        _ => cut.clone(),
    });
    let range = from_cuts(range.holds_least(), cuts);
    in_range(MarkerVariable::PythonFullVersion, &range)
}

fn from_cuts(holds_least: bool, cuts: impl Iterator<Item = Cut>) -> VersionRange {
    let edges: Vec<Option<Cut>> = holds_least
        .then_some(None)
        .into_iter()
        .chain(cuts.map(Some))
        .collect();
    edges
        .chunks(2)
        .map(|edge| VersionRange::between(edge[0].clone(), edge.get(1).cloned().flatten()))
        .fold(VersionRange::empty(), |joined, stretch| {
            joined.union(&stretch)
        })
}

/// The full versions whose first two segments make a version in the range.
fn with_minor_in(range: &VersionRange) -> VersionRange {
    from_cuts(
        range.holds_least(),
        range.cuts().iter().map(first_minor_above),
    )
}

/// The place before the first full version whose first two segments lie above the cut.
fn first_minor_above(cut: &Cut) -> Cut {
    let version = cut.version();
    let minor = |major: u64, minor: u64| {
        Version::from_parts(VersionParts {
            epoch: version.epoch(),
            release: SmallVec::from_slice(&[major, minor]),
            ..VersionParts::default()
        })
    };
    let mut first = minor(version.major(), version.minor());
    if !cut.is_below(&first) {
        first = match version.minor().checked_add(1) {
            Some(next) => minor(version.major(), next),
            None => minor(version.major().saturating_add(1), 0),
        };
    }
    Cut::before(Version::from_parts(VersionParts {
        dev: Some(0),
        ..first.to_parts()
    }))
}

/// `python_version in "2.7, 3.4"`: the minor versions whose spelling is part of the text.
fn minor_versions_within(text: &str) -> Marker {
    let bytes = text.as_bytes();
    let digits_before = |end: usize| {
        bytes[..end]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let digits_behind = |start: usize| {
        bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut range = VersionRange::empty();
    for (dot, _) in text.match_indices('.') {
        for start in dot - digits_before(dot)..dot {
            for end in dot + 2..=dot + 1 + digits_behind(dot + 1) {
                let spelling = &text[start..end];
                let Some(version) = spelling
                    .parse::<Version>()
                    .ok()
                    .filter(|version| version.to_string() == spelling)
                else {
                    continue;
                };
                range = range.union(&with_minor_in(&VersionRange::singleton(version)));
            }
        }
    }
    python(&range)
}
