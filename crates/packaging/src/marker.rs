//! Environment markers, and what can be calculated with them.
//!
//! Follows the specification "Dependency specifiers" (PEP 508, PEP 685) with the sets `extras` and
//! `dependency_groups` of lock files (PEP 751), as pypa/packaging 26.3 reads them. There are two
//! forms. A [`MarkerExpression`] is what somebody wrote: it displays as written and is evaluated
//! comparison by comparison. A [`Marker`] is what it means: a decision diagram in which equal
//! meanings are the same object, so that `and`, `or`, `not`, "can both hold?" and "does one follow
//! from the other?" are exact and quick.
//!
//! # How a meaning is stored
//!
//! Each node asks for one variable and branches on its value; along every path the variables come
//! in one fixed order. `python_version` is a question about `python_full_version`, so the two are
//! related. Nodes are interned for the life of the process; parsing limits how many one text may
//! make. Comparisons that are not defined (`os_name ~= "x"`) never hold.
//!
//! Extras are a set: `extra == "a"` asks whether `a` is among those that are wanted.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::name::{ExtraName, GroupName};
use crate::range::VersionRange;
use crate::specifier::VersionSpecifier;
use crate::text::serde_as_string;

mod algebra;
mod diagram;
mod display;
mod environment;
mod evaluate;
mod expression;
mod lower;
pub(crate) mod parse;
mod platforms;
mod variable;
mod within;

#[cfg(test)]
mod tests;

pub use environment::{EnvironmentError, EnvironmentValues, MarkerEnvironment};
pub use expression::{
    Comparison, Context, Dictionary, MarkerExpression, MarkerOperator, Operand, UndefinedMarker,
    Value,
};
pub use parse::{MarkerError, MarkerFault};
pub use variable::MarkerVariable;

use algebra::{Builder, Operation};
use diagram::{FALSE_NODE, Node, TRUE_NODE};

/// The meaning of a marker; a pointer that is free to copy and compare.
///
/// ```
/// use tilsit_packaging::marker::Marker;
///
/// let new: Marker = "python_version >= '3.9'".parse()?;
/// let old: Marker = "python_full_version < '3.8.5'".parse()?;
/// assert!(new.is_disjoint(old));
/// assert_eq!(new.and(new.not()), Marker::FALSE);
/// assert_eq!(new.not().to_string(), "python_version < \"3.9\"");
/// # Ok::<(), tilsit_packaging::marker::MarkerError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Marker(&'static Node);

impl Marker {
    /// Holds everywhere.
    pub const TRUE: Marker = Marker(&TRUE_NODE);
    /// Holds nowhere.
    pub const FALSE: Marker = Marker(&FALSE_NODE);

    /// The marker that holds for the versions of Python in the range.
    pub fn python(range: &VersionRange) -> Marker {
        lower::python(range)
    }

    /// Holds where `sys_platform`, `os_name` and `platform_system` have values that go together on
    /// a Python that exists: `Windows` with `win32` and `nt`, and so on.
    pub fn platforms() -> Marker {
        platforms::platforms()
    }

    /// Whether it holds everywhere.
    pub fn is_true(self) -> bool {
        self == Self::TRUE
    }

    /// Whether it holds nowhere.
    pub fn is_false(self) -> bool {
        self == Self::FALSE
    }

    /// Holds where both hold.
    #[must_use]
    pub fn and(self, other: Marker) -> Marker {
        Builder::unlimited(|builder| builder.apply(Operation::And, self, other))
    }

    /// Holds where at least one holds.
    #[must_use]
    pub fn or(self, other: Marker) -> Marker {
        Builder::unlimited(|builder| builder.apply(Operation::Or, self, other))
    }

