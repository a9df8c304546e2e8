//! Operations on decision diagrams.
//!
//! All of them walk the questions in order and rebuild what lies below, remembering what they have
//! done already; so each costs at most the product of the sizes of its diagrams.

use std::cell::RefCell;
use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::diagram::{Branches, Key, Question, Test, intern};
use super::variable::Kind;
use super::{Marker, MarkerFault, MarkerVariable, evaluate};
use crate::name::normalize;
use crate::range::{Cut, Stretch, VersionRange};

/// How many nodes the operations for one text may visit.
const STEPS_MAX: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    And,
    Or,
}

/// After so many results of one thread, all are forgotten.
const REMEMBERED_MAX: usize = 1 << 16;

thread_local! {
    /// The same few markers are joined over and over while a resolution is sought.
    static SHARED: RefCell<Builder> = RefCell::default();
}

/// Does operations, and remembers their results for as long as it lives.
#[derive(Default)]
pub(super) struct Builder {
    applied: FxHashMap<(Operation, Marker, Marker), Marker>,
    negated: FxHashMap<Marker, Marker>,
    /// What [`super::within`] has made of a marker within a world.
    pub(super) within: FxHashMap<(Marker, Marker), Marker>,
    /// What is left with no names wanted, by the first of the variables.
    nameless: FxHashMap<(Marker, MarkerVariable), Marker>,
    /// What holds for some choice of names.
    some_names: FxHashMap<Marker, Marker>,
    /// Steps that are left; `None` is without limit.
    steps: Option<usize>,
    exhausted: bool,
}

/// What to do with a question when a diagram is rebuilt.
enum Step {
    /// Leave it and all below it.
    Keep,
    /// Go on with this branch in its place.
    Follow(Marker),
    /// Ask it still, and go on in all branches.
    Descend,
    /// Join all branches by `or` in its place.
    Either,
}

type Versions = (Marker, Vec<(Cut, Marker)>, Marker);

impl Builder {
    /// Does an operation on markers that exist already, with what this thread remembers.
    pub(super) fn unlimited<T>(operation: impl FnOnce(&mut Self) -> T) -> T {
        SHARED.with(|shared| match shared.try_borrow_mut() {
            Ok(mut builder) => {
                if builder.remembered() > REMEMBERED_MAX {
                    *builder = Self::default();
                }
                operation(&mut builder)
            }
            // An operation within another one.
            Err(_) => operation(&mut Self::default()),
        })
    }

    fn remembered(&self) -> usize {
        let about_names = self.nameless.len() + self.some_names.len();
        self.applied.len() + self.negated.len() + self.within.len() + about_names
    }

    /// Does the operations for one text, within the limit.
    pub(super) fn limited(
        operation: impl FnOnce(&mut Self) -> Marker,
    ) -> Result<Marker, MarkerFault> {
        let mut builder = Self {
            steps: Some(STEPS_MAX),
            ..Self::default()
        };
        let marker = operation(&mut builder);
        if builder.exhausted {
            Err(MarkerFault::TooComplex)
        } else {
            Ok(marker)
        }
    }

    /// Counts a step; `false` when there is none left, and the result no longer matters.
    fn step(&mut self) -> bool {
        match &mut self.steps {
            None => true,
            Some(0) => {
                self.exhausted = true;
                false
            }
            Some(steps) => {
                *steps -= 1;
                true
            }
        }
    }

    pub(super) fn apply(&mut self, operation: Operation, left: Marker, right: Marker) -> Marker {
        let (neutral, absorbing) = match operation {
            Operation::And => (Marker::TRUE, Marker::FALSE),
            Operation::Or => (Marker::FALSE, Marker::TRUE),
        };
        if left == absorbing || right == absorbing {
            return absorbing;
        }
        if left == neutral || left == right {
            return right;
        }
        if right == neutral {
            return left;
        }
        let (Some(left_question), Some(right_question)) = (left.question(), right.question())
        else {
            unreachable!("answers are neutral or absorbing")
        };
        if let Some(&done) = self.applied.get(&(operation, left, right)) {
            return done;
        }
        if !self.step() {
            return Marker::FALSE;
        }
        let result = match left_question.key.cmp(&right_question.key) {
            Ordering::Less => self.map(left_question, |builder, target| {
                builder.apply(operation, target, right)
            }),
            Ordering::Greater => self.map(right_question, |builder, target| {
                builder.apply(operation, left, target)
            }),
            Ordering::Equal => self.join(operation, left_question, right_question),
        };
        self.applied.insert((operation, left, right), result);
        self.applied.insert((operation, right, left), result);
        result
    }

