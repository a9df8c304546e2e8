//! Tests of this module's parent, `html`.

use url::Url;

use super::*;
use crate::page::{CoreMetadataFile, ProjectState, Yanked};
use crate::{ApiVersion, ListedProject, ProjectList};

const SHA: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

fn url() -> Url {
    "https://index.example/simple/some-project/"
        .parse()
        .unwrap()
}

#[test]
fn a_page_with_everything() {
    let text = format!(
        r#"<!DOCTYPE html>
        <html><head>
        <meta name="pypi:repository-version" content="1.4">
        <meta name="pypi:project-status" content="deprecated">
        <meta name="pypi:project-status-reason" content="use &quot;other&quot;">
        <title>Links for <a href="trap-1.0.tar.gz"></title></head><body>
        <!-- <a href="comment-1.0.tar.gz">no</a> -->
        <a href="../../f/some_project-1.0-py3-none-any.whl#sha256={SHA}" data-gpg-sig="false"
           data-requires-python="&gt;=3.9, &lt;4" data-dist-info-metadata="sha256={SHA}"
           data-upload-time="2026-01-02T03:04:05.600Z" DATA-SIZE=1234
           data-provenance="https://index.example/integrity/1">some_project-1.0-py3-none-any.whl</a><br>
        <a data-yanked="broken &amp; bad" href='some_project-0.9.tar.gz' data-core-metadata=true>x</a>
        <a data-yanked href=some_project-0.8%2Blocal.tar.gz?x=1&amp;y=2>x</a>
        <a href="javascript:alert(1)">bad</a><a name="top">none</a>
        </body></html>"#
    );
    let page = parse_html(text.as_bytes(), &url()).unwrap();
    assert_eq!(page.name, "some-project");
    assert_eq!(page.api_version, ApiVersion { major: 1, minor: 4 });
    assert_eq!(page.status.state, ProjectState::Deprecated);
    assert_eq!(page.status.reason.as_deref(), Some("use \"other\""));
    let [wheel, yanked, local] = &page.files[..] else {
        panic!("{:?}", page.files)
    };
    assert_eq!(&*wheel.name, "some_project-1.0-py3-none-any.whl");
    assert_eq!(
        page.file_url(wheel).unwrap().as_str(),
        "https://index.example/f/some_project-1.0-py3-none-any.whl"
    );
    assert_eq!(
        page.metadata_url(wheel).unwrap().path(),
        "/f/some_project-1.0-py3-none-any.whl.metadata"
    );
    assert_eq!(wheel.hashes.sha256.unwrap().to_string(), SHA);
    assert_eq!(wheel.requires_python.as_deref(), Some(">=3.9, <4"));
    assert_eq!(
        wheel.core_metadata,
        CoreMetadataFile::Hashed(wheel.hashes.clone())
    );
    assert_eq!(
        wheel.upload_time.unwrap().to_string(),
        "2026-01-02T03:04:05.6Z"
    );
    assert_eq!(wheel.size_bytes, Some(1234));
    assert_eq!(
        wheel.provenance.as_deref(),
        Some("https://index.example/integrity/1")
    );
    assert_eq!(yanked.yanked, Yanked::Yes(Some("broken & bad".into())));
    assert_eq!(yanked.core_metadata, CoreMetadataFile::Yes);
    assert_eq!(&*local.name, "some_project-0.8+local.tar.gz");
    assert_eq!(&*local.url, "some_project-0.8%2Blocal.tar.gz?x=1&y=2");
    assert_eq!(
        page.metadata_url(local).unwrap().as_str(),
        "https://index.example/simple/some-project/some_project-0.8%2Blocal.tar.gz.metadata?x=1&y=2"
    );
    assert_eq!(local.yanked, Yanked::Yes(None));
    let [bad] = &page.unusable[..] else {
        panic!("{:?}", page.unusable)
    };
    assert_eq!(
        bad.reason,
        "`javascript:alert(1)` is a `javascript` URL, which a page may not link to"
    );
}

#[test]
fn what_is_refused() {
    let table = [
        ("{\"message\": \"not found\"}", "the page has no HTML in it"),
        ("", "the page has no HTML in it"),
        (
            "<meta name='pypi:repository-version' content='2.0'><a href='a-1.tar.gz'>",
            "the page speaks version 2.0 of the Simple API; only version 1 can be read",
        ),
        (
            "<meta name='pypi:repository-version' content='new'>",
            "`new` is not a version of the Simple API (two numbers with a dot)",
        ),
        (
            "<base href='file:///srv/'><a href='a-1.tar.gz'>",
            "the page's base: `file:///srv/` is a `file` URL, which a page may not link to",
        ),
    ];
    for (body, expected) in table {
        assert_eq!(
            parse_html(body.as_bytes(), &url()).unwrap_err().to_string(),
            expected,
            "{body}"
        );
    }
}

#[test]
fn links_that_cannot_be_used() {
    let table = [
        (
            "<a href='a-1.tar.gz#sha256=12'>",
            "is not a digest of sha256",
        ),
        (
            "<a href='a-1.tar.gz' data-core-metadata='sha256=12'>",
            "its metadata: `12` is not a digest",
        ),
        (
            "<a href='..%2f..%2fetc'>",
            "does not end in the name of a file",
        ),
        ("<a href='folder/'>", "does not end in the name of a file"),
        ("<a href=''>", "does not end in the name of a file"),
        ("<a href='a\nb-1.tar.gz'>", "has a control character"),
        ("<a href='file:///a-1.tar.gz'>", "is a `file` URL"),
    ];
    for (body, expected) in table {
        let page = parse_html(body.as_bytes(), &url()).unwrap();
        assert!(page.files.is_empty(), "{body}");
        assert!(
            page.unusable[0].reason.contains(expected),
            "{body}: {:?}",
            page.unusable
        );
    }
}

#[test]
fn a_base_moves_relative_links() {
    let body = b"<base href='/other/'><base href='/ignored/'><a href='a-1.tar.gz'>a</a>";
    let page = parse_html(body, &url()).unwrap();
    assert_eq!(
        page.file_url(&page.files[0]).unwrap().as_str(),
        "https://index.example/other/a-1.tar.gz"
    );
}

#[test]
fn what_is_written_is_read_back() {
    let body = format!(
        "<a href='a-1.tar.gz#sha256={SHA}' data-requires-python='&gt;=3' data-core-metadata='sha256={SHA}' \
         data-yanked='&lt;b&gt; &quot;x&quot;'>a</a><a href='b-1.whl' data-yanked>b</a>"
    );
    let mut page = parse_html(body.as_bytes(), &url()).unwrap();
    page.status.state = ProjectState::Archived;
    page.status.reason = Some("done & \"over\"".to_owned());
    page.api_version = ApiVersion::HTML;
    assert_eq!(parse_html(&to_html(&page), &url()).unwrap(), page);
}

#[test]
fn lists() {
    let list = ProjectList::new(vec![
        ListedProject {
            name: "Some_Project".into(),
            last_serial: None,
        },
        ListedProject {
            name: "b".into(),
            last_serial: None,
        },
    ]);
    let html = list_to_html(&list);
    assert!(String::from_utf8_lossy(&html).contains("<a href=\"some-project/\">Some_Project</a>"));
    assert_eq!(parse_list_html(&html, &url()).unwrap(), list);
    // Space around a name is none of it, however it is written.
    let spaced = parse_list_html(b"<a href=flask/>\n&nbsp;flask&#32;</a>", &url()).unwrap();
    assert_eq!(&*spaced.projects[0].name, "flask");
}
