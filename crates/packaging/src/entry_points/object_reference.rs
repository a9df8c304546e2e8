//! Object references: `package.module:object.attribute [extra]`.
//!
//! Follows "Entry points specification", section "Data model". Names are Python identifiers.

use std::fmt;
use std::str::FromStr;

/// A module, and optionally an object in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectReference {
    module: String,
    object: Option<String>,
    extras: Vec<String>,
}

/// Why a text is no object reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectReferenceError {
    /// The part before the colon is not a dotted name.
    #[error("`{0}` is not a dotted name of a module")]
    Module(String),
    /// The part after the colon is not a dotted name.
    #[error("`{0}` is not a dotted name of an object")]
    Object(String),
    /// What follows is not a list of extras in brackets.
    #[error("`{0}` is not a list of extras in brackets")]
    Extras(String),
    /// An object is needed and none is named.
    #[error("`{0}` names a module but no object in it")]
    NoObject(String),
}

impl ObjectReference {
    /// The dotted name of the module.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The dotted name of the object in the module.
    pub fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// The extras that the object needs; deprecated by the specification.
    pub fn extras(&self) -> &[String] {
        &self.extras
    }

    /// The reference, if it names an object, as commands have to.
    pub(super) fn callable(self) -> Result<ObjectReference, ObjectReferenceError> {
        if self.object.is_some() {
            Ok(self)
        } else {
            Err(ObjectReferenceError::NoObject(self.module))
        }
    }
}

impl FromStr for ObjectReference {
    type Err = ObjectReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (reference, extras) = match text.find('[') {
            Some(start) => (&text[..start], parse_extras(&text[start..])?),
            None => (text, Vec::new()),
        };
        let (module, object) = match reference.split_once(':') {
            Some((module, object)) => (module.trim(), Some(object.trim())),
            None => (reference.trim(), None),
        };
        if !is_dotted_name(module) {
            return Err(ObjectReferenceError::Module(module.to_owned()));
        }
        match object {
            Some(object) if !is_dotted_name(object) => {
                Err(ObjectReferenceError::Object(object.to_owned()))
            }
            _ => Ok(ObjectReference {
                module: module.to_owned(),
                object: object.map(str::to_owned),
                extras,
            }),
        }
    }
}

impl fmt::Display for ObjectReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.module)?;
        if let Some(object) = &self.object {
            write!(f, ":{object}")?;
        }
        if !self.extras.is_empty() {
            write!(f, " [{}]", self.extras.join(","))?;
        }
        Ok(())
    }
}

/// Whether a text is Python identifiers with dots between them.
fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(crate::identifier::is_identifier)
}

/// `[a, b]`; an empty list is allowed.
fn parse_extras(text: &str) -> Result<Vec<String>, ObjectReferenceError> {
    let error = || ObjectReferenceError::Extras(text.to_owned());
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .ok_or_else(error)?;
    if inner.trim().is_empty() {
        return Ok(Vec::new());
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let names = inner.split(',').map(str::trim);
    names
        .map(|name| is_name(name).then(|| name.to_owned()).ok_or_else(error))
        .collect()
}