    /// Applies the operation branch by branch to two questions for the same.
    fn join(&mut self, operation: Operation, left: &Question, right: &Question) -> Marker {
        let key = left.key.clone();
        match (&left.branches, &right.branches) {
            (
                Branches::Versions {
                    first: left_first,
                    rest: left_rest,
                    otherwise: left_otherwise,
                },
                Branches::Versions {
                    first: right_first,
                    rest: right_rest,
                    otherwise: right_otherwise,
                },
            ) => {
                let first = self.apply(operation, *left_first, *right_first);
                let otherwise = self.apply(operation, *left_otherwise, *right_otherwise);
                let mut rest = Vec::with_capacity(left_rest.len() + right_rest.len());
                let (mut left_now, mut right_now) = (*left_first, *right_first);
                let (mut left_rest, mut right_rest) = (&left_rest[..], &right_rest[..]);
                while let Some(cut) = next_cut(left_rest, right_rest) {
                    advance(&mut left_rest, &mut left_now, cut);
                    advance(&mut right_rest, &mut right_now, cut);
                    rest.push((cut.clone(), self.apply(operation, left_now, right_now)));
                }
                versions(key, (first, rest, otherwise))
            }
            (
                Branches::Texts {
                    cases: left_cases,
                    otherwise: left_otherwise,
                },
                Branches::Texts {
                    cases: right_cases,
                    otherwise: right_otherwise,
                },
            ) => {
                let mut values: Vec<&str> = left_cases
                    .iter()
                    .chain(right_cases.iter())
                    .map(|(value, _)| &**value)
                    .collect();
                values.sort_unstable();
                values.dedup();
                let cases = values
                    .into_iter()
                    .map(|value| {
                        let left = case(left_cases, *left_otherwise, value);
                        let right = case(right_cases, *right_otherwise, value);
                        (value.into(), self.apply(operation, left, right))
                    })
                    .collect();
                let otherwise = self.apply(operation, *left_otherwise, *right_otherwise);
                self.texts(key, cases, otherwise)
            }
            (
                Branches::Test {
                    holds: left_holds,
                    fails: left_fails,
                },
                Branches::Test {
                    holds: right_holds,
                    fails: right_fails,
                },
            ) => {
                let holds = self.apply(operation, *left_holds, *right_holds);
                let fails = self.apply(operation, *left_fails, *right_fails);
                test(key, holds, fails)
            }
            _ => unreachable!("the key decides the kind of branches"),
        }
    }

    /// Rebuilds a question with other targets.
    pub(super) fn map(
        &mut self,
        question: &Question,
        mut change: impl FnMut(&mut Self, Marker) -> Marker,
    ) -> Marker {
        let key = question.key.clone();
        match &question.branches {
            Branches::Versions {
                first,
                rest,
                otherwise,
            } => {
                let first = change(self, *first);
                let rest = rest
                    .iter()
                    .map(|(cut, target)| (cut.clone(), change(self, *target)))
                    .collect();
                let otherwise = change(self, *otherwise);
                versions(key, (first, rest, otherwise))
            }
            Branches::Texts { cases, otherwise } => {
                let cases = cases
                    .iter()
                    .map(|(value, target)| (value.clone(), change(self, *target)))
                    .collect();
                let otherwise = change(self, *otherwise);
                self.texts(key, cases, otherwise)
            }
            Branches::Test { holds, fails } => {
                let (holds, fails) = (change(self, *holds), change(self, *fails));
                test(key, holds, fails)
            }
        }
    }

