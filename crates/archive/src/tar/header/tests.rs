//! Numbers and checksums of headers.

use super::*;

#[test]
fn octal_numbers() {
    let cases: [(&[u8], Option<u64>); 10] = [
        (b"0000644\0", Some(0o644)),
        (b"000644 \0", Some(0o644)),
        (b"   644 \0", Some(0o644)),
        (b"77777777", Some(0o7777_7777)),
        (b"0\0\0\0", Some(0)),
        (b"\0\0\0\0", None),
        (b"    ", None),
        (b"0000648\0", None),
        (b"64\x0044\0", None),
        (b"\x80\0\0\0\0\0\0\x01", None),
    ];
    for (field, expected) in cases {
        assert_eq!(octal(field), expected, "{}", field.escape_ascii());
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let mut writer = crate::tar::TarWriter::new(Vec::new(), 0);
    writer.add_file("a/b", b"", false).unwrap();
    let bytes = writer.finish().unwrap();
    let mut block: [u8; BLOCK] = bytes[..BLOCK].try_into().unwrap();
    let header = Header::parse(&block).unwrap();
    assert_eq!(
        (header.form, header.kind, header.size),
        (Form::Posix, b'0', 0)
    );
    assert_eq!(header.path(), b"a/b");
    for at in 0..500 {
        block[at] ^= 1;
        assert!(Header::parse(&block).is_err(), "byte {at}");
        block[at] ^= 1;
    }
}
