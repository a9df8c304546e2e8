//! Tests of this module's parent, `page_record`.

use super::*;

const BODY: &[u8] = br#"{"meta":{"api-version":"1.1"},"name":"flask","files":[
    {"filename":"flask-1.0.tar.gz","url":"f/flask-1.0.tar.gz","hashes":{},"size":3},
    {"filename":"flask-1.0-py3-none-any.whl","url":"f/flask-1.0-py3-none-any.whl","yanked":"no",
     "hashes":{"sha256":"00000000000000000000000000000000000000000000000000000000000000ff"}},
    {"filename":"flask.exe","url":"f/flask.exe","hashes":{"md5":"00000000000000000000000000000000"}}]}"#;

fn record() -> Vec<u8> {
    let about = About {
        url: "https://index.example/simple/flask/".to_owned(),
        final_url: "https://index.example/simple/flask/".to_owned(),
        ..About::default()
    };
    record_of(&about, BODY, &"flask".parse().unwrap()).unwrap()
}

#[test]
fn a_record_is_read_back() {
    let (about, page) = parse_record(&record()).unwrap();
    assert_eq!(about.url, "https://index.example/simple/flask/");
    let url = about.final_url.parse().ok();
    let expected = tilsit_simple_api::parse_json(BODY, url.as_ref()).unwrap();
    assert_eq!(page, expected);
}

#[test]
fn a_rotten_record_is_none() {
    let record = record();
    for end in 0..record.len() {
        assert_eq!(parse_record(&record[..end]), None, "{end}");
    }
    for index in 0..record.len() {
        for bit in 0..8 {
            let mut rotten = record.clone();
            rotten[index] ^= 1 << bit;
            assert_eq!(parse_record(&rotten), None, "{index}");
        }
    }
    let longer = [&*record, b"x"].concat();
    assert_eq!(parse_record(&longer), None);
}
