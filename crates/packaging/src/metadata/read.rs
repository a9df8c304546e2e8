//! Reading core metadata: headers sorted by field, each field's value checked and converted.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use super::{CoreMetadata, Field, ImportName, MetadataError, MetadataVersion};
use crate::headers::{Message, is_line_boundary};
use crate::name::ProjectName;
use crate::path::is_confined;
use crate::problem::Problem;
use crate::text::python_trim;

/// A header's value and its line.
type Value<'a> = (usize, Cow<'a, str>);

/// The values of a file by field, and what was found wrong so far.
struct Fields<'a> {
    values: Vec<Vec<Value<'a>>>,
    problems: Vec<Problem>,
}

pub(super) fn read(bytes: &[u8]) -> Result<(CoreMetadata, Vec<Problem>), MetadataError> {
    let message = Message::parse(bytes);
    let mut fields = Fields::sort(&message)?;
    let mut metadata = release(&fields)?;
    fields.check_version(metadata.metadata_version);
    fields.check_age(metadata.metadata_version);
    texts(&mut fields, &mut metadata);
    typed_values(&mut fields, &mut metadata);
    metadata.dynamic = dynamic(&mut fields);
    metadata.description = description(&mut fields, &message);
    check_licenses(&mut fields, &metadata);
    let mut problems = fields.problems;
    problems.sort_by_key(|problem| problem.line);
    Ok((metadata, problems))
}

impl<'a> Fields<'a> {
    fn sort(message: &Message<'a>) -> Result<Fields<'a>, MetadataError> {
        let mut fields = Fields {
            values: vec![Vec::new(); Field::ALL.len()],
            problems: message.problems.clone(),
        };
        for header in &message.headers {
            let line = header.line;
            let reason = match (Field::from_name(header.name), header.text()) {
                (Some(field), Some(text)) => {
                    fields.values[field as usize].push((line, text));
                    continue;
                }
                (None, _) => "no field of core metadata has this name",
                (Some(field), None) if !field.may_be_dynamic() => {
                    return Err(MetadataError::Invalid {
                        field,
                        line,
                        reason: String::from("the value is not UTF-8"),
                    });
                }
                (Some(_), None) => "the value is not UTF-8",
            };
            fields
                .problems
                .push(Problem::on_line(line, header.name, reason));
        }
        Ok(fields)
    }

    fn report(&mut self, field: Field, line: usize, reason: impl Display) {
        self.problems
            .push(Problem::on_line(line, field.name(), reason.to_string()));
    }

    /// The one value of a field; several are told, and the first counts.
    fn one(&mut self, field: Field) -> Option<Value<'a>> {
        let values = std::mem::take(&mut self.values[field as usize]);
        if let Some((line, _)) = values.get(1) {
            self.report(field, *line, "the field may not be repeated");
        }
        values.into_iter().next()
    }

    fn text(&mut self, field: Field) -> Option<String> {
        Some(self.one(field)?.1.into_owned())
    }

    /// The one value of a field, converted.
    fn parsed<T: FromStr<Err: Display>>(&mut self, field: Field) -> Option<T> {
        let (line, text) = self.one(field)?;
        self.convert(field, line, &text)
    }

    fn list(&mut self, field: Field) -> Vec<String> {
        let values = std::mem::take(&mut self.values[field as usize]);
        values
            .into_iter()
            .map(|(_, text)| text.into_owned())
            .collect()
    }

    /// The values of a field, converted; those that can not be are told and left out.
    fn parsed_list<T: FromStr<Err: Display>>(&mut self, field: Field) -> Vec<T> {
        let values = std::mem::take(&mut self.values[field as usize]);
        let values = values.iter();
        values
            .filter_map(|(line, text)| self.convert(field, *line, text))
            .collect()
    }

    fn convert<T: FromStr<Err: Display>>(
        &mut self,
        field: Field,
        line: usize,
        text: &str,
    ) -> Option<T> {
        match parse_line(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.report(field, line, reason);
                None
            }
        }
    }

    fn check_version(&mut self, version: MetadataVersion) {
        if version.is_published() {
            return;
        }
        let line = self.values[Field::MetadataVersion as usize][0].0;
        let reason = if version > MetadataVersion::NEWEST {
            format!(
                "version {version} is newer than {}",
                MetadataVersion::NEWEST
            )
        } else {
            format!("version {version} was never published")
        };
        self.report(Field::MetadataVersion, line, reason);
    }

    /// Tells fields that the file's version of core metadata does not have.
    fn check_age(&mut self, version: MetadataVersion) {
        for &field in Field::ALL {
            if field.added() > version
                && let Some(&(line, _)) = self.values[field as usize].first()
            {
                let added = field.added();
                let reason = format!("the field came with metadata {added}, not {version}");
                self.report(field, line, reason);
            }
        }
    }
}

