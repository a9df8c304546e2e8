//! What a user says to name an interpreter: a version, a range, an implementation, a path, a name.
//!
//! The grammar is virtualenv's and uv's together: `3.12`, `3.13t`, `>=3.10,<3.13`, `pypy3.9`,
//! `cpython@3.12`, `cp312`, `python3.11`, `/usr/bin/python3`, `./.venv`, `my-python`. Finding what
//! is named is [`crate::discovery`]'s work.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

#[cfg(test)]
mod tests;

/// An implementation of Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// The reference implementation.
    CPython,
    /// PyPy.
    PyPy,
    /// `GraalPy`.
    GraalPy,
}

impl Implementation {
    /// The value of `sys.implementation.name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CPython => "cpython",
            Self::PyPy => "pypy",
            Self::GraalPy => "graalpy",
        }
    }
}

/// Which interpreter is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PythonRequest {
    /// The first that is found.
    Any,
    /// An interpreter, or the folder of an environment.
    Path(PathBuf),
    /// A program of the search path.
    Name(String),
    /// Anything that fits.
    Version(VersionRequest),
}

/// A request by implementation and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRequest {
    /// The implementation, if it matters.
    pub implementation: Option<Implementation>,
    /// The versions that fit.
    pub specifiers: VersionSpecifiers,
    /// A free-threaded build; `false` takes only builds with the global lock.
    pub free_threaded: bool,
    /// A debug build, if it matters.
    pub debug: bool,
    /// What was written.
    text: String,
}

/// Why a request was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A range that is not one.
    #[error("`{text}` is not a range of Python versions: {reason}")]
    Specifiers {
        /// What was written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A control character, which no path or name has.
    #[error("`{}` cannot name an interpreter", .0.escape_debug())]
    Text(String),
}

impl FromStr for PythonRequest {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        let text = text.trim();
        if text.is_empty() || text == "any" || text == "default" {
            return Ok(Self::Any);
        }
        if text.chars().any(char::is_control) {
            return Err(RequestError::Text(text.to_owned()));
        }
        if text.contains(['/', '\\']) || text == "." || text == ".." {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        let (implementation, rest) = split_implementation(text);
        let version = VersionRequest {
            implementation,
            specifiers: VersionSpecifiers::any(),
            free_threaded: false,
            debug: false,
            text: text.to_owned(),
        };
        if rest.is_empty() {
            // `python` alone is the program of that name; `pypy` alone any version of PyPy.
            return Ok(match implementation {
                Some(_) => Self::Version(version),
                None => Self::Name(text.to_owned()),
            });
        }
        if rest.starts_with(['<', '>', '=', '!', '~']) {
            let specifiers = rest.parse().map_err(|error| RequestError::Specifiers {
                text: text.to_owned(),
                reason: format!("{error}"),
            })?;
            return Ok(Self::Version(VersionRequest {
                specifiers,
                ..version
            }));
        }
        Ok(match parse_version(rest) {
            Some((specifiers, variant)) => Self::Version(VersionRequest {
                specifiers,
                free_threaded: variant.contains('t'),
                debug: variant.contains('d'),
                ..version
            }),
            None => Self::Name(text.to_owned()),
        })
    }
}

/// Splits off the implementation: `pypy3.9`, `cpython@3.12`, `cp312`, `python3.12`.
fn split_implementation(text: &str) -> (Option<Implementation>, &str) {
    let names = [
        ("cpython", Some(Implementation::CPython)),
        ("pypy", Some(Implementation::PyPy)),
        ("graalpy", Some(Implementation::GraalPy)),
        ("python", None),
        ("cp", Some(Implementation::CPython)),
        ("pp", Some(Implementation::PyPy)),
    ];
    for (name, implementation) in names {
        let Some(rest) = strip_prefix_without_case(text, name) else {
            continue;
        };
        let rest = rest.strip_prefix(['@', '-']).unwrap_or(rest);
        let starts_version = |c: char| c.is_ascii_digit() || "<>=!~".contains(c);
        if rest.is_empty() || rest.starts_with(starts_version) {
            return (implementation, rest);
        }
    }
    (None, text)
}

