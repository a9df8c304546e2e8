//! A marker as it was written.
//!
//! Displays as pypa/packaging displays it: double quotes where they can be, single spaces, the
//! parentheses that are needed and no others. Evaluates as pypa/packaging does, comparison by
//! comparison, and says when a comparison is not defined.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::environment::repair_python_version;
use super::parse::{self, MarkerError};
use super::variable::Kind;
use super::{MarkerEnvironment, MarkerVariable};
use crate::name::normalize;
use crate::specifier::{Operator, Prereleases, VersionSpecifier};

/// A marker as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MarkerExpression {
    /// A comparison.
    Comparison(Comparison),
    /// Parts that must all hold; at least two.
    And(Vec<MarkerExpression>),
    /// Parts of which one must hold; at least two.
    Or(Vec<MarkerExpression>),
}

/// A comparison of a variable and a text, in either order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comparison {
    /// What stands before the operator.
    pub left: Operand,
    /// The operator.
    pub operator: MarkerOperator,
    /// What stands behind the operator.
    pub right: Operand,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A variable.
    Variable(MarkerVariable),
    /// A quoted text, without its quotes; names of extras and groups in normal form.
    Text(String),
}

/// The operators of markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkerOperator {
    /// One of those that specifiers have too.
    Compare(Operator),
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl MarkerOperator {
    /// The operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            MarkerOperator::Compare(operator) => operator.as_str(),
            MarkerOperator::In => "in",
            MarkerOperator::NotIn => "not in",
        }
    }
}

/// Why a marker cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndefinedMarker {
    /// The operator has no meaning for the values.
    #[error("the comparison `{0}` is not defined")]
    Comparison(String),
    /// The variable has no value here.
    #[error("`{0}` has no value here")]
    Variable(String),
}

/// Where a marker stands, which decides which variables have a value beyond those of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// In core metadata: `extra` is empty unless it is given.
    Metadata,
    /// In a lock file: `extras` and `dependency_groups` are empty unless they are given.
    LockFile,
    /// Elsewhere.
    Requirement,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A set of names.
    Names(BTreeSet<String>),
}

/// Values by the name of the variable; for evaluating an expression outside any environment.
pub type Dictionary = std::collections::BTreeMap<String, Value>;

impl MarkerExpression {
    /// Whether the marker holds with these values.
    ///
    /// # Errors
    /// When a comparison that is looked at is not defined or lacks a value.
    pub fn evaluate(&self, values: &Dictionary, context: Context) -> Result<bool, UndefinedMarker> {
        match self {
            MarkerExpression::Comparison(comparison) => comparison.evaluate(values, context),
            MarkerExpression::And(parts) => parts
                .iter()
                .map(|part| part.evaluate(values, context))
                .try_fold(true, |all, part| Ok(part? && all)),
            MarkerExpression::Or(parts) => parts
                .iter()
                .map(|part| part.evaluate(values, context))
                .try_fold(false, |any, part| Ok(part? || any)),
        }
    }
}

impl MarkerEnvironment {
    /// The values by their names.
    pub fn dictionary(&self) -> Dictionary {
        let text = |variable: MarkerVariable| {
            Some((
                variable.as_str().to_owned(),
                Value::Text(self.value(variable)?.to_owned()),
            ))
        };
        MarkerVariable::ALL.into_iter().filter_map(text).collect()
    }
}

impl Comparison {
    fn evaluate(&self, values: &Dictionary, context: Context) -> Result<bool, UndefinedMarker> {
        // The variable on the left is the key if there is one; a second variable counts as its name.
        let (key, left, right) = match (&self.left, &self.right) {
            (Operand::Variable(key), right) => (
                key.as_str(),
                lookup(values, key.as_str(), context)?,
                right.literal(),
            ),
            (Operand::Text(text), right) => {
                let key = right.name();
                (
                    key,
                    Value::Text(text.clone()),
                    lookup(values, key, context)?,
                )
            }
        };
        let Value::Text(left) = left else {
            return Err(self.undefined());
        };
        match right {
            Value::Names(names) => {
                let holds = names.iter().any(|name| normalize(name) == normalize(&left));
                match self.operator {
                    MarkerOperator::In => Ok(holds),
                    MarkerOperator::NotIn => Ok(!holds),
                    // A text never equals a set.
                    MarkerOperator::Compare(operator) => {
                        compare_texts(operator, false).ok_or_else(|| self.undefined())
                    }
                }
            }
            Value::Text(right) => {
                let kind = MarkerVariable::from_name(key).map_or(Kind::Text, MarkerVariable::kind);
                compare(kind, &left, self.operator, &right).ok_or_else(|| self.undefined())
            }
        }
    }

