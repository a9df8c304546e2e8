//! The WHEEL file: which version of the format a wheel follows, and which tags it bears.

use std::borrow::Cow;

use tilsit_packaging::headers::{Message, push_header};
use tilsit_packaging::problem::Problem;

/// The newest version of the format that is known here.
const VERSION: (u32, u32) = (1, 0);

/// What WHEEL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelFile {
    /// `Wheel-Version`, major and minor.
    pub version: (u32, u32),
    /// `Generator`: who made the wheel.
    pub generator: Option<String>,
    /// `Root-Is-Purelib`: whether the files outside `.data` are free of compiled code.
    pub root_is_purelib: bool,
    /// `Tag`: one line for each expanded tag.
    pub tags: Vec<String>,
    /// `Build`: the build number of the file name.
    pub build: Option<String>,
}

/// Why WHEEL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WheelFileError {
    /// The version is not there or not a version.
    #[error("`Wheel-Version` is {}", match found {
        Some(found) => format!("`{}`, which is no version", found.escape_debug()),
        None => "missing".to_owned(),
    })]
    Version {
        /// What stands there.
        found: Option<String>,
    },
    /// The version is one whose meaning is not known here.
    #[error("version {}.{} of the wheel format is not supported (the newest is 1.0)", .0.0, .0.1)]
    Unsupported((u32, u32)),
}

impl WheelFile {
    /// What the WHEEL of a wheel without compiled code says.
    pub fn pure<'a>(generator: &str, tags: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            version: VERSION,
            generator: Some(generator.to_owned()),
            root_is_purelib: true,
            tags: tags.into_iter().map(str::to_owned).collect(),
            build: None,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When the version is missing, unreadable, or of a newer major version.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<Problem>), WheelFileError> {
        let message = Message::parse(bytes);
        let mut problems = message.problems.clone();
        let mut report = |subject: &str, reason: String| {
            problems.push(Problem {
                line: None,
                column: None,
                subject: subject.to_owned(),
                reason,
            });
        };
        let found = message.value("Wheel-Version").map(Cow::into_owned);
        let Some(version) = found.as_deref().and_then(version_of) else {
            return Err(WheelFileError::Version { found });
        };
        if version.0 > VERSION.0 {
            return Err(WheelFileError::Unsupported(version));
        }
        if version.1 > VERSION.1 {
            report(
                "Wheel-Version",
                format!("1.{} is newer than 1.0", version.1),
            );
        }
        let purelib = message.value("Root-Is-Purelib");
        let purelib = purelib.map(|text| text.to_ascii_lowercase());
        let root_is_purelib = match purelib.as_deref() {
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                report(
                    "Root-Is-Purelib",
                    format!("is `{}`, not true or false", other.escape_debug()),
                );
                false
            }
            None => {
                report("Root-Is-Purelib", "is missing".to_owned());
                false
            }
        };
        let file = Self {
            version,
            generator: message.value("Generator").map(Cow::into_owned),
            root_is_purelib,
            tags: message.values("Tag").map(Cow::into_owned).collect(),
            build: message.value("Build").map(Cow::into_owned),
        };
        Ok((file, problems))
    }

    /// The file's bytes, headers in the order of the specification.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        let (major, minor) = self.version;
        push_header(&mut text, "Wheel-Version", &format!("{major}.{minor}"));
        if let Some(generator) = &self.generator {
            push_header(&mut text, "Generator", generator);
        }
        let purelib = if self.root_is_purelib {
            "true"
        } else {
            "false"
        };
        push_header(&mut text, "Root-Is-Purelib", purelib);
        for tag in &self.tags {
            push_header(&mut text, "Tag", tag);
        }
        if let Some(build) = &self.build {
            push_header(&mut text, "Build", build);
        }
        text.into_bytes()
    }
}

fn version_of(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    Some((number(major)?, number(minor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let file = WheelFile {
            build: Some("7".to_owned()),
            root_is_purelib: false,
            ..WheelFile::pure("example 1.0", ["cp314-abi3-linux_x86_64", "py3-none-any"])
        };
        assert_eq!(WheelFile::parse(&file.to_bytes()), Ok((file, vec![])));
    }

    #[test]
    fn odd_files() {
        let version = |found: Option<&str>| WheelFileError::Version {
            found: found.map(str::to_owned),
        };
        let cases: [(&[u8], WheelFileError); 6] = [
            (b"", version(None)),
            (b"Tag: py3-none-any\n", version(None)),
            (b"Wheel-Version: one\n", version(Some("one"))),
            (b"Wheel-Version: 1\n", version(Some("1"))),
            (b"Wheel-Version: +1.0\n", version(Some("+1.0"))),
            (b"Wheel-Version: 2.0\n", WheelFileError::Unsupported((2, 0))),
        ];
        for (bytes, expected) in cases {
            assert_eq!(WheelFile::parse(bytes).unwrap_err(), expected);
        }
        let (file, problems) =
            WheelFile::parse(b"Wheel-Version: 1.9\nRoot-Is-Purelib: yes\n").unwrap();
        assert!(!file.root_is_purelib);
        let subjects: Vec<_> = problems.iter().map(|problem| &problem.subject).collect();
        assert_eq!(subjects, ["Wheel-Version", "Root-Is-Purelib"]);
    }
}