fn strip_prefix_without_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Reads `3`, `3.12`, `312`, `3.12.1`, `3.14.0rc1`, each perhaps followed by `t`, `d`, or
/// `+freethreaded`, `+debug`.
fn parse_version(text: &str) -> Option<(VersionSpecifiers, &'static str)> {
    let variants = [
        ("+freethreaded+debug", "td"),
        ("+freethreaded", "t"),
        ("+debug", "d"),
        ("td", "td"),
        ("t", "t"),
        ("d", "d"),
    ];
    let found = variants
        .into_iter()
        .find_map(|(suffix, variant)| Some((text.strip_suffix(suffix)?, variant)));
    let (number, variant) = found.unwrap_or((text, ""));
    let number = match number.split_at_checked(1) {
        // `312` is 3.12; a bare major has one digit.
        Some(("3", minor)) if is_digits(minor) => format!("3.{minor}"),
        Some(("2", "7")) => "2.7".to_owned(),
        _ => number.to_owned(),
    };
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let version: Version = number.parse().ok()?;
    let is_exact = version.to_string().matches('.').count() >= 2 || version.is_prerelease();
    let specifiers = if is_exact {
        format!("=={version}")
    } else {
        format!("=={version}.*")
    };
    Some((specifiers.parse().ok()?, variant))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl PythonRequest {
    /// The implementation and the minor version of Python 3 that somebody who wants this would
    /// install: the newest that fits, of those that are in wide use. None when no version is asked
    /// for, or none of them fits.
    pub fn to_install(&self) -> Option<(&'static str, u64)> {
        let request = match self {
            Self::Version(request) => request,
            Self::Any => return Some((Implementation::CPython.name(), NEWEST_IN_USE)),
            Self::Path(_) | Self::Name(_) => return None,
        };
        let implementation = request.implementation.unwrap_or(Implementation::CPython);
        let minor = (6..=NEWEST_IN_USE)
            .rev()
            .find(|minor| request.could_be_minor(*minor))?;
        Some((implementation.name(), minor))
    }

    /// Whether only a Python before version 3 would do.
    pub fn is_before_python_3(&self) -> bool {
        let Self::Version(request) = self else {
            return false;
        };
        request.could_be_python_2()
            && !(0..=NEWEST_IN_USE).any(|minor| request.could_be_minor(minor))
    }
}

/// The newest minor version of Python 3 that is advised to somebody who has none (November 2026).
const NEWEST_IN_USE: u64 = 14;

impl VersionRequest {
    /// Whether an interpreter with these facts fits.
    pub(crate) fn fits(
        &self,
        implementation: &str,
        version: &Version,
        free_threaded: bool,
        debug: bool,
    ) -> bool {
        let wanted = self.implementation;
        wanted.is_none_or(|wanted| wanted.name() == implementation)
            && self.free_threaded == free_threaded
            && (!self.debug || debug)
            && self.specifiers.contains(version)
    }

    /// Whether Python 2.7 could fit.
    pub(crate) fn could_be_python_2(&self) -> bool {
        // Its last release was 2.7.18.
        (0..=18).any(|micro| {
            let version = Version::from_release(&[2, 7, micro]);
            self.specifiers.contains(&version)
        })
    }

    /// Whether Python 3.`minor` could fit, whatever its last number.
    pub(crate) fn could_be_minor(&self, minor: u64) -> bool {
        // The last numbers of a minor version stay below 40.
        (0..40).any(|micro| {
            let version = Version::from_release(&[3, minor, micro]);
            self.specifiers.contains(&version)
        }) || self.is_prerelease_of(minor)
    }

    fn is_prerelease_of(&self, minor: u64) -> bool {
        self.specifiers.iter().any(|specifier| {
            specifier.version().is_some_and(|version| {
                version.is_prerelease() && version.major() == 3 && version.minor() == minor
            })
        })
    }
}

impl fmt::Display for PythonRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("any Python"),
            Self::Path(path) => write!(formatter, "{}", path.display()),
            Self::Name(name) => formatter.write_str(name),
            Self::Version(version) => formatter.write_str(&version.text),
        }
    }
}
