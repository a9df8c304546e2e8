//! Markers in uv's words: alternatives in a set order, single quotes, versions of Python as
//! `python_full_version` alone, and extras and groups that conflict under names of uv's own.

use tilsit_packaging::marker::{
    Comparison, Marker, MarkerExpression, MarkerOperator, MarkerVariable, Operand,
};
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::specifier::Operator;

use crate::settings::{ConflictItem, ConflictKind};

/// How many alternatives are written out.
const ALTERNATIVES_MAX: usize = 512;

/// Values of `platform_system`, and of `sys_platform` that mean the same.
const SYSTEMS: [(&str, &str); 3] = [
    ("Darwin", "darwin"),
    ("Linux", "linux"),
    ("Windows", "win32"),
];

/// What an extra or group is called elsewhere.
pub(super) trait Names {
    /// Whose an extra or group of the lock is.
    fn owner(&self, variable: MarkerVariable, name: &str) -> Option<ConflictItem>;
    /// What an extra of a member is called in the lock.
    fn in_lock(&self, member: &ProjectName, extra: &ExtraName) -> ExtraName;
}

/// Markers that name no extras and groups of the lock.
pub(super) struct NoNames;

impl Names for NoNames {
    fn owner(&self, _: MarkerVariable, _: &str) -> Option<ConflictItem> {
        None
    }

    fn in_lock(&self, _: &ProjectName, extra: &ExtraName) -> ExtraName {
        extra.clone()
    }
}

/// A comparison in words, and where it stands among others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Versions first, then texts by the names of their variables, then extras.
    rank: (u8, &'static str),
    text: String,
}

/// The words of a marker.
pub(super) fn words(marker: Marker, names: &dyn Names) -> String {
    let marker = by_sys_platform(marker);
    let plain = marker.to_string();
    let Ok(expression) = plain.parse::<MarkerExpression>() else {
        return plain;
    };
    let Some(mut clauses) = clauses(&expression, names) else {
        return plain.replace('"', "'");
    };
    for clause in &mut clauses {
        clause.sort_by_key(|term| term.rank);
    }
    let ranks = |clause: &Vec<Term>| clause.iter().map(|term| term.rank).collect::<Vec<_>>();
    clauses.sort_by_cached_key(ranks);
    let is_alone = clauses.len() == 1;
    let clauses = clauses.iter().map(|clause| {
        let texts: Vec<&str> = clause.iter().map(|term| term.text.as_str()).collect();
        match texts.len() {
            1 => texts.concat(),
            _ if is_alone => texts.join(" and "),
            _ => format!("({})", texts.join(" and ")),
        }
    });
    clauses.collect::<Vec<_>>().join(" or ")
}

/// uv says `sys_platform` for what `platform_system` means the same as.
pub(super) fn by_sys_platform(marker: Marker) -> Marker {
    let text = marker.to_string();
    if !text.contains(MarkerVariable::PlatformSystem.as_str()) {
        return marker;
    }
    let expression = text.parse::<MarkerExpression>();
    let said = expression.ok().and_then(|expression| {
        let said = each(expression, &|comparison| {
            let (Operand::Variable(MarkerVariable::PlatformSystem), Operand::Text(system)) =
                (&comparison.left, &comparison.right)
            else {
                return comparison;
            };
            let known = SYSTEMS.iter().find(|(name, _)| name == system);
            match known {
                None => comparison,
                Some((_, platform)) => Comparison {
                    left: Operand::Variable(MarkerVariable::SysPlatform),
                    operator: comparison.operator,
                    right: Operand::Text((*platform).to_owned()),
                },
            }
        });
        said.to_marker().ok()
    });
    said.unwrap_or(marker)
}

/// An expression with each comparison changed.
fn each(
    expression: MarkerExpression,
    change: &dyn Fn(Comparison) -> Comparison,
) -> MarkerExpression {
    let all = |parts: Vec<MarkerExpression>| parts.into_iter().map(|part| each(part, change));
    match expression {
        MarkerExpression::And(parts) => MarkerExpression::And(all(parts).collect()),
        MarkerExpression::Or(parts) => MarkerExpression::Or(all(parts).collect()),
        MarkerExpression::Comparison(comparison) => {
            MarkerExpression::Comparison(change(comparison))
        }
    }
}

/// Alternatives of what must hold together; none where they are too many.
fn clauses(expression: &MarkerExpression, names: &dyn Names) -> Option<Vec<Vec<Term>>> {
    match expression {
        MarkerExpression::Comparison(comparison) => Some(vec![vec![term(comparison, names)]]),
        MarkerExpression::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(clauses(part, names)?);
            }
            Some(all)
        }
        MarkerExpression::And(parts) => {
            let mut all: Vec<Vec<Term>> = vec![Vec::new()];
            for part in parts {
                let of_part = clauses(part, names)?;
                if all.len() * of_part.len() > ALTERNATIVES_MAX {
                    return None;
                }
                let joined = all.iter().flat_map(|known| {
                    let more = of_part.iter();
                    more.map(|more| known.iter().chain(more).cloned().collect())
                });
                all = joined.collect();
            }
            Some(all)
        }
    }
}

