//! What is a place in a store.

use super::{S3Location, S3Options};

#[test]
fn bucket_and_prefix() {
    for (text, bucket, prefix) in [
        ("s3://files", "files", ""),
        ("s3://files/", "files", ""),
        ("s3://my-files.1/index", "my-files.1", "index"),
        ("s3://files/a_b/c.d/", "files", "a_b/c.d"),
    ] {
        let location: S3Location = text.parse().expect(text);
        assert_eq!((&*location.bucket, &*location.prefix), (bucket, prefix));
        assert_eq!(location.to_string(), text.trim_end_matches('/'));
    }
}

#[test]
fn what_is_none() {
    for text in [
        "",
        "files",
        "S3://files",
        "s3://",
        "s3:///index",
        "s3://ab",
        "s3://Files",
        "s3://files/a//b",
        "s3://files/../x",
        "s3://files/a b",
        "s3://key:secret@files/x",
        "s3://files/?x",
    ] {
        let error = text.parse::<S3Location>().expect_err(text).to_string();
        assert!(
            error.contains(&format!("`{text}` is not `s3://")),
            "{error}"
        );
    }
}

#[test]
fn keys_are_not_shown() {
    let options = S3Options {
        location: "s3://files".parse().expect("a place"),
        endpoint: None,
        region: "r".to_owned(),
        access_key_id: "the id".to_owned(),
        secret_access_key: "the secret".to_owned(),
        session_token: Some("the token".to_owned()),
        certificates: None,
        pause_max: S3Options::PAUSE_MAX,
    };
    let shown = format!("{options:?}");
    assert!(
        shown.contains("files") && !shown.contains("the "),
        "{shown}"
    );
}
