//! A table of requests.

use std::path::PathBuf;

use super::{Implementation, PythonRequest};

/// The request, in a short form for the table.
fn short(text: &str) -> String {
    match text.parse::<PythonRequest>() {
        Ok(PythonRequest::Any) => "any".to_owned(),
        Ok(PythonRequest::Path(path)) => format!("path {}", path.display()),
        Ok(PythonRequest::Name(name)) => format!("name {name}"),
        Ok(PythonRequest::Version(version)) => format!(
            "{} {}{}{}",
            version.implementation.map_or("*", Implementation::name),
            version.specifiers,
            if version.free_threaded { " t" } else { "" },
            if version.debug { " d" } else { "" },
        ),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn understands_what_people_write() {
    for (text, expected) in [
        ("", "any"),
        ("any", "any"),
        ("3", "* ==3.*"),
        ("3.12", "* ==3.12.*"),
        ("312", "* ==3.12.*"),
        ("27", "* ==2.7.*"),
        ("3.12.1", "* ==3.12.1"),
        ("3.14.0rc1", "* ==3.14.0rc1"),
        ("3.13t", "* ==3.13.* t"),
        ("3.13+freethreaded", "* ==3.13.* t"),
        ("3.13td", "* ==3.13.* t d"),
        (">=3.10", "* >=3.10"),
        ("cpython>=3.10", "cpython >=3.10"),
        ("CPython@3.12", "cpython ==3.12.*"),
        ("cp312", "cpython ==3.12.*"),
        ("cpython-3.12", "cpython ==3.12.*"),
        ("pypy", "pypy "),
        ("pypy3.9", "pypy ==3.9.*"),
        ("pp39", "pypy ==3.9.*"),
        ("python3.11", "* ==3.11.*"),
        ("python3", "* ==3.*"),
        ("python", "name python"),
        ("cpp-python", "name cpp-python"),
        ("my-python", "name my-python"),
        ("3.x", "name 3.x"),
        ("/usr/bin/python3", "path /usr/bin/python3"),
        ("./.venv", "path ./.venv"),
        (".", "path ."),
        ("a\u{0}b", "error: `a\\0b` cannot name an interpreter"),
    ] {
        assert_eq!(short(text), expected, "{text:?}");
    }
    assert!(short(">=x").starts_with("error: `>=x` is not a range of Python versions: "));
    let path: PythonRequest = "a/b".parse().unwrap();
    assert_eq!(path, PythonRequest::Path(PathBuf::from("a/b")));
}

#[test]
fn tells_which_minor_versions_could_fit() {
    for (text, minor, expected) in [
        ("3.12", 12, true),
        ("3.12", 11, false),
        ("3.12.4", 12, true),
        (">=3.10,<3.12", 11, true),
        (">=3.10,<3.12", 12, false),
        ("!=3.11.*", 11, false),
        ("3.14.0rc1", 14, true),
        ("3", 9, true),
    ] {
        let Ok(PythonRequest::Version(request)) = text.parse() else {
            panic!("{text} is a version");
        };
        assert_eq!(request.could_be_minor(minor), expected, "{text} {minor}");
    }
}
