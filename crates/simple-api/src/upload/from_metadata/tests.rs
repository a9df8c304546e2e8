//! A form from metadata with every kind of field.

use tilsit_packaging::metadata::CoreMetadata;

use crate::upload::{FileType, UploadForm};

#[test]
fn every_field_of_the_metadata_is_in_the_form() {
    let text = "Metadata-Version: 2.4\nName: Demo.Pkg\nVersion: 1.0\nSummary: short\n\
        Keywords: a,b\nAuthor-email: Ann <ann@index.example>\nLicense-Expression: MIT\n\
        License-File: LICENSE\nClassifier: Programming Language :: Python\n\
        Requires-Dist: idna>=3\nRequires-Dist: rich; extra == \"nice\"\nRequires-Python: >=3.9\n\
        Project-URL: Source, https://index.example/\nProvides-Extra: nice\n\
        Description-Content-Type: text/markdown\n\n# Demo\n";
    let (metadata, problems) = CoreMetadata::parse(text.as_bytes()).expect("metadata");
    assert!(problems.is_empty(), "{problems:?}");
    let form = UploadForm::from_metadata(&metadata, FileType::Wheel, "py3");
    let fields: Vec<(&str, &str)> = form
        .metadata
        .iter()
        .map(|(name, value)| (name.as_str(), value.trim()))
        .collect();
    assert_eq!(
        fields,
        [
            ("metadata_version", "2.4"),
            ("name", "Demo.Pkg"),
            ("version", "1.0"),
            ("summary", "short"),
            ("description", "# Demo"),
            ("description_content_type", "text/markdown"),
            ("keywords", "a,b"),
            ("author_email", "Ann <ann@index.example>"),
            ("license_expression", "MIT"),
            ("requires_python", ">=3.9"),
            ("classifiers", "Programming Language :: Python"),
            ("requires_dist", "idna>=3"),
            ("requires_dist", "rich; extra == \"nice\""),
            ("project_urls", "Source, https://index.example/"),
            ("provides_extra", "nice"),
            ("license_file", "LICENSE"),
        ]
    );
}
