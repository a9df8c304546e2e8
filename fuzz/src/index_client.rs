//! Targets of `tilsit-index-client`: netrc, kept logins, records of the page cache, segments of the metadata cache,
//! slim metadata.

use tilsit_index_client::metadata_cache::Segment;
use tilsit_index_client::page_record::parse_record;
use tilsit_index_client::{CompactPage, IndexUrl, Logins, Netrc, SlimMetadata};

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

/// A file of logins: what is read is written and read back as the same, no login covers another
/// origin, and no error shows a word of the file.
pub fn logins(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Logins::parse(text) {
        Ok(logins) => {
            for login in logins.iter() {
                let place = login.place();
                assert!(matches!(place.scheme(), "http" | "https"));
                assert!(place.path().ends_with('/') && place.username().is_empty());
                let found = logins.for_url(place).expect("a place lies in itself");
                assert_eq!(found, login);
            }
            let elsewhere = "https://nobody:1/".parse().expect("it is a URL");
            let found = logins.for_url(&elsewhere);
            assert!(found.is_none_or(|login| login.place().port() == Some(1)));
            assert_eq!(Logins::parse(&logins.to_text()), Ok(logins));
        }
        Err(error) => assert!(error.to_string().starts_with("line ")),
    }
}

/// A record of the page cache: only what its checksums cover is taken.
pub fn http_cache_record(data: &[u8]) {
    if let Some((_, page)) = parse_record(data) {
        assert!(page.files.len() <= data.len());
        let mut changed = data.to_vec();
        changed[data.len() / 2] ^= 1;
        assert!(parse_record(&changed).is_none());
    }
}

/// The head of a compact page: whatever is taken can be used, to the last text.
pub fn compact_page(data: &[u8]) {
    let Some(page) = CompactPage::read(data.to_vec()) else {
        return;
    };
    assert_eq!(page.bytes(), data);
    for release in page.releases() {
        assert!(page.version(&release).len() <= data.len());
        for file in page.files(&release) {
            let texts = [file.requires_python(), file.yanked().reason()];
            let length: usize = texts
                .into_iter()
                .flatten()
                .map(|text| page.text(text).len())
                .sum();
            assert!(length <= 2 * data.len());
            drop(file.wheel().and_then(|text| page.wheel(text)));
        }
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