    /// Holds where this one does not.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "`and` and `or` are methods too"
    )]
    pub fn not(self) -> Marker {
        Builder::unlimited(|builder| builder.not(self))
    }

    /// Whether there is no environment in which both hold.
    pub fn is_disjoint(self, other: Marker) -> bool {
        self.and(other).is_false()
    }

    /// Whether the other holds wherever this one does.
    pub fn implies(self, other: Marker) -> bool {
        self.and(other.not()).is_false()
    }

    /// Whether it holds in the environment with these extras wanted.
    pub fn evaluate(self, environment: &MarkerEnvironment, extras: &[ExtraName]) -> bool {
        self.evaluate_with(environment, extras, &[])
    }

    /// Whether it holds in the environment with these extras and dependency groups wanted (PEP 751).
    pub fn evaluate_with(
        self,
        environment: &MarkerEnvironment,
        extras: &[ExtraName],
        groups: &[GroupName],
    ) -> bool {
        evaluate::evaluate(self, environment, extras, groups)
    }

    /// Whether it can hold in the environment if the extras may be chosen freely.
    pub fn evaluate_any_extra(self, environment: &MarkerEnvironment) -> bool {
        self.without_extras().evaluate(environment, &[])
    }

    /// A shorter marker that agrees with this one wherever `world` holds.
    ///
    /// Markers that agree there become the same one. What it says elsewhere is arbitrary;
    /// `and(world)` takes it back.
    ///
    /// ```
    /// use tilsit_packaging::marker::Marker;
    ///
    /// let marker: Marker = "platform_system != 'Windows' and os_name != 'nt'".parse()?;
    /// let shorter = marker.simplify_within(Marker::platforms());
    /// assert_eq!(shorter.to_string(), "sys_platform != \"win32\"");
    /// # Ok::<(), tilsit_packaging::marker::MarkerError>(())
    /// ```
    #[must_use]
    pub fn simplify_within(self, world: Marker) -> Marker {
        within::within(self, world)
    }

    /// The versions of Python for which it can hold.
    pub fn python_range(self) -> VersionRange {
        algebra::python_range(self)
    }

    /// What is left of it when a variable has this value.
    ///
    /// For `extra`, `extras` and `dependency_groups` the value is a name that is wanted; use
    /// [`Marker::with_extras`] to say that others are not.
    #[must_use]
    pub fn assume(self, variable: MarkerVariable, value: &str) -> Marker {
        Builder::unlimited(|builder| {
            let prefix = format!("=={value}.*").parse::<VersionSpecifier>();
            let marker = match (variable, prefix) {
                (MarkerVariable::PythonVersion, Ok(prefix)) => {
                    self.simplify_within(Marker::python(&VersionRange::from(&prefix)))
                }
                _ => self,
            };
            builder.assume(marker, variable, value)
        })
    }

    /// What is left of it when exactly these extras are wanted.
    #[must_use]
    pub fn with_extras(self, extras: &[ExtraName]) -> Marker {
        let names: Vec<&str> = extras.iter().map(ExtraName::as_str).collect();
        let variables = [MarkerVariable::Extra, MarkerVariable::Extras];
        Builder::unlimited(|builder| builder.with_names(self, &variables, &names))
    }

    /// What is left of it when exactly these dependency groups are wanted (PEP 751).
    ///
    /// ```
    /// use tilsit_packaging::marker::Marker;
    ///
    /// let marker: Marker = "os_name == 'nt' or 'test' in dependency_groups".parse()?;
    /// assert_eq!(marker.with_groups(&[]).to_string(), "os_name == \"nt\"");
    /// # Ok::<(), tilsit_packaging::marker::MarkerError>(())
    /// ```
    #[must_use]
    pub fn with_groups(self, groups: &[GroupName]) -> Marker {
        let names: Vec<&str> = groups.iter().map(GroupName::as_str).collect();
        let variables = [MarkerVariable::DependencyGroups];
        Builder::unlimited(|builder| builder.with_names(self, &variables, &names))
    }

    /// Holds where this one can hold with some choice of extras and groups; names none of them.
    #[must_use]
    pub fn without_extras(self) -> Marker {
        Builder::unlimited(|builder| builder.for_some_names(self))
    }

    /// Whether an extra or a dependency group is asked for.
    pub fn names_extras(self) -> bool {
        self.without_extras() != self
    }
}

impl PartialEq for Marker {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Marker {}

impl Hash for Marker {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl Default for Marker {
    fn default() -> Self {
        Self::TRUE
    }
}

impl FromStr for Marker {
    type Err = MarkerError;

    fn from_str(text: &str) -> Result<Self, MarkerError> {
        text.parse::<MarkerExpression>()?
            .to_marker()
            .map_err(|fault| MarkerError {
                text: text.to_owned(),
                span: 0..text.len(),
                fault,
            })
    }
}

/// Alternatives joined by `or`, each as short as it can be; parses again to the same marker.
///
/// The one exception: the complement of a comparison of `platform_release` or
/// `implementation_version` also holds for values that are no versions, which cannot be written.
impl fmt::Display for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::display(*self, formatter)
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Marker({self})")
    }
}

serde_as_string!(Marker);
serde_as_string!(MarkerExpression);