/// The three fields without which the file is about nothing.
fn release(fields: &Fields<'_>) -> Result<CoreMetadata, MetadataError> {
    let (line, version) = required(fields, Field::MetadataVersion)?;
    let metadata_version: MetadataVersion = converted(Field::MetadataVersion, line, version)?;
    if metadata_version.major > MetadataVersion::NEWEST.major {
        return Err(MetadataError::Unsupported {
            line,
            version: metadata_version,
            newest: MetadataVersion::NEWEST,
        });
    }
    let (line, name) = required(fields, Field::Name)?;
    let project_name: ProjectName = converted(Field::Name, line, name)?;
    let (line, version) = required(fields, Field::Version)?;
    let version = converted(Field::Version, line, version)?;
    Ok(CoreMetadata::of(
        metadata_version,
        name.to_owned(),
        project_name,
        version,
    ))
}

fn required<'f>(fields: &'f Fields<'_>, field: Field) -> Result<(usize, &'f str), MetadataError> {
    match &*fields.values[field as usize] {
        [] => Err(MetadataError::Missing { field }),
        [(line, text)] => Ok((*line, text)),
        [(first, _), (second, _), ..] => Err(MetadataError::Repeated {
            field,
            first: *first,
            second: *second,
        }),
    }
}

pub(super) fn converted<T: FromStr<Err: Display>>(
    field: Field,
    line: usize,
    text: &str,
) -> Result<T, MetadataError> {
    parse_line(text).map_err(|reason| MetadataError::Invalid {
        field,
        line,
        reason,
    })
}

/// Converts a value that has a form. None of them has more than one line, and a character that ends
/// a line for some reader would not survive being written.
pub(super) fn parse_line<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    if text.contains(is_line_boundary) {
        return Err(String::from("the value has more than one line"));
    }
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Fields that are texts and lists of texts.
fn texts(fields: &mut Fields<'_>, metadata: &mut CoreMetadata) {
    let summary = fields.one(Field::Summary);
    if let Some((line, text)) = &summary
        && text.contains(is_line_boundary)
    {
        fields.report(Field::Summary, *line, "the summary has more than one line");
    }
    metadata.summary = summary.map(|(_, text)| text.into_owned());
    metadata.keywords = fields.text(Field::Keywords).map_or_else(Vec::new, |text| {
        text.split(',')
            .map(|word| python_trim(word).to_owned())
            .collect()
    });
    metadata.home_page = fields.text(Field::HomePage);
    metadata.download_url = fields.text(Field::DownloadUrl);
    metadata.author = fields.text(Field::Author);
    metadata.author_email = fields.text(Field::AuthorEmail);
    metadata.maintainer = fields.text(Field::Maintainer);
    metadata.maintainer_email = fields.text(Field::MaintainerEmail);
    metadata.license = fields.text(Field::License);
    metadata.platforms = fields.list(Field::Platform);
    metadata.supported_platforms = fields.list(Field::SupportedPlatform);
    metadata.classifiers = fields.list(Field::Classifier);
    metadata.requires_external = fields.list(Field::RequiresExternal);
    metadata.provides_dist = fields.list(Field::ProvidesDist);
    metadata.obsoletes_dist = fields.list(Field::ObsoletesDist);
    metadata.requires = fields.list(Field::Requires);
    metadata.provides = fields.list(Field::Provides);
    metadata.obsoletes = fields.list(Field::Obsoletes);
}