fn term(comparison: &Comparison, names: &dyn Names) -> Term {
    let (variable, name) = match (&comparison.left, &comparison.right) {
        (Operand::Variable(variable), Operand::Text(text))
        | (Operand::Text(text), Operand::Variable(variable)) => (*variable, text),
        _ => (MarkerVariable::Extra, &String::new()),
    };
    let rank = match variable {
        MarkerVariable::PythonVersion | MarkerVariable::PythonFullVersion => {
            (0, "python_full_version")
        }
        MarkerVariable::ImplementationVersion => (0, variable.as_str()),
        MarkerVariable::Extra | MarkerVariable::Extras | MarkerVariable::DependencyGroups => {
            (2, "extra")
        }
        _ => (1, variable.as_str()),
    };
    let text = match (variable, comparison.operator) {
        (MarkerVariable::PythonVersion, MarkerOperator::Compare(operator)) => {
            let star = match operator {
                Operator::Equal | Operator::NotEqual => ".*",
                _ => "",
            };
            format!("python_full_version {operator} '{name}{star}'")
        }
        (MarkerVariable::Extras | MarkerVariable::DependencyGroups, operator) => {
            let operator = match operator {
                MarkerOperator::NotIn => "!=",
                _ => "==",
            };
            let owner = names.owner(variable, name);
            let encoded = owner.map_or_else(|| name.clone(), |owner| encoded(&owner));
            format!("extra {operator} '{encoded}'")
        }
        _ => single_quoted(comparison),
    };
    Term { rank, text }
}

fn single_quoted(comparison: &Comparison) -> String {
    let text = comparison.to_string();
    if text.contains('\'') {
        text
    } else {
        text.replace('"', "'")
    }
}

/// `extra-3-pkg-name`: what uv calls an extra or group that conflicts.
fn encoded(item: &ConflictItem) -> String {
    let package = item.package.as_ref().map_or("", ProjectName::as_str);
    let (kind, name) = match &item.kind {
        ConflictKind::Extra(extra) => ("extra", extra.as_str()),
        ConflictKind::Group(group) => ("group", group.as_str()),
    };
    format!("{kind}-{}-{package}-{name}", package.len())
}

/// The other way round.
fn decoded(text: &str) -> Option<ConflictItem> {
    let (kind, rest) = text.split_once('-')?;
    let (length, rest) = rest.split_once('-')?;
    let length: usize = length.parse().ok()?;
    let package = rest.get(..length)?.parse().ok()?;
    let name = rest.get(length..)?.strip_prefix('-')?;
    let kind = match kind {
        "extra" => ConflictKind::Extra(name.parse().ok()?),
        "group" => ConflictKind::Group(name.parse::<GroupName>().ok()?),
        _ => return None,
    };
    Some(ConflictItem {
        package: Some(package),
        kind,
    })
}

/// A marker of uv's: extras and groups that conflict become those of the lock.
pub(super) fn read(text: &str, names: &dyn Names) -> Result<Marker, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("the marker `{text}`: {error}");
    let expression = text
        .parse::<MarkerExpression>()
        .map_err(|error| wrong(&error))?;
    let change = |comparison| in_lock(of_minor_version(comparison), names);
    let marker = each(expression, &change).to_marker();
    marker.map_err(|error| wrong(&error))
}

/// An extra or group that conflicts, under its name in our lock.
fn in_lock(comparison: Comparison, names: &dyn Names) -> Comparison {
    let operator = match comparison.operator {
        MarkerOperator::Compare(Operator::Equal) => MarkerOperator::In,
        MarkerOperator::Compare(Operator::NotEqual) => MarkerOperator::NotIn,
        _ => return comparison,
    };
    let item = match (&comparison.left, &comparison.right) {
        (Operand::Variable(MarkerVariable::Extra), Operand::Text(text)) => decoded(text),
        _ => None,
    };
    let (name, variable) = match item {
        Some(ConflictItem {
            package: Some(package),
            kind: ConflictKind::Extra(extra),
        }) => {
            let extra = names.in_lock(&package, &extra);
            (extra.to_string(), MarkerVariable::Extras)
        }
        Some(ConflictItem {
            kind: ConflictKind::Group(group),
            ..
        }) => (group.to_string(), MarkerVariable::DependencyGroups),
        _ => return comparison,
    };
    Comparison {
        left: Operand::Text(name),
        operator,
        right: Operand::Variable(variable),
    }
}

/// uv knows no pre-releases of Python: what it says of `3.12` is about the minor version, and nothing
/// lies between `< '3.12'` and `>= '3.12'`.
fn of_minor_version(comparison: Comparison) -> Comparison {
    let (Operand::Variable(MarkerVariable::PythonFullVersion), Operand::Text(text)) =
        (&comparison.left, &comparison.right)
    else {
        return comparison;
    };
    let minor = match comparison.operator {
        MarkerOperator::Compare(Operator::Less | Operator::GreaterEqual) => Some(text.as_str()),
        MarkerOperator::Compare(Operator::Equal | Operator::NotEqual) => text.strip_suffix(".*"),
        _ => None,
    };
    let minor = minor.filter(|minor| minor.matches('.').count() == 1);
    let Some(minor) = minor else {
        return comparison;
    };
    Comparison {
        left: Operand::Variable(MarkerVariable::PythonVersion),
        operator: comparison.operator,
        right: Operand::Text(minor.to_owned()),
    }
}
