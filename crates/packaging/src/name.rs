//! Names of projects, extras and dependency groups, normalised once when they are parsed.
//!
//! Follows the specification "Names and normalization" (PEP 503, PEP 508, PEP 685, PEP 735): a
//! valid name starts and ends with an ASCII letter or digit and otherwise holds letters, digits,
//! `.`, `_` and `-`; its normal form is lower case with every run of `.`, `_` and `-` as one `-`.
//! The spelling that somebody typed is not kept.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::text::serde_as_string;

mod pattern;

pub use pattern::NamePattern;

#[cfg(test)]
mod tests;

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
    #[error("the {what} is empty")]
    Empty {
        /// What kind of name was wanted.
        what: &'static str,
    },
    /// A character that no name may have.
    #[error(
        "`{text}` is not a valid {what}: `{found}` at byte {offset} is not an ASCII letter, digit, `.`, `_` or `-`"
    )]
    Character {
        /// What kind of name was wanted.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The character.
        found: char,
        /// Its place in the text.
        offset: usize,
    },
    /// A separator where a letter or digit must stand.
    #[error("`{text}` is not a valid {what}: it must start and end with an ASCII letter or digit")]
    Edge {
        /// What kind of name was wanted.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The place of the separator.
        offset: usize,
    },
}

impl NameError {
    /// The place of the fault in the text, in bytes.
    pub fn offset(&self) -> usize {
        match self {
            NameError::Empty { .. } => 0,
            NameError::Character { offset, .. } | NameError::Edge { offset, .. } => *offset,
        }
    }
}

/// The normal form of any text, valid as a name or not (PEP 503).
///
/// Borrows when the text is already in normal form.
pub fn normalize(text: &str) -> Cow<'_, str> {
    if is_normal(text) {
        return Cow::Borrowed(text);
    }
    let mut normal = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else if character.is_ascii() {
            normal.push(character.to_ascii_lowercase());
        } else {
            normal.extend(character.to_lowercase());
        }
    }
    Cow::Owned(normal)
}

/// Whether `text` is a valid name in normal form.
pub fn is_normalized(text: &str) -> bool {
    check(text, "name").is_ok() && is_normal(text)
}

fn is_normal(text: &str) -> bool {
    let mut separator_before = false;
    text.bytes().all(|byte| {
        let doubled = byte == b'-' && separator_before;
        separator_before = byte == b'-';
        (byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') && !doubled
    })
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.')
}

fn check(text: &str, what: &'static str) -> Result<(), NameError> {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return Err(NameError::Empty { what });
    };
    if let Some(offset) = bytes
        .iter()
        .position(|&byte| !byte.is_ascii_alphanumeric() && !is_separator(byte))
    {
        let found = text[offset..]
            .chars()
            .next()
            .expect("a character starts at the first byte that is not ASCII");
        return Err(NameError::Character {
            what,
            text: text.to_owned(),
            found,
            offset,
        });
    }
    if is_separator(first) || is_separator(last) {
        let offset = if is_separator(first) {
            0
        } else {
            bytes.len() - 1
        };
        return Err(NameError::Edge {
            what,
            text: text.to_owned(),
            offset,
        });
    }
    Ok(())
}

macro_rules! normalized_name {
    ($(#[$document:meta])* $type:ident, $what:literal) => {
        $(#[$document])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Checks and normalises a name.
            ///
            /// # Errors
            /// When `text` is not a valid name (PEP 508).
            pub fn new(text: &str) -> Result<Self, NameError> {
                check(text, $what)?;
                Ok(Self(Arc::from(normalize(text).as_ref())))
            }

            /// The normal form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($type), "({:?})"), &*self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }

        serde_as_string!($type);
    };
}

normalized_name!(
    /// The normalised name of a project, such as `jupyter-client` for `Jupyter_Client`.
    ///
    /// ```
    /// use tilsit_packaging::name::ProjectName;
    ///
    /// let name: ProjectName = "Jupyter_Client".parse()?;
    /// assert_eq!(name.as_str(), "jupyter-client");
    /// # Ok::<(), tilsit_packaging::name::NameError>(())
    /// ```
    ProjectName,
    "project name"
);

normalized_name!(
    /// The normalised name of an extra (PEP 685).
    ExtraName,
    "extra name"
);

normalized_name!(
    /// The normalised name of a dependency group (PEP 735).
    GroupName,
    "dependency group name"
);

impl ProjectName {
    /// The name as it stands in file names and `.dist-info` folders: `-` becomes `_`.
    pub fn as_file_name(&self) -> Cow<'_, str> {
        if self.0.contains('-') {
            Cow::Owned(self.0.replace('-', "_"))
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}
