//! The names of distribution files.
//!
//! Follows the specifications "Binary distribution format" (PEP 427, with the variant labels of
//! PEP 825) and "Source distribution file name" (PEP 625). Names are read as leniently as
//! pypa/packaging reads them and written in their normal form.

use std::fmt;
use std::str::FromStr;

use crate::name::ProjectName;
use crate::tag::{TagError, TagSet};
use crate::text::serde_as_string;
use crate::version::{Version, VersionError};

#[cfg(test)]
mod tests;

/// The parts of a wheel's file name.
///
/// ```
/// use tilsit_packaging::file_name::WheelFileName;
///
/// let wheel: WheelFileName = "Foo_bar-1.0-2local-py3-none-any.whl".parse()?;
/// assert_eq!(wheel.name.as_str(), "foo-bar");
/// assert_eq!(wheel.to_string(), "foo_bar-1.0-2local-py3-none-any.whl");
/// # Ok::<(), tilsit_packaging::file_name::FileNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WheelFileName {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The build tag, which parts wheels of the same version.
    pub build: Option<BuildTag>,
    /// The tags.
    pub tags: TagSet,
    /// The variant label (PEP 825), behind the tags.
    pub variant: Option<VariantLabel>,
}

/// A build tag: a number and what follows it. The greater is the better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildTag {
    /// The number at the start.
    pub number: u64,
    /// What follows.
    pub rest: Box<str>,
}

/// The label of a variant: 1 to 16 lower-case letters, digits, `.` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariantLabel(Box<str>);

/// The longest variant label (PEP 825).
const VARIANT_LENGTH_MAX: usize = 16;

impl VariantLabel {
    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The parts of a source distribution's file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SdistFileName {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The form of the archive.
    pub kind: SdistKind,
}

/// The forms of source archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SdistKind {
    /// `.tar.gz`, the only one that is still made.
    TarGz,
    /// `.zip`.
    Zip,
}

impl SdistKind {
    /// The end of the file name.
    pub fn extension(self) -> &'static str {
        match self {
            SdistKind::TarGz => ".tar.gz",
            SdistKind::Zip => ".zip",
        }
    }
}

/// The name of a file that an index may hold of a project.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DistributionFileName {
    /// A wheel.
    Wheel(WheelFileName),
    /// A source distribution.
    Sdist(SdistFileName),
}

/// Why a file name is none of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    /// Another extension.
    #[error("`{file_name}` is not a {kind}: it does not end in {extensions}")]
    Extension {
        /// The name as given.
        file_name: String,
        /// What was wanted.
        kind: &'static str,
        /// The extensions it may have.
        extensions: &'static str,
    },
    /// Too few or too many parts.
    #[error("`{file_name}` is not the name of a {kind}: it has {count} parts parted by `-`")]
    Parts {
        /// The name as given.
        file_name: String,
        /// What was wanted.
        kind: &'static str,
        /// How many parts there are.
        count: usize,
    },
    /// The first part is no name of a project.
    #[error("`{file_name}` is not the name of a distribution: `{name}` is no project name")]
    Name {
        /// The name as given.
        file_name: String,
        /// The part.
        name: String,
    },
    /// The version is none.
    #[error("`{file_name}` is not the name of a distribution: the version is wrong")]
    Version {
        /// The name as given.
        file_name: String,
        /// What is wrong.
        #[source]
        source: VersionError,
    },
    /// The build tag does not start with a digit, or with too many of them.
    #[error("`{file_name}` is not the name of a wheel: `{build}` is no build tag")]
    Build {
        /// The name as given.
        file_name: String,
        /// The part.
        build: String,
    },
    /// The tags are wrong.
    #[error("`{file_name}` is not the name of a wheel: its tags are wrong")]
    Tags {
        /// The name as given.
        file_name: String,
        /// What is wrong.
        #[source]
        source: TagError,
    },
    /// The last part is no variant label.
    #[error("`{file_name}` is not the name of a wheel: `{label}` is no variant label")]
    Variant {
        /// The name as given.
        file_name: String,
        /// The part.
        label: String,
    },
    /// The file is another project's.
    #[error("`{file_name}` is no file of `{project}`")]
    Project {
        /// The name as given.
        file_name: String,
        /// The project.
        project: ProjectName,
    },
}

impl FromStr for WheelFileName {
    type Err = FileNameError;

