//! The version that a module states: `__version__ = "1.0"`, read and never run.

use std::fmt;

/// Why a module states no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVersion {
    /// There is no such line.
    Missing,
    /// The value is something other than a plain string.
    Computed {
        /// Counted from 1.
        line: usize,
    },
    /// There are several lines.
    Several {
        /// The second of them, counted from 1.
        line: usize,
    },
}

impl fmt::Display for NoVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("has no line `__version__ = \"…\"`"),
            Self::Computed { line } => {
                write!(
                    formatter,
                    "computes `__version__` (line {line}) and does not state it"
                )
            }
            Self::Several { line } => {
                write!(formatter, "states `__version__` again on line {line}")
            }
        }
    }
}

/// The string that the source text of a module gives to `__version__` at its top level, with or
/// without a type annotation.
///
/// # Errors
/// When there is none, several, or one that only running the module would tell.
pub fn stated_version(source: &str) -> Result<&str, NoVersion> {
    let mut found = None;
    for (index, text) in source.lines().enumerate() {
        let line = index + 1;
        let Some(value) = value_of(text) else {
            continue;
        };
        if found.is_some() {
            return Err(NoVersion::Several { line });
        }
        found = Some(string(value).ok_or(NoVersion::Computed { line })?);
    }
    found.ok_or(NoVersion::Missing)
}

/// What stands behind `__version__ =` or `__version__: str =`.
fn value_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("__version__")?.trim_start();
    let rest = match rest.strip_prefix(':') {
        Some(annotated) => &annotated[annotated.find('=')?..],
        None => rest,
    };
    let value = rest.strip_prefix('=')?;
    // `==` compares.
    (!value.starts_with('=')).then(|| value.trim_start())
}

/// The contents of a string literal without escapes, if there is nothing behind it but a comment.
fn string(value: &str) -> Option<&str> {
    let quote = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let (inside, rest) = value[1..].split_once(quote)?;
    let rest = rest.trim();
    let is_alone = rest.is_empty() || rest.starts_with('#');
    (is_alone && !inside.is_empty() && !inside.contains('\\')).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_and_what_is_not() {
        for (source, expected) in [
            ("__version__ = '1.0'\n", Ok("1.0")),
            (
                "import x\n__version__: str = \"2.0rc1\"  # next\r\n",
                Ok("2.0rc1"),
            ),
            ("__version__='1'", Ok("1")),
            ("", Err(NoVersion::Missing)),
            ("    __version__ = '1'\n", Err(NoVersion::Missing)),
            (
                "__version__ == '1'\n__versions__ = '2'\n",
                Err(NoVersion::Missing),
            ),
            (
                "__version__ = get()\n",
                Err(NoVersion::Computed { line: 1 }),
            ),
            (
                "\n__version__ = '1' + '2'\n",
                Err(NoVersion::Computed { line: 2 }),
            ),
            (
                "__version__ = '''1'''",
                Err(NoVersion::Computed { line: 1 }),
            ),
            (
                "__version__ = 'a\\'b'",
                Err(NoVersion::Computed { line: 1 }),
            ),
            (
                "__version__ = '1'\n__version__ = '2'\n",
                Err(NoVersion::Several { line: 2 }),
            ),
        ] {
            assert_eq!(stated_version(source), expected, "{source:?}");
        }
    }
}
