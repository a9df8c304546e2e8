//! The pages on disk: when one may be used again without asking, and how one is written.
//!
//! Follows RFC 9111 for a private cache, with two decisions of our own:
//! - an answer with a validator (`ETag`, `Last-Modified`) but without a lifetime is asked for again
//!   each time, which costs a short `304`;
//! - an answer with neither is used for [`FALLBACK_SECONDS`], since asking again would mean loading
//!   the whole page for each command.
//!
//! A page is one file, a [record](crate::page_record), whose details are read only when they are
//! asked for. It is replaced by renaming, never written into; its modification time is the moment of
//! the last check, so that a `304` costs no rewriting.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tilsit_files::{AtomicFile, Durability, FileError, FileKind};
use tilsit_packaging::name::ProjectName;
use url::Url;

use crate::compact_page::CompactPage;
use crate::digest::hexadecimal;
use crate::page_record::{About, read_head, write_start};
use crate::retry::http_date;

/// How long an answer without lifetime and validators is used, as PyPI states it for its own pages.
pub const FALLBACK_SECONDS: u64 = 600;

/// The folder of pages in a cache.
pub const PAGES: &str = "pages-v2";

/// Takes the pages of some projects out of a cache, whatever index they are from, and gives how many
/// there were.
///
/// # Errors
/// When the pages cannot be listed, or one not be removed.
pub fn forget_pages(cache: &Path, names: &[ProjectName]) -> Result<usize, FileError> {
    let folder = cache.join(PAGES);
    if !tilsit_files::exists(&folder)? {
        return Ok(0);
    }
    let mut removed = 0;
    for entry in tilsit_files::walk(&folder)? {
        if entry.kind != FileKind::File {
            continue;
        }
        let Ok(file) = File::open(&entry.path) else {
            continue;
        };
        let length = file.metadata().map_or(0, |found| found.len());
        let url = read_head(&file, length).and_then(|(about, ..)| about.url.parse::<Url>().ok());
        let is_meant = url
            .as_ref()
            .and_then(project_of)
            .is_some_and(|name| names.contains(&name));
        if is_meant {
            tilsit_files::remove_file(&entry.path)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The project whose page this is: the last step of its path.
fn project_of(url: &Url) -> Option<ProjectName> {
    let steps = url.path_segments()?;
    steps.rev().find(|step| !step.is_empty())?.parse().ok()
}

/// A page of the cache, save its details.
#[derive(Debug)]
pub(crate) struct CachedPage {
    pub(crate) about: About,
    pub(crate) page: CompactPage,
    pub(crate) details: CachedDetails,
}

/// Where the details of a page lie.
#[derive(Debug, Clone)]
pub(crate) struct CachedDetails {
    path: PathBuf,
    start: u64,
}

impl CachedDetails {
    /// Reads a part of the details. Another process may have replaced the file: the checksum tells.
    pub(crate) fn read(&self, block: &Range<u64>) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start + block.start))?;
        let length = block.end - block.start;
        // All of them may be asked for without knowing how many there are.
        let capacity = usize::try_from(length).unwrap_or(0).min(1 << 20);
        let mut bytes = Vec::with_capacity(capacity);
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
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
            folder: cache.join(PAGES),
        }
    }

    /// The page of a URL, with the seconds since it was last checked. A record that cannot be read
    /// is none: it is fetched anew.
    pub(crate) fn load(&self, url: &Url, now: Timestamp) -> Option<(CachedPage, u64)> {
        let path = self.path(url);
        let file = File::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let (about, page, details) = read_head(&file, metadata.len())?;
        // The name of the file is only a hash of the URL.
        (about.url == url.as_str()).then_some(())?;
        let checked = Timestamp::try_from(metadata.modified().ok()?).ok()?;
        let age = now.duration_since(checked).as_secs();
        let details = CachedDetails {
            path,
            start: metadata.len() - details,
        };
        let cached = CachedPage {
            about,
            page,
            details,
        };
        // A record from the future, after a clock was set back, counts as stale.
        Some((cached, u64::try_from(age).unwrap_or(u64::MAX)))
    }

    /// Keeps a page, checked at `now`.
    pub(crate) fn store(
        &self,
        about: &About,
        page: &CompactPage,
        details: &[u8],
        now: Timestamp,
    ) -> Result<CachedDetails, FileError> {
        let path = self.path_of(&about.url);
        if let Some(folder) = path.parent() {
            tilsit_files::create_dir_all(folder)?;
        }
        let start = write_start(about, page, details);
        let mut file = AtomicFile::create(&path)?;
        file.write(&start)?;
        file.write(details)?;
        file.commit(Durability::Fast)?;
        set_checked(&path, now);
        let start = start.len() as u64;
        Ok(CachedDetails { path, start })
    }

    /// Notes that the page has to be asked for again, whatever it says.
    pub(crate) fn forget(&self, url: &Url) {
        // One that cannot be removed is read again, and found damaged again.
        let _ = tilsit_files::remove_file(self.path(url));
    }

    /// Notes that the page was found unchanged at `now`. A failure costs only another check later.
    pub(crate) fn checked(&self, url: &Url, now: Timestamp) {
        set_checked(&self.path(url), now);
    }

    fn path(&self, url: &Url) -> PathBuf {
        self.path_of(url.as_str())
    }

    fn path_of(&self, url: &str) -> PathBuf {
        let name = hexadecimal(&Sha256::digest(url)[..16]);
        self.folder.join(&name[..2]).join(&name[2..])
    }
}

fn set_checked(path: &Path, now: Timestamp) {
    let since_epoch = Duration::try_from(now.duration_since(Timestamp::UNIX_EPOCH));
    if let Ok(since_epoch) = since_epoch
        && let Ok(file) = File::options().append(true).open(path)
    {
        let _ = file.set_modified(SystemTime::UNIX_EPOCH + since_epoch);
    }
}

#[cfg(test)]
mod tests;
