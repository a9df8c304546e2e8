//! `Range` headers, as a table.

use super::RangeRequest::{self, Part, Unsatisfiable, Whole};
use super::parse_range;

#[test]
fn ranges_of_a_file_of_ten_bytes() {
    let table: &[(&str, RangeRequest)] = &[
        ("bytes=0-3", Part(0..4)),
        ("bytes=0-0", Part(0..1)),
        ("bytes=9-9", Part(9..10)),
        ("bytes=3-", Part(3..10)),
        ("bytes=3-99999", Part(3..10)),
        ("bytes=-4", Part(6..10)),
        ("bytes=-100", Part(0..10)),
        ("Bytes = 1-2", Part(1..3)),
        ("bytes=0-99999999999999999999999", Part(0..10)),
        ("bytes=10-", Unsatisfiable),
        ("bytes=10-20", Unsatisfiable),
        ("bytes=99999999999999999999999-", Unsatisfiable),
        ("bytes=-0", Unsatisfiable),
        ("bytes=4-3", Whole),
        ("bytes=0-1,3-4", Whole),
        ("bytes=-", Whole),
        ("bytes=", Whole),
        ("bytes=a-b", Whole),
        ("bytes=+1-2", Whole),
        ("bytes=--1", Whole),
        ("items=0-1", Whole),
        ("bytes", Whole),
        ("", Whole),
    ];
    for (header, expected) in table {
        assert_eq!(parse_range(header, 10), *expected, "{header}");
    }
}

#[test]
fn an_empty_file_has_no_ranges() {
    assert_eq!(parse_range("bytes=0-", 0), Unsatisfiable);
    assert_eq!(parse_range("bytes=-5", 0), Unsatisfiable);
}
