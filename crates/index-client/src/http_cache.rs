//! The pages on disk: when one may be used again without asking, and how one is written.
//!
//! Follows RFC 9111 for a private cache, with two decisions of our own:
//! - an answer with a validator (`ETag`, `Last-Modified`) but without a lifetime is asked for again
//!   each time, which costs a short `304`;
//! - an answer with neither is used for [`FALLBACK_SECONDS`], since asking again would mean loading
//!   the whole page for each command.
//!
//! A record is one file: a line with a magic, one line of JSON about the answer, then the body as it
//! came, decompressed. The file's modification time is the moment of the last check, so that a `304`
//! costs no rewriting.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError};
use url::Url;

use crate::digest::hexadecimal;
use crate::retry::http_date;

/// How long an answer without lifetime and validators is used, as PyPI states it for its own pages.
pub const FALLBACK_SECONDS: u64 = 600;

/// The first line of a record; another version of the format has another line.
const MAGIC: &[u8] = b"tilsit page 1\n";

/// A page as it came: what the cache keeps of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CachedPage {
    pub(crate) about: About,
    pub(crate) body: Vec<u8>,
}

/// What is known of an answer besides its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What was asked for.
    pub url: String,
    /// Where the answer came from, after redirects.
    pub final_url: String,
    /// The `Content-Type`.
    pub content_type: String,
    /// The `ETag`.
    pub etag: Option<String>,
    /// The `Last-Modified`.
    pub last_modified: Option<String>,
    /// For how many seconds after the check the answer may be used without asking.
    pub fresh_seconds: u64,
    /// The length of the body.
    pub length: u64,
    /// The CRC-32 of the body, against a torn or rotten file.
    pub crc32: u32,
}

impl About {
    pub(crate) fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// The headers of an answer that the cache looks at.
#[derive(Debug, Default, Clone)]
pub(crate) struct CacheHeaders<'a> {
    pub(crate) cache_control: Vec<&'a str>,
    pub(crate) age: Option<&'a str>,
    pub(crate) expires: Option<&'a str>,
    pub(crate) date: Option<&'a str>,
    pub(crate) has_validator: bool,
}

/// What the headers say about keeping an answer: `None` when it must not be kept, else for how many
/// seconds it is fresh.
pub(crate) fn lifetime(headers: &CacheHeaders<'_>) -> Option<u64> {
    let mut max_age = None;
    let mut always_ask = false;
    let directives = headers
        .cache_control
        .iter()
        .flat_map(|header| header.split(','));
    for directive in directives {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" => return None,
            "no-cache" => always_ask = true,
            // A value that is no number means stale (RFC 9111, 4.2.1).
            "max-age" => max_age = Some(value.trim().trim_matches('"').parse::<u64>().unwrap_or(0)),
            _ => {}
        }
    }
    if always_ask {
        return Some(0);
    }
    let age = headers
        .age
        .and_then(|age| age.trim().parse::<u64>().ok())
        .unwrap_or(0);
    if let Some(max_age) = max_age {
        return Some(max_age.saturating_sub(age));
    }
    if let Some(expires) = headers.expires {
        let until = http_date(expires).zip(headers.date.and_then(http_date));
        let seconds = until.map_or(0, |(until, date)| until.duration_since(date).as_secs());
        return Some(u64::try_from(seconds).unwrap_or(0).saturating_sub(age));
    }
    Some(if headers.has_validator {
        0
    } else {
        FALLBACK_SECONDS
    })
}

/// The pages below one folder.
#[derive(Debug, Clone)]
pub(crate) struct HttpCache {
    folder: PathBuf,
}

impl HttpCache {
    pub(crate) fn new(cache: &Path) -> Self {
        Self {
            folder: cache.join("pages-v1"),
        }
    }

    /// The page of a URL, with the seconds since it was last checked. A record that cannot be read
    /// is none: it is fetched anew.
    pub(crate) fn load(&self, url: &Url, now: Timestamp) -> Option<(CachedPage, u64)> {
        let path = self.path(url);
        let checked = tilsit_files::metadata(&path).ok()?.modified().ok()?;
        let page = read_record(tilsit_files::read(&path).ok()?)?;
        // The name of the file is only a hash of the URL.
        (page.about.url == url.as_str()).then_some(())?;
        let checked = Timestamp::try_from(checked).ok()?;
        let age = now.duration_since(checked).as_secs();
        // A record from the future, after a clock was set back, counts as stale.
        Some((page, u64::try_from(age).unwrap_or(u64::MAX)))
    }

    /// Keeps a page, checked at `now`.
    pub(crate) fn store(
        &self,
        url: &Url,
        page: &CachedPage,
        now: Timestamp,
    ) -> Result<(), FileError> {
        let path = self.path(url);
        if let Some(folder) = path.parent() {
            tilsit_files::create_dir_all(folder)?;
        }
        tilsit_files::write_atomic(&path, write_record(page), Durability::Fast)?;
        self.checked(url, now);
        Ok(())
    }

    /// Notes that the page was found unchanged at `now`. A failure costs only another check later.
    pub(crate) fn checked(&self, url: &Url, now: Timestamp) {
        let since_epoch = Duration::try_from(now.duration_since(Timestamp::UNIX_EPOCH));
        if let Ok(since_epoch) = since_epoch
            && let Ok(file) = std::fs::File::options().append(true).open(self.path(url))
        {
            let _ = file.set_modified(SystemTime::UNIX_EPOCH + since_epoch);
        }
    }

    fn path(&self, url: &Url) -> PathBuf {
        let name = hexadecimal(&Sha256::digest(url.as_str())[..16]);
        self.folder.join(&name[..2]).join(&name[2..])
    }
}

/// The bytes of a record.
fn write_record(page: &CachedPage) -> Vec<u8> {
    let about = About {
        length: page.body.len() as u64,
        crc32: crc32(&page.body),
        ..page.about.clone()
    };
    let about = serde_json::to_vec(&about).expect("the keys are texts");
    let mut record = Vec::with_capacity(MAGIC.len() + about.len() + 1 + page.body.len());
    record.extend_from_slice(MAGIC);
    record.extend_from_slice(&about);
    record.push(b'\n');
    record.extend_from_slice(&page.body);
    record
}

fn read_record(mut record: Vec<u8>) -> Option<CachedPage> {
    let (about, body) = parse_record(&record)?;
    let start = record.len() - body.len();
    record.drain(..start);
    Some(CachedPage {
        about,
        body: record,
    })
}

/// Reads a record of the page cache: what is known of the answer, and its body. `None` for anything
/// that is torn, rotten or of another version.
pub fn parse_record(record: &[u8]) -> Option<(About, &[u8])> {
    let rest = record.strip_prefix(MAGIC)?;
    let end = rest.iter().take(64 << 10).position(|byte| *byte == b'\n')?;
    let about: About = serde_json::from_slice(&rest[..end]).ok()?;
    let body = &rest[end + 1..];
    (about.length == body.len() as u64 && about.crc32 == crc32(body)).then_some((about, body))
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests;
