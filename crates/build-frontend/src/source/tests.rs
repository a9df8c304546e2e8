//! The forms of URLs.

use super::*;

fn git(url: &str) -> String {
    match GitSource::parse(url) {
        Ok(None) => "another".to_owned(),
        Ok(Some(git)) => format!(
            "{} {} {}",
            git.public_url(),
            git.revision.as_deref().unwrap_or("-"),
            git.subdirectory.as_deref().unwrap_or("-")
        ),
        Err(error) => error.to_string(),
    }
}

#[test]
fn git_urls() {
    let cases = [
        (
            "git+https://index.example/a.git",
            "https://index.example/a.git - -",
        ),
        (
            "git+https://index.example/a.git@v1.0#egg=a",
            "https://index.example/a.git v1.0 -",
        ),
        (
            "git+https://u:secret@index.example/a@feature/x#subdirectory=b/c&egg=a",
            "https://index.example/a feature/x b/c",
        ),
        (
            "git+ssh://git@index.example/a.git@main",
            "ssh://git@index.example/a.git main -",
        ),
        ("git+file:///tmp/a", "file:///tmp/a - -"),
        ("https://index.example/a.git", "another"),
        (
            "git+ssh://git@index.example:me/a.git",
            "`ssh://git@index.example:me/a.git` is not a valid URL: behind the host's `:` stands a port; a path begins with `/`",
        ),
        (
            "git+https://u:secret@index.example/a@",
            "`git+https://index.example/a@` ends in `@` and names no branch, tag or commit",
        ),
        (
            "git+https://index.example/a@--upload-pack=x",
            "`--upload-pack=x` is no name of a branch, tag or commit",
        ),
        (
            "git+https://index.example/a@a:b",
            "`a:b` is no name of a branch, tag or commit",
        ),
        (
            "git+ext::sh",
            "`git+ext::sh` is at a `git+ext` URL; `git+https`, `git+http`, `git+ssh`, `git+git` and `git+file` can be used",
        ),
        (
            "git+https://index.example/a#subdirectory=../b",
            "the subdirectory `../b` is no folder inside of the project's source",
        ),
        (
            "git+https://index.example/a#subdirectory=/b",
            "the subdirectory `/b` is no folder inside of the project's source",
        ),
    ];
    for (url, expected) in cases {
        assert_eq!(git(url), expected, "{url}");
    }
}

#[test]
fn other_urls() {
    let words = |url: &str| match Source::of_url(url, false) {
        Ok((Source::Archive(archive), credential)) => format!(
            "{} {} {}",
            archive.file.url,
            archive.subdirectory.as_deref().unwrap_or("-"),
            credential.is_some()
        ),
        Ok((source, _)) => format!("{source:?}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        words("https://u:secret@index.example/a.zip#subdirectory=b&egg=a"),
        "https://index.example/a.zip b true"
    );
    assert_eq!(
        words("ftp://index.example/a.zip"),
        "`ftp://index.example/a.zip` is at a `ftp` URL; `https`, `http`, `file`, `git+…`, `hg+…`, `svn+…` and `bzr+…` URLs can be used"
    );
}

#[test]
fn urls_of_other_systems() {
    let vcs = |url: &str| match VcsSource::parse(url) {
        Ok(None) => "another".to_owned(),
        Ok(Some(vcs)) => format!(
            "{:?} {} {} {}",
            vcs.system,
            vcs.repository,
            vcs.revision.as_deref().unwrap_or("-"),
            vcs.subdirectory.as_deref().unwrap_or("-")
        ),
        Err(error) => error.to_string(),
    };
    for (url, expected) in [
        (
            "hg+https://index.example/a@v1#subdirectory=b&egg=a",
            "Mercurial https://index.example/a v1 b",
        ),
        (
            "hg+ssh://hg@index.example/a",
            "Mercurial ssh://hg@index.example/a - -",
        ),
        (
            "svn+ssh://index.example/a@12",
            "Subversion svn+ssh://index.example/a 12 -",
        ),
        (
            "svn+svn://index.example/a",
            "Subversion svn://index.example/a - -",
        ),
        ("bzr+lp:project", "Bazaar lp:project - -"),
        ("git+https://index.example/a", "another"),
        ("https://index.example/a", "another"),
        (
            "hg+https://index.example/a@--config=x",
            "`--config=x` is no name of a branch, tag or commit",
        ),
        (
            "svn+gopher://index.example/a",
            "`svn+gopher://index.example/a` is at a `svn+gopher` URL; `svn+https`, `svn+http`, `svn+ssh`, `svn+svn` and `svn+file` can be used",
        ),
    ] {
        assert_eq!(vcs(url), expected);
    }
}
