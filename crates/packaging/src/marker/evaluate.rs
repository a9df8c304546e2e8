//! Whether a marker holds: a walk from the root to an answer.

use super::diagram::{Branches, Key, Test};
use super::expression::{MarkerOperator, compare};
use super::{Marker, MarkerEnvironment, MarkerVariable};
use crate::name::{ExtraName, GroupName};

pub(super) fn evaluate(
    marker: Marker,
    environment: &MarkerEnvironment,
    extras: &[ExtraName],
    groups: &[GroupName],
) -> bool {
    let mut here = marker;
    while let Some(question) = here.question() {
        let Key {
            variable,
            test: asked,
        } = &question.key;
        here = match &question.branches {
            Branches::Versions {
                first,
                rest,
                otherwise,
            } => match environment.version(*variable) {
                Some(version) => {
                    let below = rest.iter().take_while(|(cut, _)| cut.is_below(version));
                    below.last().map_or(*first, |(_, target)| *target)
                }
                None => *otherwise,
            },
            Branches::Texts { cases, otherwise } => {
                let value = environment.value(*variable).unwrap_or_default();
                cases
                    .iter()
                    .find(|(case, _)| **case == *value)
                    .map_or(*otherwise, |(_, target)| *target)
            }
            Branches::Test { holds, fails } => {
                let outcome = asked.as_ref().is_some_and(|asked| match variable {
                    MarkerVariable::DependencyGroups => {
                        names_test(asked, *variable, groups.iter().map(GroupName::as_str))
                    }
                    MarkerVariable::Extra | MarkerVariable::Extras => {
                        names_test(asked, *variable, extras.iter().map(ExtraName::as_str))
                    }
                    _ => test(
                        asked,
                        *variable,
                        environment.value(*variable).unwrap_or_default(),
                    ),
                });
                if outcome { *holds } else { *fails }
            }
        };
    }
    here.is_true()
}

/// Whether a value has the property.
pub(super) fn test(test: &Test, variable: MarkerVariable, value: &str) -> bool {
    match test {
        Test::Equals(text) => value == &**text,
        Test::EqualsAnyCase(text) => value.to_lowercase() == text.to_lowercase(),
        Test::Within(text) => text.contains(value),
        Test::Contains(text) => value.contains(&**text),
        Test::Reversed(operator, text) => {
            compare(
                variable.kind(),
                text,
                MarkerOperator::Compare(*operator),
                value,
            ) == Some(true)
        }
    }
}

/// Whether one of the wanted names has the property; wanting no extra is wanting the empty one.
pub(super) fn names_test<'n>(
    asked: &Test,
    variable: MarkerVariable,
    names: impl Iterator<Item = &'n str>,
) -> bool {
    let mut names = names.peekable();
    if names.peek().is_none() && variable == MarkerVariable::Extra {
        return test(asked, variable, "");
    }
    names.any(|name| test(asked, variable, name))
}
