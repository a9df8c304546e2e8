//! What the parsers of this crate share: a cursor over bytes, and values that are texts in serde.
//!
//! The formats here are those of pypa/packaging, which is written in Python: whitespace is what
//! Python's `str.strip` takes away.

use std::ops::Range;

/// Whether Python counts the character as whitespace (`str.isspace`, `\s`).
pub(crate) fn is_python_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// Takes away what Python's `str.strip()` takes away.
pub(crate) fn python_trim(text: &str) -> &str {
    match text.as_bytes() {
        // Nearly all texts have nothing to take away.
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(is_python_space),
    }
}

/// A place in a text that moves forward; spaces and tabs are the only whitespace it skips.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    place: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, place: 0 }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The place, in bytes.
    pub(crate) fn place(&self) -> usize {
        self.place
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.place..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The span of the next character.
    pub(crate) fn here(&self) -> Range<usize> {
        self.place..self.place + self.peek().map_or(0, char::len_utf8)
    }

    /// Moves by so many bytes.
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.place += bytes;
    }

    /// Skips spaces and tabs, and says how many.
    pub(crate) fn skip_blanks(&mut self) -> usize {
        let rest = self.rest().as_bytes();
        let blanks = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        self.place += blanks;
        blanks
    }

    /// Reads this character, if it is next.
    pub(crate) fn take(&mut self, character: char) -> bool {
        let found = self.rest().starts_with(character);
        if found {
            self.place += character.len_utf8();
        }
        found
    }

    /// Reads this word, if it is next and stands alone.
    pub(crate) fn word(&mut self, word: &str) -> bool {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let Some(behind) = self.rest().strip_prefix(word) else {
            return false;
        };
        let joined = |neighbour: Option<char>| neighbour.is_some_and(is_word);
        if joined(behind.chars().next()) || joined(self.text[..self.place].chars().next_back()) {
            return false;
        }
        self.place += word.len();
        true
    }
}

/// Implements serde for a type through its `Display` and `FromStr`.
macro_rules! serde_as_string {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(
                        &self,
                        formatter: &mut std::fmt::Formatter<'_>,
                    ) -> std::fmt::Result {
                        formatter.write_str(concat!("a ", stringify!($type), " as text"))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

pub(crate) use serde_as_string;
