//! Round trips, the rules of the specification, and credentials.

use proptest::prelude::*;

use super::*;

#[test]
fn writes_what_it_reads() {
    let cases = [
        r#"{"url":"file:///projects/mine","dir_info":{}}"#,
        r#"{"url":"file:///projects/mine","dir_info":{"editable":false}}"#,
        r#"{"url":"FILE:/projects/mine","dir_info":{"editable":true}}"#,
        r#"{"url":"https://index.example/a.zip","archive_info":{"hashes":{"md5":"1","sha256":"ff"}}}"#,
        r#"{"url":"https://index.example/a.zip","archive_info":{},"subdirectory":"py"}"#,
        r#"{"url":"https://g.example/r.git","vcs_info":{"vcs":"git","commit_id":"aa","requested_revision":"main"}}"#,
        r#"{"url":"https://g.example/\"r\".git","vcs_info":{"vcs":"hg","commit_id":"aa"}}"#,
    ];
    for json in cases {
        let direct_url = DirectUrl::parse(json.as_bytes()).unwrap();
        assert_eq!(direct_url.to_json(DirectUrlFormat::default()), json);
    }
}

#[test]
fn the_deprecated_hash_is_read_and_written() {
    let old = r#"{"url":"https://index.example/a.zip","archive_info":{"hash":"sha256=ff=f"}}"#;
    let direct_url = DirectUrl::parse(old.as_bytes()).unwrap();
    let format = DirectUrlFormat { legacy_hash: true };
    assert_eq!(
        direct_url.to_json(format),
        r#"{"url":"https://index.example/a.zip","archive_info":{"hash":"sha256=ff=f","hashes":{"sha256":"ff=f"}}}"#
    );
}

#[test]
fn the_file_is_that_of_pip() {
    // What `json.dumps(…, sort_keys=True)` gives in Python.
    for (read, written) in [
        (
            r#"{"url":"https://index.example/a.zip","archive_info":{"hashes":{"sha256":"ff"}},"subdirectory":"b"}"#,
            r#"{"archive_info": {"hash": "sha256=ff", "hashes": {"sha256": "ff"}}, "subdirectory": "b", "url": "https://index.example/a.zip"}"#,
        ),
        (
            r#"{"url":"https://index.example/a","vcs_info":{"vcs":"git","commit_id":"c","requested_revision":"ü𝄞"}}"#,
            r#"{"url": "https://index.example/a", "vcs_info": {"commit_id": "c", "requested_revision": "\u00fc\ud834\udd1e", "vcs": "git"}}"#,
        ),
        (
            r#"{"url":"file:///a\"b","dir_info":{}}"#,
            r#"{"dir_info": {}, "url": "file:///a\"b"}"#,
        ),
    ] {
        let direct_url = DirectUrl::parse(read.as_bytes()).unwrap();
        assert_eq!(direct_url.to_file(), written);
    }
}

#[test]
fn names_the_key_and_the_reason() {
    let cases = [
        (
            "{",
            "direct_url.json is not JSON (line 1, column 1): EOF while parsing an object at line 1 column 1",
        ),
        (
            "[]",
            "direct_url.json: `the whole text` is an array, not an object",
        ),
        (r#"{"dir_info":{}}"#, "direct_url.json has no `url`"),
        (
            r#"{"url":null,"dir_info":{}}"#,
            "direct_url.json has no `url`",
        ),
        (
            r#"{"url":1,"dir_info":{}}"#,
            "direct_url.json: `url` is a number, not a string",
        ),
        (
            r#"{"url":"file:///a"}"#,
            "direct_url.json must have exactly one of `archive_info`, `vcs_info` and `dir_info`, not 0",
        ),
        (
            r#"{"url":"file:///a","dir_info":{},"archive_info":{}}"#,
            "direct_url.json must have exactly one of `archive_info`, `vcs_info` and `dir_info`, not 2",
        ),
        (
            r#"{"url":"a","vcs_info":{"vcs":"git"}}"#,
            "direct_url.json has no `vcs_info.commit_id`",
        ),
        (
            r#"{"url":"a","vcs_info":{"vcs":"git","commit_id":5}}"#,
            "direct_url.json: `vcs_info.commit_id` is a number, not a string",
        ),
        (
            r#"{"url":"a","archive_info":{"hashes":{"md5":1}}}"#,
            "direct_url.json: `archive_info.hashes.md5` is a number, not a string",
        ),
        (
            r#"{"url":"a","archive_info":{"hash":"md5:1"}}"#,
            "direct_url.json: `archive_info.hash` is `md5:1`, not `<algorithm>=<digest>`",
        ),
        (
            r#"{"url":"a","archive_info":{"hash":"md5=1","hashes":{"sha256":"f"}}}"#,
            "direct_url.json: `archive_info.hash` and `archive_info.hashes` disagree on `md5`",
        ),
        (
            r#"{"url":"https://a/b","dir_info":{}}"#,
            "direct_url.json: `https://a/b` is not an absolute `file:` URL, as `dir_info` demands",
        ),
        (
            r#"{"url":"file:a","dir_info":{}}"#,
            "direct_url.json: `file:a` is not an absolute `file:` URL, as `dir_info` demands",
        ),
        (
            r#"{"url":"file://host","dir_info":{}}"#,
            "direct_url.json: `file://host` is not an absolute `file:` URL, as `dir_info` demands",
        ),
        (
            r#"{"url":"file:///a","dir_info":{"editable":"yes"}}"#,
            "direct_url.json: `dir_info.editable` is a string, not a boolean",
        ),
    ];
    for (json, message) in cases {
        assert_eq!(
            DirectUrl::parse(json.as_bytes()).unwrap_err().to_string(),
            message
        );
    }
}

#[test]
fn credentials_are_stripped_unless_harmless() {
    let git: &[&str] = &["git"];
    let cases = [
        ("https://u:p@h/r?a@b", "https://h/r?a@b"),
        ("https://u:p@q@h", "https://h"),
        ("ssh://git@h/r", "ssh://git@h/r"),
        ("ssh://hg@h/r", "ssh://h/r"),
        ("https://${U}:${P-1}@h/r", "https://${U}:${P-1}@h/r"),
        ("https://${U}@h/r", "https://${U}@h/r"),
        ("https://${}@h/r", "https://h/r"),
        ("https://u:${P}@h/r", "https://h/r"),
        ("https://h/r@main", "https://h/r@main"),
        ("file:/a@b", "file:/a@b"),
    ];
    for (url, expected) in cases {
        assert_eq!(strip_credentials(url, git), expected);
    }
}

fn origins() -> impl Strategy<Value = Origin> {
    prop_oneof![
        proptest::collection::btree_map("[a-z0-9]{1,4}", ".{0,4}", 0..3)
            .prop_map(|hashes| Origin::Archive { hashes }),
        (".{0,4}", ".{0,4}", proptest::option::of(".{0,4}")).prop_map(
            |(vcs, commit_id, requested_revision)| Origin::Vcs {
                vcs,
                commit_id,
                requested_revision
            }
        ),
        any::<Option<bool>>().prop_map(|editable| Origin::Directory { editable }),
    ]
}

proptest! {
    #[test]
    fn writing_then_reading_is_identity(
        path in ".{0,9}", origin in origins(), subdirectory in proptest::option::of(".{0,4}"), legacy_hash: bool,
    ) {
        let direct_url = DirectUrl { url: format!("file:///{path}"), origin, subdirectory };
        let json = direct_url.to_json(DirectUrlFormat { legacy_hash });
        prop_assert_eq!(DirectUrl::parse(json.as_bytes()).unwrap(), direct_url);
    }
}
