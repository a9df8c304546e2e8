//! Writing core metadata: fields in the order of [`Field`], the description as body.

use std::fmt::Display;

use super::{CoreMetadata, Field};
use crate::headers::push_header;

pub(super) fn write(metadata: &CoreMetadata) -> String {
    let mut out = Writer::default();
    out.one(Field::MetadataVersion, Some(&metadata.metadata_version));
    out.one(Field::Name, Some(&metadata.name));
    out.one(Field::Version, Some(&metadata.version));
    out.many(Field::Dynamic, &metadata.dynamic);
    out.many(Field::Platform, &metadata.platforms);
    out.many(Field::SupportedPlatform, &metadata.supported_platforms);
    out.one(Field::Summary, metadata.summary.as_ref());
    out.one(
        Field::DescriptionContentType,
        metadata.description_content_type.as_ref(),
    );
    if !metadata.keywords.is_empty() {
        out.one(Field::Keywords, Some(&metadata.keywords.join(",")));
    }
    out.one(Field::HomePage, metadata.home_page.as_ref());
    out.one(Field::DownloadUrl, metadata.download_url.as_ref());
    out.one(Field::Author, metadata.author.as_ref());
    out.one(Field::AuthorEmail, metadata.author_email.as_ref());
    out.one(Field::Maintainer, metadata.maintainer.as_ref());
    out.one(Field::MaintainerEmail, metadata.maintainer_email.as_ref());
    out.one(Field::License, metadata.license.as_ref());
    out.one(
        Field::LicenseExpression,
        metadata.license_expression.as_ref(),
    );
    out.many(Field::LicenseFile, &metadata.license_files);
    out.many(Field::Classifier, &metadata.classifiers);
    out.many(Field::RequiresDist, &metadata.requires_dist);
    out.one(Field::RequiresPython, metadata.requires_python.as_ref());
    out.many(Field::RequiresExternal, &metadata.requires_external);
    for (label, url) in &metadata.project_urls {
        out.one(Field::ProjectUrl, Some(&format!("{label}, {url}")));
    }
    out.many(Field::ProvidesExtra, &metadata.provides_extra);
    out.many(Field::ProvidesDist, &metadata.provides_dist);
    out.many(Field::ObsoletesDist, &metadata.obsoletes_dist);
    match metadata.import_names.as_deref() {
        Some([]) => out.one(Field::ImportName, Some(&"")),
        names => out.many(Field::ImportName, names.unwrap_or_default()),
    }
    out.many(Field::ImportNamespace, &metadata.import_namespaces);
    out.many(Field::Requires, &metadata.requires);
    out.many(Field::Provides, &metadata.provides);
    out.many(Field::Obsoletes, &metadata.obsoletes);
    out.finish(metadata.description.as_deref())
}

#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn one<T: Display>(&mut self, field: Field, value: Option<&T>) {
        if let Some(value) = value {
            push_header(&mut self.text, field.name(), &value.to_string());
        }
    }

    fn many<T: Display>(&mut self, field: Field, values: &[T]) {
        for value in values {
            self.one(field, Some(value));
        }
    }

    fn finish(mut self, description: Option<&str>) -> String {
        if let Some(description) = description {
            self.text.push('\n');
            self.text.push_str(description);
        }
        self.text
    }
}
