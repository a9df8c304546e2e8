//! Every format is known by its magic, unpacks to what was packed, and must end where it ends.

use std::io::Write as _;

use super::*;

fn packed(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    match compression {
        Compression::None => bytes.to_vec(),
        Compression::Gzip => gzip(bytes, 6),
        Compression::Bzip2 => {
            let mut encoder =
                bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstandard => zstd::stream::encode_all(bytes, 3).unwrap(),
    }
}

fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    Decoder::new(bytes)?.read_to_end(&mut contents)?;
    Ok(contents)
}

const PACKED: [Compression; 4] = [
    Compression::Gzip,
    Compression::Bzip2,
    Compression::Xz,
    Compression::Zstandard,
];

#[test]
fn unpacks_what_was_packed() {
    let contents = b"contents ".repeat(50_000);
    for compression in PACKED.into_iter().chain([Compression::None]) {
        let bytes = packed(compression, &contents);
        let decoder = Decoder::new(bytes.as_slice()).unwrap();
        assert_eq!(decoder.compression(), compression);
        assert_eq!(unpacked(&bytes).unwrap(), contents, "{compression:?}");
    }
}

#[test]
fn nothing_may_follow_and_nothing_may_be_missing() {
    for compression in PACKED {
        let one = packed(compression, b"contents");
        let twice = [one.as_slice(), &one].concat();
        let garbage = [one.as_slice(), b"x"].concat();
        let padded = [one.as_slice(), &[0; 16]].concat();
        let cut = &one[..one.len() - 1];
        let mut damaged = one.clone();
        *damaged.last_mut().unwrap() ^= 0x55;
        for (what, bytes) in [
            ("twice", twice.as_slice()),
            ("garbage", &garbage),
            ("padded", &padded),
            ("cut", cut),
            ("damaged", &damaged),
        ] {
            // A Zstandard frame of the default kind has no checksum at its end to damage.
            if (what, compression) == ("damaged", Compression::Zstandard) {
                continue;
            }
            assert!(unpacked(bytes).is_err(), "{compression:?} {what}");
        }
    }
}

#[test]
fn gzip_depends_on_bytes_and_level_alone() {
    let bytes = gzip(b"contents", 9);
    assert_eq!(bytes, gzip(b"contents", 9));
    // No flags, no time, an unknown system (RFC 1952, section 2.3).
    assert_eq!(bytes[3..8], [0; 5]);
    assert_eq!(bytes[9], 255);
}
