//! Forms that agree with a file, and forms that do not.

use tilsit_packaging::metadata::CoreMetadata;
use tilsit_simple_api::upload::{FileType, UploadForm};

use super::differing_fields;

const METADATA: &str = "Metadata-Version: 2.4\nName: Demo.Pkg\nVersion: 1.0\n\
    Summary: short\nLicense: line one\n        \n        line two\nKeywords: a, b\n\
    Requires-Dist: idna >=3,<4\nRequires-Dist: rich; extra == 'nice'\nProvides-Extra: nice\n\
    Requires-Python: >=3.9\nClassifier: A :: B\nClassifier: C :: D\n\
    Project-URL: Source, https://index.example/\n\n# Demo\n\nText.\n";

fn differing(fields: &[(&str, &str)]) -> Vec<String> {
    let (metadata, _) = CoreMetadata::parse(METADATA.as_bytes()).expect("metadata");
    let mut form = UploadForm::new(FileType::Wheel, "py3");
    form.push("metadata_version", "2.1");
    form.push("name", "demo-pkg");
    form.push("version", "1.0");
    for (name, value) in fields {
        form.push(name, *value);
    }
    differing_fields(&form, &metadata)
}

#[test]
fn what_means_the_same_agrees() {
    let table: &[&[(&str, &str)]] = &[
        &[],
        &[("summary", "short")],
        &[("license", "line one\n\nline two")],
        &[("license", "line one\r\n\r\nline two")],
        &[("keywords", "a,b")],
        &[
            ("requires_dist", "rich; extra == \"nice\""),
            ("requires_dist", "idna<4,>=3"),
        ],
        &[("requires_python", ">= 3.9")],
        &[("classifiers", "C :: D"), ("classifiers", "A :: B")],
        &[("project_urls", "Source,https://index.example/")],
        &[("description", "# Demo\r\n\r\nText.")],
        &[("description", "# Demo\n\nText.\n\n\n")],
        &[("provides", "demo_pkg")],
    ];
    for fields in table {
        assert_eq!(differing(fields), Vec::<String>::new(), "{fields:?}");
    }
}

#[test]
fn what_differs_is_named() {
    let table: &[(&str, &str)] = &[
        ("summary", "shorter"),
        ("license", "line one"),
        ("requires_dist", "idna<4,>=3"),
        (
            "requires_dist",
            "idna<4,>=3\nRequires-Dist: rich; extra == 'nice'",
        ),
        ("requires_python", ">=3.8"),
        ("classifiers", "A :: B"),
        ("project_urls", "Source, https://other.example/"),
        ("description", "# Demo"),
        ("author", "somebody"),
        ("home_page", "https://index.example/"),
        ("license_expression", "MIT"),
    ];
    for (name, value) in table {
        assert_eq!(differing(&[(name, value)]), [*name], "{name}: {value}");
    }
}
