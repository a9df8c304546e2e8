//! CSV as Python writes it, faults with their lines, digests, confined paths.

use proptest::prelude::*;

use super::*;

fn line(text: &str) -> Result<RecordEntry, RecordError> {
    let mut record = Record::parse(text.as_bytes())?;
    assert_eq!(record.entries.len(), 1, "{text:?}");
    Ok(record.entries.remove(0))
}

#[test]
fn reads_what_python_writes() {
    let cases: &[(&str, &str, Option<&str>, Option<u64>)] = &[
        ("a.py,,\n", "a.py", None, None),
        ("a.py,sha256=AA,12", "a.py", Some("sha256=AA"), Some(12)),
        ("a.py,SHA256=AA,\r\n", "a.py", Some("sha256=AA"), None),
        ("\"a,b.py\",md5=x,0\r", "a,b.py", Some("md5=x"), Some(0)),
        ("\"a\"\"b\".py,,\n", "", None, None),
        (
            "\"say \"\"hi\"\".txt\",,3\n",
            "say \"hi\".txt",
            None,
            Some(3),
        ),
        ("\"two\nlines\",,\n", "two\nlines", None, None),
        ("in\"ner,,\n", "in\"ner", None, None),
        (
            "\n\nkühl.py,,18446744073709551615\n\n",
            "kühl.py",
            None,
            Some(u64::MAX),
        ),
        (
            "../../bin/x,\"sha256=ab=\",1\n",
            "../../bin/x",
            Some("sha256=ab="),
            Some(1),
        ),
    ];
    for &(text, path, hash, size) in cases {
        if path.is_empty() {
            assert_eq!(line(text), Err(RecordError::Quoting { line: 1 }));
            continue;
        }
        let entry = line(text).unwrap();
        assert_eq!(entry.path, path);
        assert_eq!(entry.hash.map(|hash| hash.to_string()).as_deref(), hash);
        assert_eq!(entry.size, size);
    }
}

#[test]
fn names_the_line_and_the_reason() {
    let cases: &[(&[u8], &str)] = &[
        (b"a,,\nb\xff,,\n", "RECORD line 2 is not UTF-8"),
        (
            b"a,,\nb,,,\n",
            "RECORD line 2 has 4 columns instead of 3 (path, hash, size)",
        ),
        (
            b"\"x\ny\",,\nb\n",
            "RECORD line 3 has 1 columns instead of 3 (path, hash, size)",
        ),
        (b",,\n", "RECORD line 1 has an empty path"),
        (
            b"a,,\n\n\"b,,\n",
            "RECORD line 3 has a quoted field that does not end before a comma or line end",
        ),
        (
            b"a,sha256,1\n",
            "RECORD line 1: the hash `sha256` of `a` is not of the form `sha256=…`",
        ),
        (
            b"a,=x,1\n",
            "RECORD line 1: the hash `=x` of `a` is not of the form `sha256=…`",
        ),
        (
            b"a,,-1\n",
            "RECORD line 1: the size `-1` of `a` is not a number of bytes",
        ),
        (
            b"a,,1.0\n",
            "RECORD line 1: the size `1.0` of `a` is not a number of bytes",
        ),
        (
            b"a,,18446744073709551616\n",
            "RECORD line 1: the size `18446744073709551616` of `a` is not a number of bytes",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(Record::parse(bytes).unwrap_err().to_string(), *message);
    }
}

#[test]
fn digests_are_checked_on_demand() {
    let empty = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    let in_hex = "sha256=E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(in_hex.parse::<RecordHash>().unwrap().to_string(), empty);
    let hash: RecordHash = empty.parse().unwrap();
    assert_eq!(hash.digest().unwrap()[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    assert_eq!(
        RecordHash::sha256(&hash.digest().unwrap().try_into().unwrap()),
        hash
    );
    let cases = [
        ("sha999=AA", "the hash algorithm `sha999` is unknown"),
        ("sha256=AA", "a digest of sha256 has 32 bytes, not 1"),
        (
            "md5=AA==",
            "the digest `AA==` is not URL-safe base64 without padding",
        ),
        (
            "md5=+/+/",
            "the digest `+/+/` is not URL-safe base64 without padding",
        ),
    ];
    for (text, message) in cases {
        let hash: RecordHash = text.parse().unwrap();
        assert_eq!(hash.digest().unwrap_err().to_string(), message);
    }
    for (algorithm, strong) in [
        ("md5", false),
        ("sha1", false),
        ("sha224", false),
        ("sha256", true),
        ("blake2b", true),
    ] {
        let hash: RecordHash = format!("{algorithm}=x").parse().unwrap();
        assert_eq!(hash.is_strong(), strong, "{algorithm}");
    }
}

#[test]
fn only_plain_relative_paths_are_confined() {
    let confined = ["a", "a/b.py", "a-1.0.dist-info/RECORD", "a..b/...", "ü/ß"];
    for path in confined {
        assert!(entry_with(path).is_confined(), "{path}");
    }
    // On Windows `a:b` would name drive `a`.
    let escaping = [
        "/a",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        "a//b",
        "a/",
        "a\\b",
        "..\\a",
        "C:/a",
        "c:a",
        "a:b",
        "a\0b",
        "a\nb",
        "a\u{85}b",
        "a\u{2028}b",
    ];
    for path in escaping {
        assert!(!entry_with(path).is_confined(), "{path:?}");
    }
}

#[test]
fn sorts_record_last_and_finds_duplicates() {
    let mut record = Record::parse(b"z,,\na-1.dist-info/RECORD,,\nb,,\nz,,\nb,,\nz,,\n").unwrap();
    assert_eq!(record.duplicates(), ["b", "z"]);
    record.sort();
    assert_eq!(
        record.to_bytes(),
        b"b,,\nb,,\nz,,\nz,,\nz,,\na-1.dist-info/RECORD,,\n"
    );
}

fn entry_with(path: &str) -> RecordEntry {
    RecordEntry {
        path: path.to_owned(),
        hash: None,
        size: None,
    }
}

proptest! {
    #[test]
    fn writing_then_reading_is_identity(
        lines in proptest::collection::vec(("[^\0]{1,20}", any::<Option<[u8; 32]>>(), any::<Option<u64>>()), 0..8),
    ) {
        let entries = lines.into_iter().map(|(path, digest, size)| RecordEntry {
            path,
            hash: digest.as_ref().map(RecordHash::sha256),
            size,
        });
        let record = Record { entries: entries.collect() };
        prop_assert_eq!(Record::parse(&record.to_bytes()), Ok(record));
    }
}