    pub(super) fn not(&mut self, marker: Marker) -> Marker {
        let Some(question) = marker.question() else {
            return if marker.is_true() {
                Marker::FALSE
            } else {
                Marker::TRUE
            };
        };
        if let Some(&done) = self.negated.get(&marker) {
            return done;
        }
        if !self.step() {
            return Marker::FALSE;
        }
        let result = self.map(question, Self::not);
        self.negated.insert(marker, result);
        self.negated.insert(result, marker);
        result
    }

    /// A question for a text. Under a known value, all tests of the same variable have an outcome.
    pub(super) fn texts(
        &mut self,
        key: Key,
        cases: Vec<(Box<str>, Marker)>,
        otherwise: Marker,
    ) -> Marker {
        let variable = key.variable;
        let mut kept = Vec::with_capacity(cases.len());
        for (value, target) in cases {
            let target = self.assume(target, variable, &value);
            if target != self.assume(otherwise, variable, &value) {
                kept.push((value, target));
            }
        }
        let cases = kept.into_boxed_slice();
        if cases.is_empty() {
            return otherwise;
        }
        intern(Question {
            key,
            branches: Branches::Texts { cases, otherwise },
        })
    }

    /// What is left when the variable has this value (or, for names, when this name is wanted).
    pub(super) fn assume(
        &mut self,
        marker: Marker,
        variable: MarkerVariable,
        value: &str,
    ) -> Marker {
        let decide = |question: &Question| match question.key.variable.cmp(&variable) {
            Ordering::Less => Step::Descend,
            Ordering::Greater => Step::Keep,
            Ordering::Equal => match (&question.branches, &question.key.test) {
                (
                    Branches::Versions {
                        first,
                        rest,
                        otherwise,
                    },
                    _,
                ) => Step::Follow(match value.parse() {
                    Ok(version) => {
                        let below = rest.iter().take_while(|(cut, _)| cut.is_below(&version));
                        below.last().map_or(*first, |(_, target)| *target)
                    }
                    Err(_) => *otherwise,
                }),
                (Branches::Texts { cases, otherwise }, _) => {
                    Step::Follow(case(cases, *otherwise, value))
                }
                (Branches::Test { holds, .. }, Some(test)) if variable.kind() == Kind::Names => {
                    let is_wanted = *test == Test::Equals(normalize(value).into());
                    if is_wanted {
                        Step::Follow(*holds)
                    } else {
                        Step::Descend
                    }
                }
                (Branches::Test { holds, fails }, test) => {
                    let outcome = test
                        .as_ref()
                        .is_some_and(|test| evaluate::test(test, variable, value));
                    Step::Follow(if outcome { *holds } else { *fails })
                }
            },
        };
        self.rewrite(marker, &decide, &mut FxHashMap::default())
    }

    /// What is left when exactly these names are wanted where one of the variables is asked for.
    pub(super) fn with_names(
        &mut self,
        marker: Marker,
        variables: &[MarkerVariable],
        names: &[&str],
    ) -> Marker {
        let nameless = (names.is_empty()).then(|| (marker, variables[0]));
        if let Some(&done) = nameless.and_then(|nameless| self.nameless.get(&nameless)) {
            return done;
        }
        let decide = |question: &Question| match (
            question.key.variable,
            &question.key.test,
            &question.branches,
        ) {
            (variable, Some(test), Branches::Test { holds, fails })
                if variables.contains(&variable) =>
            {
                let outcome = evaluate::names_test(test, variable, names.iter().copied());
                Step::Follow(if outcome { *holds } else { *fails })
            }
            _ => Step::Descend,
        };
        let result = self.rewrite(marker, &decide, &mut FxHashMap::default());
        if let Some(nameless) = nameless {
            self.nameless.insert(nameless, result);
        }
        result
    }

    /// Holds where the marker holds for some choice of names.
    pub(super) fn for_some_names(&mut self, marker: Marker) -> Marker {
        if let Some(&done) = self.some_names.get(&marker) {
            return done;
        }
        let decide = |question: &Question| match question.key.variable.kind() {
            Kind::Names => Step::Either,
            _ => Step::Descend,
        };
        let result = self.rewrite(marker, &decide, &mut FxHashMap::default());
        self.some_names.insert(marker, result);
        result
    }

