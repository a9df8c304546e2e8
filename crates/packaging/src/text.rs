//! What the parsers of this crate share: a cursor over bytes, and values that are texts in serde.
//!
//! The formats here are those of pypa/packaging, which is written in Python: whitespace is what
//! Python's `str.strip` takes away.

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
