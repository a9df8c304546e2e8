//! Records that are read, and records that are refused.

use super::*;

#[test]
fn records_that_are_read() {
    let found = parse(b"12 path=a/b\n14 linkpath=c\n10 size=7\n21 mtime=1.5 comment\n").unwrap();
    assert_eq!(
        found,
        Records {
            path: Some("a/b".to_owned()),
            link_path: Some("c".to_owned()),
            size: Some(7),
        }
    );
    parse(b"38 hdrcharset=ISO-IR 10646 2000 UTF-8\n").unwrap();
    parse(b"20 SCHILY.xattr.a=\0\n").unwrap();
    check_global(b"11 mtime=0\n19 comment=abcdefg\n").unwrap();
}

#[test]
fn records_that_are_refused() {
    let damaged = "has a damaged pax record";
    let cases: [(&[u8], &str); 21] = [
        (b"", "is an extended header without records"),
        (b"\n", damaged),
        (b"9 path=a\n\0", damaged),
        (b"09 path=a\n", damaged),
        (b"+9 path=a\n", damaged),
        (b"11 path=a\n", damaged),
        (b"8 path=a\n", damaged),
        (b"9 path=a ", damaged),
        (b"9 path a\n", damaged),
        (b"6 =ab\n", damaged),
        (b"1 path=a\n", damaged),
        (b"99999999999999999999 path=a\n", damaged),
        (b"10 pa\0th=a\n", damaged),
        (b"8 path=\n", "has an empty path in a pax record"),
        (b"11 path=\xc0\xaf\n", "has a path that is not UTF-8"),
        (b"12 path=a\0b\n", "has a pax record with a NUL"),
        (b"9 path=a\n9 path=b\n", "has the same pax record twice"),
        (b"11 size=-1\n", "has a pax size of no meaning"),
        (b"11 size=07\n", "has a pax size of no meaning"),
        (
            b"21 hdrcharset=BINARY\n",
            "has pax records in another encoding",
        ),
        (b"22 GNU.sparse.major=1\n", "is a sparse file"),
    ];
    for (case, expected) in cases {
        assert_eq!(parse(case).err(), Some(expected), "{}", case.escape_ascii());
    }
    assert!(check_global(b"9 path=a\n").is_err());
    assert!(check_global(b"9 size=1\n").is_err());
}
