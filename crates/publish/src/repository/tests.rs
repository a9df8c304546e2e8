//! Where the pages of a repository are.

use super::Repository;

#[test]
fn pages_lie_beside_the_upload_url() {
    for (url, expected) in [
        (
            "https://index.example/legacy/",
            Some("https://index.example/simple/"),
        ),
        (
            "https://index.example/team/legacy",
            Some("https://index.example/team/simple/"),
        ),
        ("https://index.example/upload/", None),
        ("https://index.example/", None),
    ] {
        let repository = Repository::at(url.parse().expect("a URL"));
        let index = repository.index.map(|index| index.url().to_string());
        assert_eq!(index.as_deref(), expected, "{url}");
    }
}