    /// Rebuilds a diagram from the root down.
    fn rewrite(
        &mut self,
        marker: Marker,
        decide: &dyn Fn(&Question) -> Step,
        done: &mut FxHashMap<Marker, Marker>,
    ) -> Marker {
        let Some(question) = marker.question() else {
            return marker;
        };
        if let Some(&result) = done.get(&marker) {
            return result;
        }
        let result = match decide(question) {
            Step::Keep => marker,
            Step::Follow(target) => self.rewrite(target, decide, done),
            Step::Descend => self.map(question, |builder, target| {
                builder.rewrite(target, decide, done)
            }),
            Step::Either => {
                question
                    .branches
                    .targets()
                    .into_iter()
                    .fold(Marker::FALSE, |either, target| {
                        let target = self.rewrite(target, decide, done);
                        self.apply(Operation::Or, either, target)
                    })
            }
        };
        done.insert(marker, result);
        result
    }
}

fn next_cut<'c>(left: &'c [(Cut, Marker)], right: &'c [(Cut, Marker)]) -> Option<&'c Cut> {
    match (left.first(), right.first()) {
        (Some((left, _)), Some((right, _))) => Some(left.min(right)),
        (Some((cut, _)), None) | (None, Some((cut, _))) => Some(cut),
        (None, None) => None,
    }
}

fn advance(rest: &mut &[(Cut, Marker)], now: &mut Marker, cut: &Cut) {
    if let Some(((next, target), behind)) = rest.split_first()
        && next == cut
    {
        *now = *target;
        *rest = behind;
    }
}

/// What holds for a value.
pub(super) fn case(cases: &[(Box<str>, Marker)], otherwise: Marker, value: &str) -> Marker {
    match cases.binary_search_by(|(other, _)| (**other).cmp(value)) {
        Ok(place) => cases[place].1,
        Err(_) => otherwise,
    }
}

/// A question for a version, with neighbours of the same target merged.
pub(super) fn versions(key: Key, (first, mut rest, otherwise): Versions) -> Marker {
    let mut before = first;
    rest.retain(|(_, target)| {
        let changes = *target != before;
        before = *target;
        changes
    });
    let otherwise = if key.variable.is_python() {
        Marker::FALSE
    } else {
        otherwise
    };
    if rest.is_empty() && (key.variable.is_python() || otherwise == first) {
        return first;
    }
    intern(Question {
        key,
        branches: Branches::Versions {
            first,
            rest: rest.into(),
            otherwise,
        },
    })
}

pub(super) fn test(key: Key, holds: Marker, fails: Marker) -> Marker {
    if holds == fails {
        return holds;
    }
    intern(Question {
        key,
        branches: Branches::Test { holds, fails },
    })
}

/// The versions of Python for which the marker can hold.
pub(super) fn python_range(marker: Marker) -> VersionRange {
    match marker.question() {
        None if marker.is_false() => VersionRange::empty(),
        Some(Question {
            key:
                Key {
                    variable: MarkerVariable::PythonFullVersion,
                    test: None,
                },
            branches: Branches::Versions { first, rest, .. },
        }) => {
            let mut range = VersionRange::empty();
            for ((start, end), target) in stretches(*first, rest) {
                if !target.is_false() {
                    range = range.union(&VersionRange::between(start.cloned(), end.cloned()));
                }
            }
            range
        }
        _ => VersionRange::full(),
    }
}

/// The stretches between cuts, with what holds in each.
pub(super) fn stretches(
    first: Marker,
    rest: &[(Cut, Marker)],
) -> impl Iterator<Item = (Stretch<'_>, Marker)> {
    let starts =
        std::iter::once((None, first)).chain(rest.iter().map(|(cut, target)| (Some(cut), *target)));
    let ends = rest.iter().map(|(cut, _)| Some(cut)).chain([None]);
    starts
        .zip(ends)
        .map(|((start, target), end)| ((start, end), target))
}
