//! Patterns of project names: `acme-*` for all names that begin so.

use std::fmt;
use std::str::FromStr;

use super::{NameError, ProjectName};

/// A name in which `*` stands for any letters, or none. The rest is compared in its normal form.
///
/// ```
/// use tilsit_packaging::name::{NamePattern, ProjectName};
/// let pattern: NamePattern = "Acme_*".parse()?;
/// let (ours, theirs): (ProjectName, ProjectName) = ("acme.tools".parse()?, "acmetools".parse()?);
/// assert!(pattern.matches(&ours) && !pattern.matches(&theirs));
/// # Ok::<(), tilsit_packaging::name::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamePattern(String);

impl NamePattern {
    /// Whether a name is of this form.
    pub fn matches(&self, name: &ProjectName) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.as_str().strip_prefix(first) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            // The first place leaves the most for what follows.
            let Some(found) = rest.find(part) else {
                return false;
            };
            rest = &rest[found + part.len()..];
        }
        rest.ends_with(last)
    }

    /// How exact it is, the more the greater: a whole name before any pattern, then by its letters.
    pub fn exactness(&self) -> (bool, usize) {
        let letters = self.0.bytes().filter(|byte| *byte != b'*').count();
        (!self.0.contains('*'), letters)
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for NamePattern {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let what = "pattern of project names";
        if text.is_empty() {
            return Err(NameError::Empty { what });
        }
        let mut normal = String::with_capacity(text.len());
        for (offset, letter) in text.char_indices() {
            match letter {
                letter if letter.is_ascii_alphanumeric() || letter == '*' => {
                    normal.push(letter.to_ascii_lowercase());
                }
                '-' | '_' | '.' if normal.ends_with('-') => {}
                '-' | '_' | '.' => normal.push('-'),
                found => {
                    return Err(NameError::Character {
                        what,
                        text: text.to_owned(),
                        found,
                        offset,
                    });
                }
            }
        }
        Ok(Self(normal))
    }
}
