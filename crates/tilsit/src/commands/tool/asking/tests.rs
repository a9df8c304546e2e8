//! What is typed, and what a tool keeps of it.

use super::*;

#[test]
fn versions_behind_an_at() {
    for (typed, expected, is_latest) in [
        ("ruff", "ruff", false),
        ("ruff@0.6.4", "ruff==0.6.4", false),
        ("black[d]@24.1", "black[d]==24.1", false),
        ("ruff@latest", "ruff", true),
        (
            "app @ https://index.example/app-1.0.zip",
            "app @ https://index.example/app-1.0.zip",
            false,
        ),
        (
            "git+https://git.example/app@v1",
            "git+https://git.example/app@v1",
            false,
        ),
        (
            "git+ssh://git@git.example/app",
            "git+ssh://git@git.example/app",
            false,
        ),
        ("./folder@1.0", "./folder@1.0", false),
    ] {
        assert_eq!(
            at_version(typed),
            (expected.to_owned(), is_latest),
            "{typed}"
        );
    }
}

#[test]
fn passwords_stay_out() {
    for (text, expected) in [
        (
            "https://me:secret@index.example/simple/",
            "https://me@index.example/simple/",
        ),
        (
            "https://me@index.example/simple/",
            "https://me@index.example/simple/",
        ),
        ("/some/folder", "/some/folder"),
    ] {
        assert_eq!(without_password(text.to_owned()), expected);
    }
}

#[test]
fn options_are_settings_again() {
    let mut asked = Asked::of("app".parse().unwrap());
    let settings = Settings {
        index_url: Some("https://index.example/simple/".to_owned()),
        pre: Some(true),
        ..Settings::default()
    };
    asked.options = to_table(&settings);
    assert_eq!(asked.options.len(), 2, "nothing that was not said");
    let read = settings_of(&asked).unwrap();
    assert_eq!(read.index_url, settings.index_url);
    asked.options.insert("indx".to_owned(), true.into());
    assert_eq!(
        settings_of(&asked).unwrap_err().causes,
        ["`indx` is unknown"]
    );
}
