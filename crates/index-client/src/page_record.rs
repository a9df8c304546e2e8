//! How a page lies in the cache: what is known of the answer that brought it, its head, its details.
//!
//! | bytes | what |
//! |---|---|
//! | 14 | `tilsit page 2\n` |
//! | 4, 4 | lengths of what is known of the answer and of the page's head, little endian |
//! | 8 | length of the page's details |
//! | 4 | CRC-32 of the three lengths and of the two parts that follow |
//! | | what is known of the answer, as JSON |
//! | | the page's head ([`CompactPage`]) |
//! | | the page's details, in blocks whose checksums are in the head |
//!
//! Nothing is believed that the checksums do not cover: of the start and the two first parts here,
//! of each block of details where it is read.

use std::fs::File;
use std::io::Read as _;

use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::{JsonPageError, ProjectPage, parse_json_into};

use crate::compact_page::{Builder, CompactPage};

/// The first line of a record; another version of the format has another line.
const MAGIC: &[u8; 14] = b"tilsit page 2\n";
/// The magic, the lengths and the checksum.
const START_BYTES: usize = 34;
/// A longer head is taken as damage; the largest pages have some MB.
const HEAD_MAX_BYTES: usize = 256 << 20;

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
}

impl About {
    pub(crate) fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// The bytes of a record before the details.
pub(crate) fn write_start(about: &About, page: &CompactPage, details: &[u8]) -> Vec<u8> {
    let about = serde_json::to_vec(about).expect("the keys are texts");
    let head = page.bytes();
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut record = Vec::with_capacity(START_BYTES + about.len() + head.len());
    record.extend_from_slice(MAGIC);
    record.extend_from_slice(&length(about.len()));
    record.extend_from_slice(&length(head.len()));
    record.extend_from_slice(&(details.len() as u64).to_le_bytes());
    let crc = checksum(&record[MAGIC.len()..], &about, head);
    record.extend_from_slice(&crc.to_le_bytes());
    record.extend_from_slice(&about);
    record.extend_from_slice(head);
    record
}

/// What the first bytes of a record say of the rest.
struct Start {
    about: usize,
    head: usize,
    details: u64,
    crc: u32,
}

impl Start {
    fn read(bytes: &[u8; START_BYTES]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let number = |at: usize| Some(u32::from_le_bytes(*rest[at..].first_chunk()?));
        let start = Self {
            about: number(0)? as usize,
            head: number(4)? as usize,
            details: u64::from_le_bytes(*rest[8..].first_chunk()?),
            crc: number(16)?,
        };
        let is_sane = start.about <= HEAD_MAX_BYTES && start.head <= HEAD_MAX_BYTES;
        is_sane.then_some(start)
    }

    /// How long the whole record is.
    fn length(&self) -> Option<u64> {
        let before = (START_BYTES + self.about + self.head) as u64;
        before.checked_add(self.details)
    }
}

/// The part of a record that comes before the details, read from the file; and how long those are.
pub(crate) fn read_head(mut file: &File, length: u64) -> Option<(About, CompactPage, u64)> {
    let mut first = [0; START_BYTES];
    file.read_exact(&mut first).ok()?;
    let start = Start::read(&first)?;
    if start.length() != Some(length) {
        return None;
    }
    let part = |length: usize| {
        let mut bytes = Vec::with_capacity(length);
        file.take(length as u64).read_to_end(&mut bytes).ok()?;
        (bytes.len() == length).then_some(bytes)
    };
    let (about, head) = (part(start.about)?, part(start.head)?);
    let (about, page) = parse_head(&first, &start, &about, head)?;
    Some((about, page, start.details))
}

fn parse_head(
    first: &[u8; START_BYTES],
    start: &Start,
    about: &[u8],
    head: Vec<u8>,
) -> Option<(About, CompactPage)> {
    let lengths = &first[MAGIC.len()..START_BYTES - 4];
    if checksum(lengths, about, &head) != start.crc {
        return None;
    }
    Some((
        serde_json::from_slice(about).ok()?,
        CompactPage::read(head)?,
    ))
}

/// Reads a whole record of the page cache: what is known of the answer, and the page with all its
/// files. `None` for anything that is torn, rotten or of another version.
pub fn parse_record(record: &[u8]) -> Option<(About, ProjectPage)> {
    let (first, rest) = record.split_first_chunk()?;
    let start = Start::read(first)?;
    if start.length() != Some(record.len() as u64) {
        return None;
    }
    let (about, rest) = rest.split_at_checked(start.about)?;
    let (head, details) = rest.split_at_checked(start.head)?;
    let (about, page) = parse_head(first, &start, about, head.to_vec())?;
    let mut whole = page.about().clone();
    for release in page.blocks() {
        let block = release.block();
        let block = usize::try_from(block.start).ok()?..usize::try_from(block.end).ok()?;
        whole
            .files
            .extend(page.details(&release, details.get(block)?)?);
    }
    Some((about, whole))
}

/// Makes a record of a page as it comes, and of what is known of the answer.
///
/// # Errors
/// When the body is no JSON page.
pub fn record_of(
    about: &About,
    body: &[u8],
    project: &ProjectName,
) -> Result<Vec<u8>, JsonPageError> {
    let url = about.final_url.parse().ok();
    let mut builder = Builder::new(Some(project.clone()));
    let page = parse_json_into(body, url.as_ref(), &mut builder)?;
    let (page, details) = builder.finish(page);
    let mut record = write_start(about, &page, &details);
    record.extend_from_slice(&details);
    Ok(record)
}

fn checksum(lengths: &[u8], about: &[u8], head: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    for part in [lengths, about, head] {
        crc.update(part);
    }
    crc.sum()
}

#[cfg(test)]
mod tests;
