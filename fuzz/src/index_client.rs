//! Targets of `tilsit-index-client`: netrc, records of the page cache, segments of the metadata cache,
//! slim metadata.

use tilsit_index_client::http_cache::parse_record;
use tilsit_index_client::metadata_cache::Segment;
use tilsit_index_client::{IndexUrl, Netrc, SlimMetadata};

/// A netrc file: no error shows a word of it.
pub fn netrc(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match text.parse::<Netrc>() {
        Ok(netrc) => drop(netrc.for_host("index.example").cloned()),
        Err(error) => assert!(error.to_string().starts_with("line ")),
    }
}

/// A record of the page cache: a body that is taken is the end of the record.
pub fn http_cache_record(data: &[u8]) {
    if let Some((about, body)) = parse_record(data) {
        assert!(data.ends_with(body));
        assert_eq!(about.length, body.len() as u64);
    }
}

/// A segment of the metadata cache: any bytes are some segment, and cutting it loses only its end.
pub fn metadata_segment(data: &[u8]) {
    let whole = Segment::read(data.to_vec());
    let half = Segment::read(data[..data.len() / 2].to_vec());
    assert!(half.len() <= whole.len());
}

/// The headers that a resolver needs.
pub fn slim_metadata(data: &[u8]) {
    if let Ok(metadata) = SlimMetadata::parse(data) {
        assert!(!metadata.name.is_empty() && !metadata.version.is_empty());
        let _ = metadata.is_static();
    }
}

/// The URL of an index: neither display nor debug output shows its password.
pub fn index_url(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(index) = text.parse::<IndexUrl>() {
        assert!(index.url().password().is_none() && index.url().username().is_empty());
        assert!(index.url().path().ends_with('/'));
    }
}
