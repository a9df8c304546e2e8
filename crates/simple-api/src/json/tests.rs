//! Tests of this module's parent, `json`.

use url::Url;

use super::*;
use crate::page::{CoreMetadataFile, Namespace, ProjectState, Yanked};
use crate::{ApiVersion, ListedProject, ProjectList, ProjectPage};

const SHA: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

fn url() -> Url {
    "https://index.example/simple/some-project/"
        .parse()
        .unwrap()
}

fn page(files: &str) -> String {
    format!(
        r#"{{"meta":{{"api-version":"1.4"}},"name":"some-project","versions":["1.0"],"files":[{files}]}}"#
    )
}

fn parse(text: &str) -> Result<ProjectPage, JsonPageError> {
    parse_json(text.as_bytes(), Some(&url()))
}

#[test]
fn serials_that_are_no_numbers_cost_nothing() {
    for (serial, read) in [
        ("7", Some(7)),
        (r#""42841908""#, Some(42_841_908)),
        (r#""soon""#, None),
        ("-1", None),
        ("null", None),
        (r#"{"at":[7]}"#, None),
    ] {
        let meta = format!(r#"{{"api-version":"1.1","_last-serial":{serial}}}"#);
        let page = parse(&format!(r#"{{"meta":{meta},"name":"a","files":[]}}"#)).unwrap();
        assert_eq!(page.last_serial, read, "{serial}");
        let list =
            format!(r#"{{"meta":{meta},"projects":[{{"name":"a","_last-serial":{serial}}}]}}"#);
        let list = parse_list_json(list.as_bytes()).unwrap();
        assert_eq!(list.last_serial, read, "{serial}");
        assert_eq!(list.projects[0].last_serial, read, "{serial}");
    }
}

#[test]
fn a_page_with_everything() {
    let text = format!(
        r#"{{"meta":{{"api-version":"1.5","_last-serial":7,"new":1}},"name":"some-project","new":[],
        "project-status":{{"status":"quarantined","reason":"malware"}},"alternate-locations":[],
        "versions":["0.9","1.0"],"namespaces":[{{"name":"some","owned":true}}],
        "files":[{{"filename":"some_project-1.0-py3-none-any.whl","url":"some_project-1.0-py3-none-any.whl",
          "hashes":{{"sha256":"{SHA}","blake2b":"{SHA}{SHA}"}},"requires-python":">=3.9","size":12,
          "upload-time":"2026-01-02T03:04:05.600000Z","yanked":"bro\u006ben","core-metadata":{{"sha256":"{SHA}"}},
          "dist-info-metadata":false,"provenance":"https://index.example/integrity/1","gpg-sig":true}},
         {{"filename":"some-project-0.9.tar.gz","url":"https://files.example/some-project-0.9.tar.gz",
          "hashes":{{}},"requires-python":null,"yanked":false,"provenance":null,"upload-time":"soon",
          "data-dist-info-metadata":true}}]}}"#
    );
    let page = parse(&text).unwrap();
    assert_eq!(page.api_version, ApiVersion { major: 1, minor: 5 });
    assert_eq!(page.last_serial, Some(7));
    assert_eq!(page.status.state, ProjectState::Quarantined);
    assert_eq!(page.status.reason.as_deref(), Some("malware"));
    assert_eq!(page.versions, ["0.9", "1.0"]);
    assert_eq!(
        page.namespaces,
        Some(vec![Namespace {
            name: "some".to_owned(),
            owned: true
        }])
    );
    let [wheel, sdist] = &page.files[..] else {
        panic!("{:?}", page.files)
    };
    assert_eq!(
        page.file_url(wheel).unwrap().as_str(),
        "https://index.example/simple/some-project/some_project-1.0-py3-none-any.whl"
    );
    assert_eq!(
        wheel
            .hashes
            .iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        ["blake2b", "sha256"]
    );
    assert_eq!(wheel.yanked, Yanked::Yes(Some("broken".into())));
    assert!(matches!(wheel.core_metadata, CoreMetadataFile::Hashed(_)));
    assert_eq!(wheel.size_bytes, Some(12));
    assert_eq!(
        wheel.upload_time.unwrap().to_string(),
        "2026-01-02T03:04:05.6Z"
    );
    assert_eq!(sdist.requires_python, None);
    assert_eq!(sdist.upload_time, None);
    assert_eq!(sdist.yanked, Yanked::No);
    assert_eq!(sdist.core_metadata, CoreMetadataFile::Yes);
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    let body = b"{\"name\":\n  \"\xff\"}";
    let error = parse_json(body, None).unwrap_err().to_string();
    assert!(
        error.ends_with("it is not UTF-8 (line 2, column 4)"),
        "{error}"
    );
}

#[test]
fn what_is_refused() {
    let table = [
        (
            "<html>",
            "is not a JSON page of the Simple API: expected value (line 1, column 1)",
        ),
        (
            r#"{"message":"not found"}"#,
            "missing field `meta` (line 1, column 23)",
        ),
        (
            r#"{"meta":{"api-version":"1.0"},"files":[]}"#,
            "missing field `name`",
        ),
        (
            r#"{"meta":{"api-version":"2.0"},"projects":5}"#,
            "speaks version 2.0",
        ),
        (
            r#"{"meta":{"api-version":"one"},"name":"a","files":[]}"#,
            "`one` is not a version",
        ),
        (
            r#"{"meta":{"api-version":"1.0"},"name":"a","name":"b","files":[]}"#,
            "duplicate field `name`",
        ),
        (
            r#"{"meta":{"api-version":"1.0"},"name":"a","files":[]} x"#,
            "trailing characters",
        ),
    ];
    for (body, expected) in table {
        let error = parse(body).unwrap_err().to_string();
        assert!(error.contains(expected), "{body}: {error}");
    }
}

#[test]
fn files_that_cannot_be_used_cost_only_themselves() {
    let good = r#"{"filename":"a-1.tar.gz","url":"a-1.tar.gz","hashes":{}}"#;
    let table = [
        (
            r#"{"filename":"b-1.tar.gz","url":"file:///etc/passwd","hashes":{}}"#,
            "`file` URL",
        ),
        (
            r#"{"filename":"b-1.tar.gz","url":"b-1.tar.gz","hashes":{"sha256":"12"}}"#,
            "not a digest",
        ),
        (
            r#"{"filename":"b-1.tar.gz","url":"b-1.tar.gz"}"#,
            "missing field `hashes`",
        ),
        (
            r#"{"filename":"b-1.tar.gz","url":"b-1.tar.gz","hashes":{},"size":-1}"#,
            "integer `-1`",
        ),
        (
            r#"{"filename":"b-1.tar.gz","url":"b-1.tar.gz","hashes":{},"yanked":[1]}"#,
            "sequence",
        ),
        (
            r#"{"filename":"../b","url":"b-1.tar.gz","hashes":{}}"#,
            "not the name of a file",
        ),
        (
            r#"{"filename":"","url":"b-1.tar.gz","hashes":{}}"#,
            "not the name of a file",
        ),
        ("7", "integer `7`"),
    ];
    for (bad, expected) in table {
        let page = parse(&page(&format!("{bad},{good}"))).unwrap();
        assert_eq!(page.files.len(), 1, "{bad}");
        assert!(
            page.unusable[0].reason.contains(expected),
            "{bad}: {:?}",
            page.unusable
        );
    }
}

#[test]
fn what_is_written_is_read_back() {
    let text = page(&format!(
        r#"{{"filename":"a-1.tar.gz","url":"a-1.tar.gz","hashes":{{"sha256":"{SHA}","zz":"1"}},"size":1,"yanked":true}},
           {{"filename":"a-2.whl","url":"//x.example/a-2.whl","hashes":{{}},"size":2,"core-metadata":true,"yanked":"<x>"}}"#
    ));
    let mut page = parse(&text).unwrap();
    for namespaces in [None, Some(Vec::new())] {
        page.api_version = if namespaces.is_none() {
            ApiVersion::WITH_STATUS
        } else {
            ApiVersion::WITH_NAMESPACES
        };
        page.namespaces = namespaces;
        let written = to_json(&page);
        assert_eq!(parse_json(&written, Some(&url())).unwrap(), page);
        assert_eq!(to_json(&parse_json(&written, None).unwrap()), written);
    }
}

#[test]
fn the_canonical_bytes() {
    let mut page = parse(&page(&format!(
        r#"{{"url":"a-1.tar.gz","filename":"a-1.tar.gz","size":1,"hashes":{{"sha256":"{SHA}"}},"upload-time":"2026-01-02T00:00:00Z"}}"#
    )))
    .unwrap();
    page.last_serial = Some(3);
    insta::assert_snapshot!(String::from_utf8(to_json(&page)).unwrap(), @r#"{"meta":{"api-version":"1.4","_last-serial":3},"name":"some-project","versions":["1.0"],"files":[{"filename":"a-1.tar.gz","url":"a-1.tar.gz","hashes":{"sha256":"00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"},"size":1,"upload-time":"2026-01-02T00:00:00Z"}]}"#);
}

#[test]
fn lists() {
    let mut list = ProjectList::new(vec![
        ListedProject {
            name: "a".into(),
            last_serial: Some(2),
        },
        ListedProject {
            name: "B_c".into(),
            last_serial: None,
        },
    ]);
    list.last_serial = Some(9);
    let written = list_to_json(&list);
    assert_eq!(parse_list_json(&written).unwrap(), list);
    assert!(
        parse_list_json(br#"{"meta":{"api-version":"2.1"},"projects":{}}"#)
            .unwrap_err()
            .to_string()
            .contains("2.1")
    );
    assert!(parse_list_json(br#"{"projects":[]}"#).is_err());
}

#[test]
fn a_serial_may_be_a_string_or_nonsense() {
    for (serial, expected) in [
        ("\"7\"", Some(7)),
        ("7", Some(7)),
        ("\"a\"", None),
        ("[]", None),
    ] {
        let page = format!(
            r#"{{"meta":{{"api-version":"1.0","_last-serial":{serial}}},"name":"a","files":[]}}"#
        );
        let page = parse(&page).expect("a page");
        assert_eq!(page.last_serial, expected, "{serial}");
    }
}