    fn undefined(&self) -> UndefinedMarker {
        UndefinedMarker::Comparison(self.to_string())
    }
}

impl Operand {
    fn literal(&self) -> Value {
        Value::Text(self.name().to_owned())
    }

    /// The text, or the name of the variable.
    pub(super) fn name(&self) -> &str {
        match self {
            Operand::Variable(variable) => variable.as_str(),
            Operand::Text(text) => text,
        }
    }
}

fn lookup(values: &Dictionary, key: &str, context: Context) -> Result<Value, UndefinedMarker> {
    let found = match (values.get(key), context) {
        (Some(Value::Text(text)), _) if key == "extra" => {
            Some(Value::Text(normalize(text).into_owned()))
        }
        (Some(Value::Text(text)), _) if key == "python_full_version" => {
            Some(Value::Text(repair_python_version(text)))
        }
        (Some(value), _) => Some(value.clone()),
        (None, Context::Metadata) if key == "extra" => Some(Value::Text(String::new())),
        (None, Context::LockFile) if matches!(key, "extras" | "dependency_groups") => {
            Some(Value::Names(BTreeSet::new()))
        }
        (None, _) => None,
    };
    found.ok_or_else(|| UndefinedMarker::Variable(key.to_owned()))
}

/// Compares two texts; `None` when the operator is not defined for them.
pub(super) fn compare(
    kind: Kind,
    left: &str,
    operator: MarkerOperator,
    right: &str,
) -> Option<bool> {
    let operator = match operator {
        MarkerOperator::In => return Some(right.contains(left)),
        MarkerOperator::NotIn => return Some(!right.contains(left)),
        MarkerOperator::Compare(operator) => operator,
    };
    if kind == Kind::Version
        && let Some(specifier) = version_specifier(operator, right)
    {
        return Some(specifier.contains_with(left, Prereleases::Allow));
    }
    compare_texts(operator, left == right)
}

/// The operator and the text as a specifier, if they are one.
pub(super) fn version_specifier(operator: Operator, right: &str) -> Option<VersionSpecifier> {
    format!("{operator}{right}").parse().ok()
}

/// The outcome for texts that are not versions: there is no order among them.
pub(super) fn compare_texts(operator: Operator, equal: bool) -> Option<bool> {
    match operator {
        Operator::Equal | Operator::LessEqual | Operator::GreaterEqual => Some(equal),
        Operator::NotEqual => Some(!equal),
        Operator::Less | Operator::Greater => Some(false),
        Operator::Arbitrary | Operator::Compatible => None,
    }
}

impl FromStr for MarkerExpression {
    type Err = MarkerError;

    fn from_str(text: &str) -> Result<Self, MarkerError> {
        parse::parse(text)
    }
}

impl fmt::Display for MarkerExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            MarkerExpression::Comparison(comparison) => return write!(formatter, "{comparison}"),
            MarkerExpression::And(parts) => (parts, " and "),
            MarkerExpression::Or(parts) => (parts, " or "),
        };
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                formatter.write_str(word)?;
            }
            match (self, part) {
                (MarkerExpression::And(_), MarkerExpression::Or(_)) => {
                    write!(formatter, "({part})")?;
                }
                _ => part.fmt(formatter)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} {}",
            self.left,
            self.operator.as_str(),
            self.right
        )
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Variable(variable) => write!(formatter, "{variable}"),
            Operand::Text(text) => write_quoted(text, formatter),
        }
    }
}

/// Writes a text as a quoted string that parses back to it, escaping what cannot stand in one.
pub(super) fn write_quoted(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write as _;
    let quote = if text.contains('"') { '\'' } else { '"' };
    formatter.write_char(quote)?;
    for character in text.chars() {
        match character {
            '\\' => formatter.write_str("\\\\")?,
            '\n' => formatter.write_str("\\n")?,
            '\r' => formatter.write_str("\\r")?,
            '\0' => formatter.write_str("\\x00")?,
            // Only when both quotes occur, and then as an escape without the quote itself.
            '\'' if quote == '\'' => formatter.write_str("\\x27")?,
            _ => formatter.write_char(character)?,
        }
    }
    formatter.write_char(quote)
}