    fn from_str(file_name: &str) -> Result<Self, FileNameError> {
        let stem = file_name
            .strip_suffix(".whl")
            .ok_or_else(|| FileNameError::Extension {
                file_name: file_name.to_owned(),
                kind: "wheel",
                extensions: "`.whl`",
            })?;
        let parts: Vec<&str> = stem.split('-').collect();
        if !(5..=7).contains(&parts.len()) {
            return Err(FileNameError::Parts {
                file_name: file_name.to_owned(),
                kind: "wheel",
                count: parts.len(),
            });
        }
        let name = wheel_name(file_name, parts[0])?;
        let version = version(file_name, parts[1])?;
        let (build, tags, label) = split_tail(file_name, &parts[2..])?;
        let build = build
            .map(|build| parse_build(file_name, build))
            .transpose()?;
        let tags = tags
            .join("-")
            .parse()
            .map_err(|source| FileNameError::Tags {
                file_name: file_name.to_owned(),
                source,
            })?;
        let variant = label
            .map(|label| parse_variant(file_name, label))
            .transpose()?;
        Ok(Self {
            name,
            version,
            build,
            tags,
            variant,
        })
    }
}

/// The project's name in a wheel's: escaped, so that `-` does not occur in it and `_` only once.
fn wheel_name(file_name: &str, part: &str) -> Result<ProjectName, FileNameError> {
    let wrong = || FileNameError::Name {
        file_name: file_name.to_owned(),
        name: part.to_owned(),
    };
    if part.contains("__") {
        return Err(wrong());
    }
    ProjectName::new(part).map_err(|_| wrong())
}

fn version(file_name: &str, part: &str) -> Result<Version, FileNameError> {
    part.parse().map_err(|source| FileNameError::Version {
        file_name: file_name.to_owned(),
        source,
    })
}

type Tail<'p, 't> = (Option<&'t str>, &'p [&'t str], Option<&'t str>);

/// Parts what follows the version into build tag, tags and variant label.
///
/// With one part more than the tags it is a build tag if it starts with a digit. Otherwise it could
/// be a broken build tag in front or a label behind; it is the latter if the part in front can be
/// an interpreter, all of which have a version in their tag.
fn split_tail<'p, 't>(file_name: &str, tail: &'p [&'t str]) -> Result<Tail<'p, 't>, FileNameError> {
    let starts_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    match tail.len() {
        3 => Ok((None, tail, None)),
        4 if starts_with_digit(tail[0]) => Ok((Some(tail[0]), &tail[1..], None)),
        4 if tail[0].contains(|character: char| character.is_ascii_digit()) => {
            Ok((None, &tail[..3], Some(tail[3])))
        }
        5 if starts_with_digit(tail[0]) => Ok((Some(tail[0]), &tail[1..4], Some(tail[4]))),
        _ => Err(FileNameError::Build {
            file_name: file_name.to_owned(),
            build: tail[0].to_owned(),
        }),
    }
}

fn parse_build(file_name: &str, part: &str) -> Result<BuildTag, FileNameError> {
    let end = part
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(part.len());
    let number = part[..end].parse();
    let wrong = |_| FileNameError::Build {
        file_name: file_name.to_owned(),
        build: part.to_owned(),
    };
    Ok(BuildTag {
        number: number.map_err(wrong)?,
        rest: part[end..].into(),
    })
}

fn parse_variant(file_name: &str, part: &str) -> Result<VariantLabel, FileNameError> {
    let is_allowed = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_')
    };
    if part.is_empty() || part.len() > VARIANT_LENGTH_MAX || !part.bytes().all(is_allowed) {
        return Err(FileNameError::Variant {
            file_name: file_name.to_owned(),
            label: part.to_owned(),
        });
    }
    Ok(VariantLabel(part.into()))
}

/// The stem and the form of a source archive.
fn sdist_stem(file_name: &str) -> Result<(&str, SdistKind), FileNameError> {
    [SdistKind::TarGz, SdistKind::Zip]
        .into_iter()
        .find_map(|kind| Some((file_name.strip_suffix(kind.extension())?, kind)))
        .ok_or_else(|| FileNameError::Extension {
            file_name: file_name.to_owned(),
            kind: "source distribution",
            extensions: "`.tar.gz` or `.zip`",
        })
}

