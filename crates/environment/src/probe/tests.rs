//! Reading what interpreters print, and what they must not print.

use super::{Libc, LibcFamily, Probe, ProbeParseError, Remembered};

/// What the script prints on CPython 3.11 of Debian.
const SAMPLE: &str = include_str!("sample.json");

#[test]
fn reads_the_last_line_that_is_ours() {
    let plain = Probe::parse(SAMPLE).unwrap();
    assert_eq!(plain.version_info, (3, 11, 2, "final".to_owned(), 0));
    assert_eq!(plain.marker("sys_platform"), "linux");
    let chatty = format!("{{\"tilsit_probe\": 0}}\nwelcome!\n{SAMPLE}\nbye\n");
    assert_eq!(Probe::parse(&chatty).unwrap(), plain);
}

#[test]
fn refuses_what_is_no_answer() {
    let cases = [
        (String::new(), "no line with its facts"),
        ("Python 3.11.2\n".to_owned(), "no line with its facts"),
        (
            SAMPLE.replace("\"os_name\"", "\"oss_name\""),
            "no marker variable `os_name`",
        ),
        (
            SAMPLE.replace("\"/usr/local/bin\"", "\"bin\""),
            "`bin` is not an absolute path",
        ),
        (
            SAMPLE.replace("{base}/bin", "{base}/../bin"),
            "`{base}/../bin` is not below `{base}`",
        ),
        (
            SAMPLE.replace("{base}/lib/", "/lib/"),
            "`/lib/python3.11/site-packages` is not below `{base}`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Probe::parse(&text).unwrap_err().to_string(), expected);
    }
    let cut = &SAMPLE[..SAMPLE.len() / 2];
    assert!(matches!(Probe::parse(cut), Err(ProbeParseError::Json(_))));
}

#[test]
fn an_entry_of_the_cache_that_is_damaged_is_not_read() {
    for text in ["", "{}", "[1]", SAMPLE] {
        assert_eq!(Remembered::parse(text), None, "{text}");
    }
}

#[test]
fn reads_the_version_of_the_c_library() {
    for (version, expected) in [
        ("2.36", Some((2, 36))),
        ("2.20-2014.11", Some((2, 20))),
        ("1.2.4", Some((1, 2))),
        ("2", None),
        ("", None),
    ] {
        let libc = Libc {
            family: LibcFamily::Glibc,
            version: version.to_owned(),
        };
        assert_eq!(libc.major_minor(), expected, "{version}");
    }
}
