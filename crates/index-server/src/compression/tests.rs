//! Who takes gzip, and that packing is repeatable.

use std::io::Read;

use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, HeaderValue};

use super::{gzip, takes_gzip};

#[test]
fn who_takes_gzip() {
    for (header, expected) in [
        ("gzip", true),
        ("gzip, deflate, br", true),
        ("br;q=1.0, GZIP;q=0.5", true),
        ("*", true),
        ("gzip;q=0", false),
        ("*, gzip;q=0.0", false),
        ("*;q=0", false),
        ("deflate", false),
        ("", false),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
        assert_eq!(takes_gzip(&headers), expected, "{header}");
    }
    assert!(!takes_gzip(&HeaderMap::new()));
}

#[test]
fn gzip_is_the_same_each_time_and_reads_back() {
    let bytes = b"page ".repeat(1000);
    let packed = gzip(&bytes);
    assert_eq!(packed, gzip(&bytes));
    assert!(packed.len() < 200);
    let mut back = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut back)
        .expect("a gzip stream");
    assert_eq!(back, bytes);
}
