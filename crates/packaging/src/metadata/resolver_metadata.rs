//! The few fields a resolver needs, read without looking at the rest.

use std::fmt::Display;
use std::str::FromStr;

use super::read::{converted, parse_line};
use super::{Field, MetadataError, MetadataVersion};
use crate::headers::{Header, HeaderLines};
use crate::name::{ExtraName, ProjectName};
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::specifier::VersionSpecifiers;
use crate::version::Version;

/// What a resolver needs to know about a release.
///
/// Reading stops at the end of the headers; other fields are neither checked nor kept. An invalid
/// `Requires-Dist` or `Requires-Python` (old releases have them) does not fail the rest: it is left
/// out and told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolverMetadata {
    /// `Metadata-Version`
    pub metadata_version: MetadataVersion,
    /// `Name`, normalised.
    pub name: ProjectName,
    /// `Version`
    pub version: Version,
    /// `Requires-Dist`
    pub requires_dist: Vec<Requirement>,
    /// `Requires-Python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `Provides-Extra`
    pub provides_extra: Vec<ExtraName>,
    /// `Dynamic`, those of the fields that this type has.
    pub dynamic: Vec<Field>,
}

impl ResolverMetadata {
    /// Reads METADATA or PKG-INFO.
    ///
    /// # Errors
    /// [`MetadataError`], if the version of the metadata, the name or the version of the release is
    /// missing, repeated or invalid.
    pub fn parse(bytes: &[u8]) -> Result<(ResolverMetadata, Vec<Problem>), MetadataError> {
        let mut reader = Reader::default();
        for header in HeaderLines::new(bytes) {
            reader.header(&header)?;
        }
        let metadata = reader.finish()?;
        Ok((metadata, reader.problems))
    }

    /// Whether the dependencies of an sdist can be known without building it (PEP 643): the
    /// metadata is 2.2 or newer and does not call them dynamic.
    pub fn has_static_dependencies(&self) -> bool {
        self.metadata_version >= MetadataVersion::new(2, 2) && self.dynamic.is_empty()
    }
}

/// The fields that are read; a few comparisons of bytes per header decide.
const WANTED: [Field; 7] = [
    Field::RequiresDist,
    Field::ProvidesExtra,
    Field::Dynamic,
    Field::RequiresPython,
    Field::MetadataVersion,
    Field::Name,
    Field::Version,
];

#[derive(Default)]
struct Reader {
    metadata_version: Option<(usize, MetadataVersion)>,
    name: Option<(usize, ProjectName)>,
    version: Option<(usize, Version)>,
    requires_dist: Vec<Requirement>,
    requires_python: Option<VersionSpecifiers>,
    provides_extra: Vec<ExtraName>,
    dynamic: Vec<Field>,
    problems: Vec<Problem>,
}

impl Reader {
    fn header(&mut self, header: &Header<'_>) -> Result<(), MetadataError> {
        let wanted = WANTED
            .iter()
            .find(|field| field.name().eq_ignore_ascii_case(header.name));
        let Some(&field) = wanted else {
            return Ok(());
        };
        let Some(text) = header.text() else {
            return self.invalid(field, header.line, "the value is not UTF-8");
        };
        let line = header.line;
        match field {
            Field::MetadataVersion => set(&mut self.metadata_version, field, line, &text),
            Field::Name => set(&mut self.name, field, line, &text),
            Field::Version => set(&mut self.version, field, line, &text),
            Field::RequiresDist => match parse_line(&text) {
                Ok(requirement) => {
                    self.requires_dist.push(requirement);
                    Ok(())
                }
                Err(error) => self.invalid(field, line, error),
            },
            Field::ProvidesExtra => match parse_line(&text) {
                Ok(extra) => {
                    self.provides_extra.push(extra);
                    Ok(())
                }
                Err(error) => self.invalid(field, line, error),
            },
            Field::RequiresPython => self.requires_python(line, &text),
            _ => {
                let dynamic = Field::from_name(&text).filter(|field| WANTED.contains(field));
                self.dynamic.extend(dynamic);
                Ok(())
            }
        }
    }

    fn requires_python(&mut self, line: usize, text: &str) -> Result<(), MetadataError> {
        let field = Field::RequiresPython;
        if self.requires_python.is_some() {
            return self.invalid(field, line, "the field may not be repeated");
        }
        match parse_line(text) {
            Ok(specifiers) => {
                self.requires_python = Some(specifiers);
                Ok(())
            }
            Err(error) => self.invalid(field, line, error),
        }
    }

    /// Tells an invalid value, or fails if the field is one of the three that identify a release.
    fn invalid(
        &mut self,
        field: Field,
        line: usize,
        reason: impl Display,
    ) -> Result<(), MetadataError> {
        let reason = reason.to_string();
        if field.may_be_dynamic() {
            self.problems
                .push(Problem::on_line(line, field.name(), reason));
            return Ok(());
        }
        Err(MetadataError::Invalid {
            field,
            line,
            reason,
        })
    }

    fn finish(&mut self) -> Result<ResolverMetadata, MetadataError> {
        let (line, metadata_version) = taken(&mut self.metadata_version, Field::MetadataVersion)?;
        if metadata_version.major > MetadataVersion::NEWEST.major {
            return Err(MetadataError::Unsupported {
                line,
                version: metadata_version,
                newest: MetadataVersion::NEWEST,
            });
        }
        Ok(ResolverMetadata {
            metadata_version,
            name: taken(&mut self.name, Field::Name)?.1,
            version: taken(&mut self.version, Field::Version)?.1,
            requires_dist: std::mem::take(&mut self.requires_dist),
            requires_python: self.requires_python.take(),
            provides_extra: std::mem::take(&mut self.provides_extra),
            dynamic: std::mem::take(&mut self.dynamic),
        })
    }
}

fn set<T: FromStr<Err: Display>>(
    slot: &mut Option<(usize, T)>,
    field: Field,
    line: usize,
    text: &str,
) -> Result<(), MetadataError> {
    if let Some((first, _)) = slot {
        return Err(MetadataError::Repeated {
            field,
            first: *first,
            second: line,
        });
    }
    let value = converted(field, line, text)?;
    *slot = Some((line, value));
    Ok(())
}

fn taken<T>(slot: &mut Option<(usize, T)>, field: Field) -> Result<(usize, T), MetadataError> {
    slot.take().ok_or(MetadataError::Missing { field })
}
