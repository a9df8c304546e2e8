//! Tables of pip's files and variables.

use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigurationFile, ConfigurationPlaces, PipConfiguration, file_paths};

#[test]
fn reads_the_ini_of_configparser() {
    let text = "\u{feff}# comment\n[global]\nindex-url = https://index.example/simple\n\
                Find_Links =\n    /a\n\n    # between\n    /b c\n--no-index: yes\n\
                [install]\nempty=\nwith = a = b ; kept\n";
    let (file, problems) = ConfigurationFile::parse(text);
    assert_eq!(problems, []);
    let global: Vec<_> = file.section("global").collect();
    assert_eq!(
        global,
        [
            ("find-links", "/a\n\n/b c"),
            ("index-url", "https://index.example/simple"),
            ("no-index", "yes"),
        ]
    );
    let install: Vec<_> = file.section("install").collect();
    assert_eq!(install, [("empty", ""), ("with", "a = b ; kept")]);
}

#[test]
fn names_the_line_that_is_not_understood() {
    let cases = [
        ("a = 1\n", 1, "a setting before any section"),
        ("[global\n", 1, "a section without `]`"),
        ("[global]\n\nwhat\n", 3, "a setting without `=` or `:`"),
        ("[global]\n = 1\n", 2, "a setting without a name"),
    ];
    for (text, line, reason) in cases {
        let (file, problems) = ConfigurationFile::parse(text);
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.reason)).collect();
        assert_eq!(found, [(line, reason)], "{text:?}");
        assert_eq!(file.section("global").count(), 0, "{text:?}");
    }
}

#[test]
fn a_later_source_wins() {
    let parse = |text: &str| ConfigurationFile::parse(text).0;
    let files = [
        parse("[global]\nindex-url = https://a.example\nretries = 1\n[install]\ntimeout = 5\n"),
        parse("[global]\nindex-url = https://b.example\ntimeout = 9\ncolour = red\n"),
        parse("[freeze]\nindex-url = https://c.example\n"),
    ];
    let variables = [
        ("PIP_RETRIES", "7"),
        ("PIP_EXTRA_INDEX_URL", "https://x.example https://y.example"),
        ("PIP_NO_BINARY", "a,b c"),
        ("PIP_REQUIRE_VIRTUALENV", "true"),
        ("PIP_CONFIG_FILE", "/p"),
        ("PIP_REQUIRE_HASHES", "maybe"),
        ("HOME", "/h"),
    ];
    let found = PipConfiguration::from_sources(&files, "install", variables);
    let expected = PipConfiguration {
        index_url: Some("https://b.example".into()),
        extra_index_urls: vec!["https://x.example".into(), "https://y.example".into()],
        no_binary: vec!["a".into(), "b".into(), "c".into()],
        // The section of the command wins over `[global]`, whichever file is later.
        timeout: Some(Duration::from_secs(5)),
        retries: Some(7),
        require_virtualenv: true,
        unknown: vec!["colour".into()],
        invalid: vec![("require-hashes".into(), "maybe".into())],
        ..PipConfiguration::default()
    };
    assert_eq!(found, expected);
}

#[test]
fn any_truth_value_switches_the_cache_off() {
    for (value, expected) in [("1", true), ("off", true), ("0", true), ("maybe", false)] {
        let found = PipConfiguration::from_sources(&[], "install", [("PIP_NO_CACHE_DIR", value)]);
        assert_eq!(found.no_cache, expected, "{value}");
        assert_eq!(found.invalid.is_empty(), expected, "{value}");
    }
}

#[test]
fn unusable_numbers_are_reported() {
    for value in ["-1", "NaN", "1e400", "soon", ""] {
        let found = PipConfiguration::from_sources(&[], "install", [("PIP_TIMEOUT", value)]);
        assert_eq!(found.invalid, [("timeout".to_owned(), value.to_owned())]);
    }
}

#[test]
fn looks_where_pip_looks() {
    let places = ConfigurationPlaces {
        home: Some("/h".into()),
        prefix: Some("/v".into()),
        ..ConfigurationPlaces::default()
    };
    let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(
        file_paths(&places),
        paths(&[
            "/etc/xdg/pip/pip.conf",
            "/etc/pip.conf",
            "/h/.pip/pip.conf",
            "/h/.config/pip/pip.conf",
            "/v/pip.conf",
        ])
    );
    let off = ConfigurationPlaces {
        pip_config_file: Some("/dev/null".into()),
        ..places
    };
    assert_eq!(file_paths(&off), paths(&[]));
}
