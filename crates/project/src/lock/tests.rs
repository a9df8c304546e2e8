//! Reading locks, and what changes between two.

use std::path::Path;

use super::*;

const LOCK: &str = "lock-version = \"1.0\"\ncreated-by = \"tilsit\"\npackages = []\n\n[tool.tilsit]\n\
                    version = 1\nfingerprint = \"f\"\ndigest = \"DIGEST\"\n";

fn signed(text: &str) -> String {
    let digest = own::digest_of(text);
    text.replace("DIGEST", &digest)
}

fn parse(text: &str) -> Result<Lock, LockError> {
    Lock::parse(text, Path::new("pylock.toml"))
}

#[test]
fn the_fingerprint_is_read_without_the_rest() {
    let text = signed(LOCK);
    assert_eq!(fingerprint_of(&text), Some("f"));
    assert_eq!(fingerprint_of(LOCK), None);
    let edited = text.replace("created-by = \"tilsit\"", "created-by = \"me\"");
    assert_eq!(fingerprint_of(&edited), None);
    assert!(parse(&edited).unwrap().is_edited);
    assert!(!parse(&text).unwrap().is_edited);
    assert_eq!(parse(&text).unwrap().to_toml(), text);
}

#[test]
fn locks_of_other_tools_have_no_table_of_ours() {
    let lock = parse("lock-version = '1.0'\ncreated-by = 'x'\npackages = []\n").unwrap();
    assert_eq!(lock.own, None);
    assert!(!lock.is_edited);
}

#[test]
fn what_is_wrong_is_told() {
    for (text, words) in [
        (
            LOCK.replace("version = 1\n", "version = 2\n"),
            "newer tilsit",
        ),
        (
            LOCK.replace("version = 1\n", "version = 0\n"),
            "`version` is 0",
        ),
        (
            LOCK.replace("fingerprint = \"f\"\n", ""),
            "missing field `fingerprint`",
        ),
        (format!("{LOCK}more = 1\n"), "unknown field `more`"),
        (format!("{LOCK}forks = ['x']\n"), "`x`"),
        (
            format!("{LOCK}[[tool.tilsit.members]]\nname = 'a'\npath = '.'\npackage = true\n")
                .repeat(1)
                + "[[tool.tilsit.members]]\nname = 'A'\npath = '.'\npackage = true\n",
            "twice",
        ),
        (format!("<<<<<<< ours\n{LOCK}"), "undecided merge in line 1"),
    ] {
        let error = parse(&text).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains("pylock.toml"),
            "{error}"
        );
    }
}

#[test]
fn a_difference_says_what_changes_for_whom() {
    let package = |name: &str, version: &str| {
        format!(
            "\n[[packages]]\nname = \"{name}\"\nversion = \"{version}\"\nwheels = [{{ url = \
             \"https://index.example/{name}-{version}-py3-none-any.whl\", hashes = {{ sha256 = \"aa\" }} }}]\n"
        )
    };
    let lock = |packages: &[String]| {
        let text = format!(
            "lock-version = '1.0'\ncreated-by = 'x'\n{}",
            packages.concat()
        );
        parse(&text).unwrap()
    };
    let before = lock(&[package("a", "1"), package("b", "1"), package("c", "1")]);
    let mut after = lock(&[package("a", "2"), package("b", "1"), package("d", "1")]);
    after.pylock.packages[1].marker = "sys_platform == 'win32'".parse().unwrap();
    let difference = Difference::between(Some(&before), &after);
    let words: Vec<String> = difference.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        ["a 1 -> 2", "b 1: files or markers changed", "c 1", "d 1"]
    );
    assert!(Difference::between(Some(&after), &after).is_empty());
}