impl FromStr for SdistFileName {
    type Err = FileNameError;

    fn from_str(file_name: &str) -> Result<Self, FileNameError> {
        let (stem, kind) = sdist_stem(file_name)?;
        // A version in normal form has no `-`, so the last one parts name and version.
        let Some((name, version_part)) = stem.rsplit_once('-') else {
            return Err(FileNameError::Parts {
                file_name: file_name.to_owned(),
                kind: "source distribution",
                count: 1,
            });
        };
        let wrong = |_| FileNameError::Name {
            file_name: file_name.to_owned(),
            name: name.to_owned(),
        };
        let name = ProjectName::new(name).map_err(wrong)?;
        Ok(Self {
            name,
            version: version(file_name, version_part)?,
            kind,
        })
    }
}

impl SdistFileName {
    /// Reads the name of a file that stands on the page of a project.
    ///
    /// Old files have a `-` in their version (`foo-1.0-1.tar.gz`); only the project tells where the
    /// name ends.
    ///
    /// # Errors
    /// When the name does not start with the project's, or no version follows.
    pub fn parse_for(file_name: &str, project: &ProjectName) -> Result<Self, FileNameError> {
        let (stem, kind) = sdist_stem(file_name)?;
        let mut error = FileNameError::Project {
            file_name: file_name.to_owned(),
            project: project.clone(),
        };
        for (place, _) in stem.match_indices('-') {
            let (name, version_part) = (&stem[..place], &stem[place + 1..]);
            if ProjectName::new(name).is_ok_and(|name| name == *project) {
                match version(file_name, version_part) {
                    Ok(version) => {
                        return Ok(Self {
                            name: project.clone(),
                            version,
                            kind,
                        });
                    }
                    Err(wrong) => error = wrong,
                }
            }
        }
        Err(error)
    }
}

/// Whether the name ends as those of wheels do, in lower case.
fn is_wheel(file_name: &str) -> bool {
    file_name.as_bytes().ends_with(b".whl")
}

impl FromStr for DistributionFileName {
    type Err = FileNameError;

    fn from_str(file_name: &str) -> Result<Self, FileNameError> {
        if is_wheel(file_name) {
            file_name.parse().map(Self::Wheel)
        } else {
            file_name.parse().map(Self::Sdist)
        }
    }
}

impl DistributionFileName {
    /// Reads the name of a file that stands on the page of a project; see [`SdistFileName::parse_for`].
    ///
    /// # Errors
    /// When it is no wheel's or source distribution's name, or another project's.
    pub fn parse_for(file_name: &str, project: &ProjectName) -> Result<Self, FileNameError> {
        if !is_wheel(file_name) {
            return SdistFileName::parse_for(file_name, project).map(Self::Sdist);
        }
        let wheel: WheelFileName = file_name.parse()?;
        if wheel.name == *project {
            Ok(Self::Wheel(wheel))
        } else {
            Err(FileNameError::Project {
                file_name: file_name.to_owned(),
                project: project.clone(),
            })
        }
    }

    /// The project.
    pub fn name(&self) -> &ProjectName {
        match self {
            Self::Wheel(wheel) => &wheel.name,
            Self::Sdist(sdist) => &sdist.name,
        }
    }

    /// The version.
    pub fn version(&self) -> &Version {
        match self {
            Self::Wheel(wheel) => &wheel.version,
            Self::Sdist(sdist) => &sdist.version,
        }
    }
}

impl fmt::Display for BuildTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.number, self.rest)
    }
}

impl fmt::Display for VariantLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for WheelFileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.name.as_file_name(), self.version)?;
        if let Some(build) = &self.build {
            write!(formatter, "-{build}")?;
        }
        write!(formatter, "-{}", self.tags)?;
        if let Some(variant) = &self.variant {
            write!(formatter, "-{variant}")?;
        }
        formatter.write_str(".whl")
    }
}

impl fmt::Display for SdistFileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}-{}{}",
            self.name.as_file_name(),
            self.version,
            self.kind.extension()
        )
    }
}

impl fmt::Display for DistributionFileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wheel(wheel) => wheel.fmt(formatter),
            Self::Sdist(sdist) => sdist.fmt(formatter),
        }
    }
}

serde_as_string!(WheelFileName);
serde_as_string!(SdistFileName);
serde_as_string!(DistributionFileName);
