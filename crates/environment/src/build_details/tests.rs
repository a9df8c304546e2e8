//! What is read, and what is left to a probe.

use super::BuildDetails;

const SAMPLE: &str = include_str!("sample.json");

#[test]
fn reads_what_decides() {
    let details = BuildDetails::parse(SAMPLE).unwrap();
    assert_eq!(details.implementation, "cpython");
    assert_eq!(details.version.to_string(), "3.14.0rc2");
    assert!(details.free_threaded && details.debug);
    let plain = SAMPLE.replace("[\"t\", \"d\"]", "[]");
    let details = BuildDetails::parse(&plain).unwrap();
    assert!(!details.free_threaded && !details.debug);
}

#[test]
fn what_is_not_complete_is_left_to_a_probe() {
    for text in [
        SAMPLE.replace("\"1.0\"", "\"2.0\""),
        SAMPLE.replace("version_info", "other"),
        SAMPLE.replace("\"abi\"", "\"other\""),
        SAMPLE.replace("\"minor\": 14", "\"minor\": -1"),
        SAMPLE[..SAMPLE.len() / 2].to_owned(),
        String::new(),
    ] {
        assert_eq!(BuildDetails::parse(&text), None, "{text:.40}");
    }
}