/// Fields whose values have a form.
fn typed_values(fields: &mut Fields<'_>, metadata: &mut CoreMetadata) {
    metadata.description_content_type = fields.parsed(Field::DescriptionContentType);
    metadata.license_expression = fields.parsed(Field::LicenseExpression);
    metadata.requires_dist = fields.parsed_list(Field::RequiresDist);
    metadata.requires_python = fields.parsed(Field::RequiresPython);
    metadata.provides_extra = fields.parsed_list(Field::ProvidesExtra);
    metadata.license_files = license_files(fields);
    metadata.project_urls = project_urls(fields);
    let names = &fields.values[Field::ImportName as usize];
    metadata.import_names = match names.as_slice() {
        [] => None,
        [(_, only)] if only.is_empty() => Some(Vec::new()),
        _ => Some(fields.parsed_list::<ImportName>(Field::ImportName)),
    };
    metadata.import_namespaces = fields.parsed_list(Field::ImportNamespace);
}

fn license_files(fields: &mut Fields<'_>) -> Vec<String> {
    let values = std::mem::take(&mut fields.values[Field::LicenseFile as usize]);
    let mut paths = Vec::with_capacity(values.len());
    for (line, path) in values {
        if path.contains('*') {
            let reason = format!("`{path}` is a pattern, not the path of a file");
            fields.report(Field::LicenseFile, line, reason);
        } else if !is_confined(&path) || path.contains("..") {
            let reason =
                format!("`{path}` is not a plain relative path with `/` between its parts");
            fields.report(Field::LicenseFile, line, reason);
        } else {
            paths.push(path.into_owned());
        }
    }
    paths
}

fn project_urls(fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let values = std::mem::take(&mut fields.values[Field::ProjectUrl as usize]);
    let mut urls: Vec<(String, String)> = Vec::with_capacity(values.len());
    for (line, value) in values {
        let (label, url) = value.split_once(',').unwrap_or((&value, ""));
        let (label, url) = (python_trim(label), python_trim(url));
        if urls.iter().any(|(found, _)| found == label) {
            let reason = format!("the label `{label}` is given twice");
            fields.report(Field::ProjectUrl, line, reason);
        }
        urls.push((label.to_owned(), url.to_owned()));
    }
    urls
}

fn dynamic(fields: &mut Fields<'_>) -> Vec<Field> {
    let values = std::mem::take(&mut fields.values[Field::Dynamic as usize]);
    let mut dynamic = Vec::with_capacity(values.len());
    for (line, name) in values {
        match Field::from_name(&name) {
            Some(field) if field.may_be_dynamic() => dynamic.push(field),
            Some(field) => {
                fields.report(
                    Field::Dynamic,
                    line,
                    format!("`{field}` can not be dynamic"),
                );
            }
            None => {
                let reason = format!("`{name}` is no field of core metadata");
                fields.report(Field::Dynamic, line, reason);
            }
        }
    }
    dynamic
}

/// The body if there is one, else the header.
fn description(fields: &mut Fields<'_>, message: &Message<'_>) -> Option<String> {
    let header = fields
        .one(Field::Description)
        .filter(|(_, text)| !text.is_empty());
    let line = message.body_line;
    if message.body.is_empty() {
        return header.map(|(_, text)| text.into_owned());
    }
    if is_multipart(message) {
        let reason = "the body is a MIME multipart message, not a description";
        fields.report(Field::Description, line, reason);
        return header.map(|(_, text)| text.into_owned());
    }
    let Ok(body) = std::str::from_utf8(message.body) else {
        fields.report(Field::Description, line, "the body is not UTF-8");
        return header.map(|(_, text)| text.into_owned());
    };
    if header.is_some() {
        let reason = "there is a description in the headers and one in the body, which counts";
        fields.report(Field::Description, line, reason);
    }
    Some(body.to_owned())
}

fn is_multipart(message: &Message<'_>) -> bool {
    let content_type = message.value("Content-Type").unwrap_or_default();
    content_type.to_ascii_lowercase().starts_with("multipart/")
}

/// PEP 639: an expression replaces the free text and the license classifiers.
fn check_licenses(fields: &mut Fields<'_>, metadata: &CoreMetadata) {
    if metadata.license_expression.is_none() {
        return;
    }
    let mut report = |field: Field, reason: &str| {
        fields.problems.push(Problem {
            line: None,
            column: None,
            subject: field.name().to_owned(),
            reason: reason.to_owned(),
        });
    };
    if metadata.license.is_some() {
        let reason = "`License` may not stand beside a license expression";
        report(Field::LicenseExpression, reason);
    }
    let mut classifiers = metadata.classifiers.iter();
    if classifiers.any(|classifier| classifier.starts_with("License ::")) {
        let reason = "license classifiers may not stand beside a license expression";
        report(Field::Classifier, reason);
    }
}
