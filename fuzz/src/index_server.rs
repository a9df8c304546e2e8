//! The headers that the index server reads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tilsit_index_server::{
    Credentials, DevpiExport, RangeRequest, if_none_match_names, parse_basic, parse_forwarded,
    parse_range,
};

/// The `Range` header: a part lies within the file and is not empty. The first 8 bytes are the
/// file's size.
pub fn range_header(data: &[u8]) {
    let Some((size, header)) = data.split_first_chunk::<8>() else {
        return;
    };
    let (size, Ok(header)) = (u64::from_le_bytes(*size), str::from_utf8(header)) else {
        return;
    };
    if let RangeRequest::Part(part) = parse_range(header, size) {
        assert!(
            part.start < part.end && part.end <= size,
            "{part:?} of {size}"
        );
        let again = format!("bytes={}-{}", part.start, part.end - 1);
        assert_eq!(parse_range(&again, size), RangeRequest::Part(part));
    }
}

/// The `If-None-Match` header: a tag that is added is found, whatever stands before it.
pub fn if_none_match_header(data: &[u8]) {
    let Ok(header) = str::from_utf8(data) else {
        return;
    };
    let _ = if_none_match_names(header, "\"0123\"");
    assert!(if_none_match_names(
        &format!("{header}, \"0123\""),
        "\"0123\""
    ));
}

/// The `Authorization` header: what is read is what was written, and is not shown.
pub fn authorization_header(data: &[u8]) {
    let _ = parse_basic(data);
    let header = format!("Basic {}", STANDARD.encode(data));
    match parse_basic(header.as_bytes()) {
        Ok(Credentials::Password { user, password }) => {
            assert_eq!(format!("{user}:{password}").as_bytes(), data);
        }
        Ok(Credentials::Token(token)) => {
            let text = token.to_string();
            assert!(str::from_utf8(data).is_ok_and(|data| data.contains(&text)));
            assert!(!format!("{token:?}").contains(&text));
        }
        Err(_) => {}
    }
}

/// The `Forwarded` header: what the nearest proxy adds is read as the last step, whatever stands
/// before it, unless a quote was left open there.
pub fn forwarded_header(data: &[u8]) {
    let Ok(header) = str::from_utf8(data) else {
        return;
    };
    let before = parse_forwarded(header);
    if header.contains('"') {
        return;
    }
    let after = parse_forwarded(&format!(
        "{header}, for=192.0.2.1;proto=https;host=a.example"
    ));
    let (nearest, others) = after.split_last().expect("one was added");
    assert_eq!(others, before);
    let address = "192.0.2.1".parse().expect("an address");
    assert_eq!(nearest.client, Some(address));
    assert_eq!(nearest.is_https, Some(true));
    assert_eq!(nearest.host.as_deref(), Some("a.example"));
}

/// The list in a devpi export: what is written again as it was read is read the same.
pub fn devpi_export(data: &[u8]) {
    let Ok(mut export) = DevpiExport::parse(data) else {
        return;
    };
    let mut files = Vec::new();
    for file in &mut export.files {
        let text = file.uploaded.map(|time| time.to_string());
        // Times before the year 0 have a sign, which the split below would lose.
        let text = text.filter(|text| !text.starts_with('-'));
        if text.is_none() {
            file.uploaded = None;
        }
        let numbers = text.unwrap_or_default();
        let numbers = numbers.split(|letter: char| !letter.is_ascii_digit());
        let when: Vec<i16> = numbers.filter_map(|number| number.parse().ok()).collect();
        files.push(serde_json::json!({
            "type": "releasefile",
            "relpath": file.relative_path,
            "log": [{ "what": "upload", "when": when }],
            "entrymapping": { "hashes": { "sha256": file.sha256.map_or_else(String::new, |digest| digest.to_string()) } },
        }));
    }
    let again = serde_json::json!({ "dumpversion": "2", "indexes": { "a/b": { "files": files } } });
    let again = DevpiExport::parse(again.to_string().as_bytes()).expect("it was written here");
    assert_eq!(again, export);
}
