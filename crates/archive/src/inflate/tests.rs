//! Exactly so many bytes in, exactly so many out.

use std::io::Write as _;

use super::*;

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn sizes_are_exact() {
    let contents = b"hello hello hello hello".repeat(100);
    let packed = deflated(&contents);
    let mut longer = packed.clone();
    longer.push(0);
    let fewer = Err("unpacks to fewer bytes than its header says");
    let more = Err("unpacks to more bytes than its header says");
    let behind = Err("has bytes after its compressed contents");
    let damaged = Err("has damaged compressed contents");
    let cases: [(&[u8], usize, Result<(), &str>); 7] = [
        (&packed, contents.len(), Ok(())),
        (&packed, contents.len() + 1, fewer),
        (&packed, contents.len() - 1, more),
        (&packed, 0, more),
        (&longer, contents.len(), behind),
        (&packed[..packed.len() - 1], contents.len(), damaged),
        (&[], 0, damaged),
    ];
    let mut inflater = Inflater::new();
    let mut unpacked = Vec::new();
    for (input, size, expected) in cases {
        assert_eq!(inflater.inflate(input, size, &mut unpacked), expected);
        if expected.is_ok() {
            assert_eq!(unpacked, contents);
        } else {
            assert!(unpacked.is_empty());
        }
    }
}
