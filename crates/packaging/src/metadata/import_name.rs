//! `Import-Name` and `Import-Namespace`: what a project lets one import (PEP 794).

use std::fmt;
use std::str::FromStr;

use crate::identifier::{is_identifier, is_keyword};

/// A dotted name that can be imported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportName {
    name: String,
    is_private: bool,
}

/// Why a text is no import name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportNameError {
    /// A part between dots is no identifier.
    #[error("`{part}` in `{name}` is not a Python identifier")]
    Identifier {
        /// The whole name.
        name: String,
        /// The part.
        part: String,
    },
    /// A part between dots is a keyword.
    #[error("`{part}` in `{name}` is a Python keyword")]
    Keyword {
        /// The whole name.
        name: String,
        /// The part.
        part: String,
    },
    /// After the semicolon stands something else than `private`.
    #[error("`{0}` may be followed by `; private` and nothing else")]
    Marker(String),
}

impl ImportName {
    /// The dotted name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether the name is not meant for users.
    pub fn is_private(&self) -> bool {
        self.is_private
    }
}

impl FromStr for ImportName {
    type Err = ImportNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, marker) = match text.split_once(';') {
            Some((name, marker)) => (name.trim_end(), Some(marker.trim())),
            None => (text, None),
        };
        for part in name.split('.') {
            let (name, part) = (name.to_owned(), part.to_owned());
            if !is_identifier(&part) {
                return Err(ImportNameError::Identifier { name, part });
            }
            if is_keyword(&part) {
                return Err(ImportNameError::Keyword { name, part });
            }
        }
        if marker.is_some_and(|marker| marker != "private") {
            return Err(ImportNameError::Marker(name.to_owned()));
        }
        Ok(ImportName {
            name: name.to_owned(),
            is_private: marker.is_some(),
        })
    }
}

impl fmt::Display for ImportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        f.write_str(if self.is_private { "; private" } else { "" })
    }
}
