//! Lists of devpi exports as its versions write them, and what is none.

use super::DevpiExport;

const EXPORT: &str = r#"{"dumpversion": "2", "secret": "s", "users": {}, "indexes": {
 "root/dev": {"projects": {}, "indexconfig": {"type": "stage"}, "files": [
  {"type": "releasefile", "projectname": "a", "version": "1.0", "relpath": "root/dev/a/1.0/a-1.0.tar.gz",
   "entrymapping": {"last_modified": "Sun, 06 Nov 1994 08:49:37 GMT",
    "hashes": {"sha256": "DIGEST"}},
   "log": [{"what": "upload", "who": "root", "when": [2020, 2, 29, 12, 30, 1], "dst": "root/dev"}]},
  {"type": "releasefile", "projectname": "a", "relpath": "root/dev/a/a-1.1.tar.gz",
   "entrymapping": {"last_modified": "Sun, 06 Nov 1994 08:49:37 GMT", "md5": "0"}},
  {"type": "releasefile", "projectname": "a", "relpath": "x", "log": [{"what": "upload", "when": [2020, 13]}]},
  {"type": "doczip", "projectname": "a", "relpath": "root/dev/a.zip"}]}}}"#;

#[test]
fn files_come_with_the_time_of_their_upload() {
    let digest = "ab".repeat(32);
    let export = DevpiExport::parse(EXPORT.replace("DIGEST", &digest).as_bytes()).unwrap();
    let digests = export.files.iter().map(|file| file.sha256);
    let expected = [digest.parse().ok(), None, None];
    assert_eq!(digests.collect::<Vec<_>>(), expected);
    let seen: Vec<(&str, Option<String>)> = export
        .files
        .iter()
        .map(|file| {
            let uploaded = file.uploaded.map(|time| time.to_string());
            (file.relative_path.as_str(), uploaded)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "root/dev/a/1.0/a-1.0.tar.gz",
                Some("2020-02-29T12:30:01Z".to_owned())
            ),
            (
                "root/dev/a/a-1.1.tar.gz",
                Some("1994-11-06T08:49:37Z".to_owned())
            ),
            ("x", None),
        ]
    );
}

#[test]
fn other_texts_are_refused() {
    let error = |text: &str| DevpiExport::parse(text.as_bytes()).unwrap_err().to_string();
    assert!(error("[]").contains("not the JSON"));
    let next = error(&EXPORT.replace(r#""dumpversion": "2""#, r#""dumpversion": "3""#));
    assert!(next.contains("version `3`"), "{next}");
}
