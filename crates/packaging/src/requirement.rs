//! Requirements: a project, with extras, a source and a marker.
//!
//! Follows the specification "Dependency specifiers" (PEP 508) as pypa/packaging 26.3 reads it:
//! spaces and tabs are the only whitespace, a URL ends at the first of them, specifiers may stand
//! in parentheses. Paths and options are pip's own and belong to
//! [`requirements_file`](crate::requirements_file).

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::marker::{Marker, MarkerFault};
use crate::name::{ExtraName, ProjectName};
use crate::specifier::{SpecifierFault, VersionSpecifiers};
use crate::text::serde_as_string;

mod mending;
mod parse;
mod url;

pub use url::plain_url;

#[cfg(test)]
mod tests;

/// A requirement.
///
/// Names are normalised, extras and specifiers sorted, the marker is its meaning: requirements
/// that mean the same are equal.
///
/// ```
/// use tilsit_packaging::requirement::Requirement;
///
/// let requirement: Requirement = "Requests[socks] (>=2.8.1, ==2.8.*) ; python_version < '2.7'".parse()?;
/// assert_eq!(requirement.to_string(), "requests[socks]==2.8.*,>=2.8.1; python_version < \"2.7\"");
/// # Ok::<(), tilsit_packaging::requirement::RequirementError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The project.
    pub name: ProjectName,
    /// The extras wanted of it, sorted, each once.
    pub extras: Vec<ExtraName>,
    /// Which of its distributions will do.
    pub source: RequirementSource,
    /// Where the requirement holds.
    pub marker: Marker,
}

/// Which distributions of a project will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequirementSource {
    /// Versions from an index.
    Specifiers(VersionSpecifiers),
    /// The one at this URL, which is kept as written: `name @ URL`.
    Url(String),
}

impl Requirement {
    /// A requirement of any version, everywhere.
    pub fn any(name: ProjectName) -> Self {
        Self {
            name,
            extras: Vec::new(),
            source: RequirementSource::Specifiers(VersionSpecifiers::any()),
            marker: Marker::TRUE,
        }
    }

    /// The specifiers, if the requirement names no URL.
    pub fn specifiers(&self) -> Option<&VersionSpecifiers> {
        match &self.source {
            RequirementSource::Specifiers(specifiers) => Some(specifiers),
            RequirementSource::Url(_) => None,
        }
    }

    /// The URL, if the requirement names one.
    pub fn url(&self) -> Option<&str> {
        match &self.source {
            RequirementSource::Specifiers(_) => None,
            RequirementSource::Url(url) => Some(url),
        }
    }
}

/// Why a text is no requirement, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a requirement: {fault} at byte {}", span.start)]
pub struct RequirementError {
    /// The text as given.
    pub text: String,
    /// The place of the fault, in bytes.
    pub span: Range<usize>,
    /// What is wrong there.
    pub fault: RequirementFault,
}

impl RequirementError {
    /// The text, and below it carets under the fault; two lines.
    ///
    /// Line breaks and other control characters are shown as spaces, so that the columns fit.
    pub fn pointed_out(&self) -> String {
        let line: String = self
            .text
            .chars()
            .map(|found| if found.is_control() { ' ' } else { found })
            .collect();
        let columns = |end: usize| {
            self.text
                .get(..end)
                .map_or(0, |before| before.chars().count())
        };
        let start = columns(self.span.start);
        let width = columns(self.span.end).saturating_sub(start).max(1);
        format!("{line}\n{}{}", " ".repeat(start), "^".repeat(width))
    }
}

/// What is wrong with the text of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequirementFault {
    /// The name of the project is missing.
    #[error("a project name is missing")]
    NoName,
    /// The name has a separator at its end.
    #[error("the name must end with a letter or digit")]
    BadName,
    /// Something that is no extra where one must stand.
    #[error("the name of an extra is missing")]
    NoExtra,
    /// Two extras without a comma.
    #[error("a comma is missing between extras")]
    NoComma,
    /// `[` or `(` without its counterpart.
    #[error("the bracket is not closed")]
    Unclosed,
    /// `@` without a URL.
    #[error("a URL is missing behind `@`")]
    NoUrl,
    /// A specifier that is none.
    #[error(transparent)]
    Specifier(SpecifierFault),
    /// A marker that is none.
    #[error(transparent)]
    Marker(MarkerFault),
    /// Something behind the name or the specifiers.
    #[error("a comparison, `;`, `@` or the end is expected, not `{}`", .0.escape_debug())]
    Unexpected(char),
    /// Something behind the URL.
    #[error("a space and `;`, or the end, is expected behind the URL, not `{}`", .0.escape_debug())]
    BehindUrl(char),
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        parse::parse(text)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.name)?;
        for (place, extra) in self.extras.iter().enumerate() {
            write!(formatter, "{}{extra}", if place == 0 { "[" } else { "," })?;
        }
        if !self.extras.is_empty() {
            formatter.write_str("]")?;
        }
        match &self.source {
            RequirementSource::Specifiers(specifiers) => write!(formatter, "{specifiers}")?,
            RequirementSource::Url(url) => write!(formatter, " @ {url}")?,
        }
        if self.marker.is_true() {
            return Ok(());
        }
        // A URL would swallow a semicolon that follows it at once.
        let gap = if self.url().is_some() { " " } else { "" };
        write!(formatter, "{gap}; {}", self.marker)
    }
}

serde_as_string!(Requirement);
