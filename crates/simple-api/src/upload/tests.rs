//! Tests of this module's parent, `upload`.

use super::*;

const SHA: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

/// The fields that twine 7.0 sends for a small wheel.
fn twine() -> Vec<(&'static str, &'static str)> {
    vec![
        ("metadata_version", "2.4"),
        ("name", "some-project"),
        ("version", "1.0"),
        ("keywords", "one, two"),
        ("classifiers", "A :: B"),
        ("classifiers", "A :: C"),
        ("requires_dist", "other"),
        ("project_urls", "Home, https://project.example"),
        ("provides_extra", "x"),
        ("pyversion", "py3"),
        ("filetype", "bdist_wheel"),
        ("sha256_digest", SHA),
        ("blake2_256_digest", SHA),
        (":action", "file_upload"),
        ("protocol_version", "1"),
    ]
}

#[test]
fn a_form_is_read_and_sent_again() {
    let form = UploadForm::from_fields(twine()).unwrap();
    assert_eq!(form.file_type, FileType::Wheel);
    assert_eq!(form.value("name"), Some("some-project"));
    assert_eq!(
        form.values("classifiers").collect::<Vec<_>>(),
        ["A :: B", "A :: C"]
    );
    assert_eq!(form.fields(), twine());
}

#[test]
fn what_is_refused() {
    let table: &[(&str, Option<&str>, &str)] = &[
        (":action", None, "the field `:action` is missing"),
        (
            ":action",
            Some("submit"),
            "`:action` is `submit`; only `file_upload` is known",
        ),
        (
            "protocol_version",
            Some("2"),
            "`protocol_version` is `2`; only `1` is known",
        ),
        ("filetype", None, "the field `filetype` is missing"),
        (
            "filetype",
            Some("bdist_egg"),
            "`filetype` is `bdist_egg`; only `sdist` and `bdist_wheel` can be uploaded",
        ),
        (
            "filetype",
            Some("sdist"),
            "`pyversion` is `py3`, which does not fit a file of type `sdist`",
        ),
        ("pyversion", None, "the field `pyversion` is missing"),
        (
            "pyversion",
            Some("source"),
            "`pyversion` is `source`, which does not fit a file of type `bdist_wheel`",
        ),
        ("name", None, "the field `name` is missing"),
        ("name", Some("UNKNOWN"), "the field `name` is missing"),
        (
            "sha256_digest",
            Some("12"),
            "`sha256_digest` is not a digest of 64 hexadecimal digits",
        ),
    ];
    for (field, value, expected) in table {
        let mut fields = twine();
        fields.retain(|(name, _)| name != field);
        fields.extend(value.map(|value| (*field, value)));
        let error = UploadForm::from_fields(fields).unwrap_err();
        assert_eq!(error.to_string(), *expected, "{field}");
    }
    for field in ["name", "filetype", ":action"] {
        let mut fields = twine();
        fields.push(*fields.iter().find(|(name, _)| *name == field).unwrap());
        let error = UploadForm::from_fields(fields).unwrap_err();
        assert_eq!(error, UploadFormError::Repeated(field.to_owned()));
    }
    let fields = twine()
        .into_iter()
        .filter(|(name, _)| !name.ends_with("_digest"));
    assert_eq!(
        UploadForm::from_fields(fields).unwrap_err(),
        UploadFormError::NoDigest
    );
}

#[test]
fn older_names_and_empty_values() {
    let mut fields = twine();
    fields.extend([
        ("provides_extras", "y"),
        ("summary", ""),
        ("license", "UNKNOWN"),
        ("unknown", "z"),
        ("md5_digest", ""),
    ]);
    let form = UploadForm::from_fields(fields).unwrap();
    assert_eq!(
        form.values("provides_extra").collect::<Vec<_>>(),
        ["x", "y"]
    );
    assert_eq!(
        form.value("summary")
            .or(form.value("license"))
            .or(form.value("unknown")),
        None
    );
    assert_eq!(form.md5_digest, None);
}
