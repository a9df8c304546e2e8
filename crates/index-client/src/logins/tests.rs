//! Tests of this module's parent, `logins`.

use super::*;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn login(place: &str, user: &str) -> Login {
    let place = place_of(&url(place)).unwrap();
    Login::new(&place, Credential::new(user, "p")).unwrap()
}

#[test]
fn an_index_is_the_folder_around_its_parts() {
    for (given, place) in [
        ("https://index.example", "https://index.example/"),
        ("https://index.example/simple/", "https://index.example/"),
        ("https://index.example/simple", "https://index.example/"),
        (
            "https://anna:secret@index.example:8443/a/legacy/?x=1#y",
            "https://index.example:8443/a/",
        ),
        (
            "https://index.example/team/dev/+simple/",
            "https://index.example/team/dev/",
        ),
        (
            "https://index.example/api/packages/pypi",
            "https://index.example/api/packages/pypi/",
        ),
        // Only whole steps, and only the last.
        (
            "https://index.example/not-simple/",
            "https://index.example/not-simple/",
        ),
        (
            "https://index.example/simple/simple/",
            "https://index.example/simple/",
        ),
        ("http://index.example/a/../b/", "http://index.example/b/"),
    ] {
        assert_eq!(place_of(&url(given)).unwrap().as_str(), place, "{given}");
    }
    for given in ["file:///srv/simple/", "mailto:anna@index.example"] {
        assert!(place_of(&url(given)).is_err(), "{given}");
    }
}

#[test]
fn a_login_goes_to_its_origin_and_folder_and_nowhere_else() {
    let mut logins = Logins::default();
    logins.put(login("https://index.example/team/simple/", "team"));
    logins.put(login("https://index.example/team/inner/", "inner"));
    for (asked, user) in [
        ("https://index.example/team/simple/flask/", Some("team")),
        ("https://index.example/team/files/aa/f.whl", Some("team")),
        ("https://index.example/team/", Some("team")),
        ("https://index.example:443/team/legacy/", Some("team")),
        ("https://index.example/team/inner/simple/", Some("inner")),
        ("https://index.example/team", None),
        ("https://index.example/team-b/simple/", None),
        ("https://index.example/", None),
        ("https://index.example/team/../other/", None),
        ("https://index.example/team/%2e%2e/other/", None),
        ("http://index.example/team/simple/", None),
        ("https://index.example:8443/team/simple/", None),
        ("https://index.example.org/team/simple/", None),
        ("https://sub.index.example/team/simple/", None),
        ("file:///team/simple/", None),
    ] {
        let found = logins.for_url(&url(asked));
        let found = found.map(|login| login.credential().user());
        assert_eq!(found, user, "{asked}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut logins = Logins::default();
    assert_eq!(Logins::parse(&logins.to_text()), Ok(logins.clone()));
    logins.put(Login {
        user: Some("anna".to_owned()),
        is_made: true,
        ..login("https://index.example/", "__token__")
    });
    let odd = Credential::new("a\"b\\", "quote \" line\n='''\u{1}ä");
    logins.put(Login::new(&url("http://127.0.0.1:8000/x/"), odd).unwrap());
    let elsewhere = Credential::new("bob", "");
    logins.put(Login::new(&url("https://other.example/"), elsewhere).unwrap());
    let text = logins.to_text();
    assert!(text.starts_with("# Written by"), "{text}");
    let read = Logins::parse(&text).unwrap();
    assert_eq!(read, logins);
    assert_eq!(read.0[0].person(), "anna");
    assert!(read.0[2].is_kept_elsewhere());
}

/// What lies around `/simple/simple/` is `/simple/`, which stays what it is.
#[test]
fn a_place_is_not_widened_when_it_is_read_again() {
    let mut logins = Logins::default();
    logins.put(login("https://index.example/simple/simple/", "anna"));
    logins.put(login("https://index.example//simple/", "bob"));
    let again = Logins::parse(&logins.to_text()).unwrap();
    let places = again.iter().map(|login| login.place().path().to_owned());
    assert_eq!(places.collect::<Vec<_>>(), ["/simple/", "//"]);
    assert_eq!(again.for_url(&url("https://index.example/other/")), None);
    assert_eq!(again, logins);
}

#[test]
fn a_place_has_one_login() {
    let mut logins = Logins::default();
    assert_eq!(
        logins.put(login("https://index.example/simple/", "a")),
        None
    );
    let former = logins.put(login("https://index.example/legacy/", "b"));
    assert_eq!(former.unwrap().person(), "a");
    assert_eq!(logins.iter().count(), 1);
    let place = url("https://index.example/");
    assert_eq!(logins.at(&place).unwrap().person(), "b");
    assert_eq!(logins.take(&place).unwrap().person(), "b");
    assert!(logins.is_empty() && logins.take(&place).is_none());
}

#[test]
fn what_cannot_be_read_is_named_by_its_line_alone() {
    for (text, words) in [
        ("\n\npassword = geheim", "line 3: expected tables"),
        ("[[login]]\nurl = \"https://x.example\"", "line 1: expected"),
        (
            "[[login]]\nurl = \"https://x.example\"\nusername = [\"geheim\"]",
            "line 3: expected",
        ),
        ("login = \"geheim\"", "line 1: expected"),
        (
            "[[login]]\nusername = \"a\"\nurl = \"geheim\"",
            "line 3: `url` is not",
        ),
        (
            "[[login]]\nusername = \"a\"\nurl = \"file:///geheim\"",
            "line 3: `url` is not",
        ),
    ] {
        let error = Logins::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(words), "{text}: {error}");
        assert!(!error.contains("geheim"), "{error}");
    }
    let later = "version = 2\n[[login]]\nurl = \"https://x.example\"\nusername = \"a\"\nnew = 1\n";
    assert_eq!(Logins::parse(later).unwrap().iter().count(), 1);
}

#[test]
fn nothing_prints_a_password() {
    let credential = Credential::new("anna", "geheim");
    let login = Login::new(&url("https://anna:geheim@x.example/"), credential).unwrap();
    assert!(!format!("{login:?}").contains("geheim"));
}
