//! A project's page in the form that the cache keeps: what decides about versions first, the rest
//! apart.
//!
//! A resolution looks at every version of hundreds of projects and takes a single file of each. So a
//! page is kept in two parts. The *head* has the releases, oldest first, and of each file a row of
//! fixed size with what decides whether it may be taken; texts that many files share (tags,
//! `requires-python`) stand in it once, so that each has to be understood only once. The *details* are
//! names, URLs, hashes and sizes, one block for each release, read when somebody asks for the files of
//! the release.
//!
//! The numbers are little endian. The head has no checksum of its own (the record around it has one);
//! it holds the checksum of each block of details. [`CompactPage::read`] takes any bytes and gives
//! `None` for what is no head.

mod builder;
mod bytes;
mod details;

use std::ops::Range;
use std::slice::ChunksExact;

use jiff::Timestamp;
use tilsit_packaging::file_name::{SdistKind, WheelFileName};
use tilsit_simple_api::{ApiVersion, File, ProjectPage, Yanked};
use url::Url;

pub(crate) use builder::Builder;
use bytes::{Reader, Writer};

/// The head of a project's page: its bytes as they lie in the cache, checked once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactPage {
    /// What the page says of itself; it has no files and no versions.
    about: ProjectPage,
    /// The start that most URLs of the page have in common.
    url_start: Text,
    /// Where the texts lie, where their ends, the releases and the files, and how many there are.
    texts: Range<usize>,
    ends: Table,
    /// Sorted by version; files that are no distributions of the project stand behind, in an entry
    /// without a version.
    releases: Table,
    files: Table,
    bytes: Vec<u8>,
}

/// Entries of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Table {
    start: usize,
    count: usize,
}

const END_BYTES: usize = 4;
const RELEASE_BYTES: usize = 24;
const FILE_BYTES: usize = 21;

/// A text of a page's head, which many of its files share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(u32);

impl Text {
    /// The number of the text on its page, counted from 0.
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// A release of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactRelease {
    /// `None` for the files that are no distributions.
    version: Option<Text>,
    first: u32,
    count: u32,
    /// Where its block of details lies, how long it is, and its CRC-32.
    block: u32,
    length: u32,
    crc32: u32,
}

impl CompactRelease {
    pub(crate) fn block(&self) -> std::ops::Range<u64> {
        u64::from(self.block)..u64::from(self.block) + u64::from(self.length)
    }

    /// How many files it has.
    pub fn file_count(&self) -> usize {
        self.count as usize
    }
}

/// What decides about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactFile {
    kind: Kind,
    has_metadata: bool,
    requires_python: Option<Text>,
    /// What follows the version in the name of a wheel.
    wheel: Option<Text>,
    yanked: CompactYanked,
    /// In microseconds since the epoch.
    upload_time: Option<i64>,
}

/// Whether a file is yanked (PEP 592).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompactYanked {
    /// It is not.
    No,
    /// It is, with the reason that was given.
    Yes(Option<Text>),
}

impl CompactYanked {
    /// The reason that was given.
    pub fn reason(self) -> Option<Text> {
        match self {
            Self::No => None,
            Self::Yes(reason) => reason,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Wheel,
    TarGz,
    Zip,
    Other,
}

impl CompactFile {
    /// Whether it is a wheel.
    pub fn is_wheel(&self) -> bool {
        self.kind == Kind::Wheel
    }

    /// The form of the archive, of an sdist.
    pub fn sdist_kind(&self) -> Option<SdistKind> {
        match self.kind {
            Kind::TarGz => Some(SdistKind::TarGz),
            Kind::Zip => Some(SdistKind::Zip),
            Kind::Wheel | Kind::Other => None,
        }
    }

    /// Build tag, tags and variant of a wheel, as in its name; see [`CompactPage::wheel`].
    pub fn wheel(&self) -> Option<Text> {
        self.wheel
    }

    /// The Python versions that it is for, as written.
    pub fn requires_python(&self) -> Option<Text> {
        self.requires_python
    }

    /// Whether it is yanked, and why.
    pub fn yanked(&self) -> CompactYanked {
        self.yanked
    }

    /// When it was uploaded.
    pub fn upload_time(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.upload_time?).ok()
    }

    /// Whether its metadata can be had beside it.
    pub fn has_metadata(&self) -> bool {
        self.has_metadata
    }
}

impl CompactPage {
    /// What the page says of itself: name, status, version of the API, base. It lists no files.
    pub fn about(&self) -> &ProjectPage {
        &self.about
    }

    /// The releases, the oldest first.
    pub fn releases(&self) -> impl ExactSizeIterator<Item = CompactRelease> + DoubleEndedIterator {
        let count = self.releases.count;
        let is_behind = |place: usize| self.release(place).version.is_none();
        let ends = count - usize::from(count > 0 && is_behind(count - 1));
        (0..ends).map(|place| self.release(place))
    }

    /// All releases, and behind them an entry for files that are no distributions, if there are any.
    pub(crate) fn blocks(&self) -> impl ExactSizeIterator<Item = CompactRelease> {
        (0..self.releases.count).map(|place| self.release(place))
    }

    /// The release at a place, counted from the oldest.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn release(&self, place: usize) -> CompactRelease {
        assert!(place < self.releases.count);
        let start = self.releases.start + place * RELEASE_BYTES;
        read_release(&mut Reader(&self.bytes[start..])).expect("it was read before")
    }

    /// The version of a release as the first of its files writes it.
    pub fn version(&self, release: &CompactRelease) -> &str {
        release.version.map_or("", |text| self.text(text))
    }

    /// The files of a release, in the page's order.
    pub fn files<'a>(
        &'a self,
        release: &CompactRelease,
    ) -> impl ExactSizeIterator<Item = CompactFile> + DoubleEndedIterator + use<'a> {
        let first = release.first as usize;
        let start = self.files.start + first * FILE_BYTES;
        let end = start + release.file_count() * FILE_BYTES;
        let rows = self.bytes[start..end].chunks_exact(FILE_BYTES);
        rows.map(|row| read_file(row).expect("it was read before"))
    }

    /// How many texts there are.
    pub fn text_count(&self) -> usize {
        self.ends.count
    }

    /// A text of this page.
    pub fn text(&self, text: Text) -> &str {
        let number = text.number();
        let start = match number {
            0 => 0,
            _ => self.end_of(number - 1),
        };
        let bytes = &self.bytes[self.texts.clone()][start..self.end_of(number)];
        std::str::from_utf8(bytes).expect("it was read before")
    }

    fn end_of(&self, number: usize) -> usize {
        let place = self.ends.start + number * END_BYTES;
        let end = self.bytes[place..].first_chunk();
        u32::from_le_bytes(*end.expect("it was read before")) as usize
    }

    /// What a wheel's name says besides project and version, which are made up here.
    pub fn wheel(&self, text: Text) -> Option<WheelFileName> {
        format!("x-0-{}.whl", self.text(text)).parse().ok()
    }

    /// The files of a release in full, from its block of details; `None` if that is damaged.
    pub(crate) fn details(&self, release: &CompactRelease, block: &[u8]) -> Option<Vec<File>> {
        if block.len() != release.length as usize || crc32(block) != release.crc32 {
            return None;
        }
        let mut reader = Reader(block);
        let mut files = Vec::with_capacity(release.count as usize);
        for file in self.files(release) {
            let (name, url, hashes, size_bytes, core_metadata, provenance) =
                details::read(&mut reader, self.text(self.url_start))?;
            let owned = |text: Text| Box::<str>::from(self.text(text));
            files.push(File {
                hashes,
                requires_python: file.requires_python.map(owned),
                size_bytes,
                upload_time: file.upload_time(),
                yanked: match file.yanked {
                    CompactYanked::No => Yanked::No,
                    CompactYanked::Yes(reason) => Yanked::Yes(reason.map(owned)),
                },
                core_metadata,
                provenance,
                ..File::new(name, url)
            });
        }
        reader.0.is_empty().then_some(files)
    }

    /// The release here that is one of another page: of the same version, with files of the same
    /// kinds in the same order.
    pub(crate) fn same_release(
        &self,
        other: &Self,
        release: &CompactRelease,
    ) -> Option<CompactRelease> {
        let version = other.version(release);
        let mut blocks = self.blocks();
        let found = blocks.find(|found| self.version(found) == version)?;
        let kinds = |page: &Self, release: &CompactRelease| -> Vec<(Kind, Option<String>)> {
            let wheel = |file: &CompactFile| file.wheel.map(|text| page.text(text).to_owned());
            let files = page.files(release);
            files.map(|file| (file.kind, wheel(&file))).collect()
        };
        (kinds(self, &found) == kinds(other, release)).then_some(found)
    }

    /// The bytes of the head.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads a head; `None` for bytes that are none.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let mut reader = Reader(&bytes);
        let reader = &mut reader;
        let place = |reader: &Reader<'_>| bytes.len() - reader.0.len();
        let about = read_about(reader)?;
        let text = reader.text()?;
        let texts = place(reader) - text.len()..place(reader);
        let table = |reader: &mut Reader<'_>, size: usize| {
            let count = reader.count(size)?;
            let start = place(reader);
            reader.bytes(count * size)?;
            Some(Table { start, count })
        };
        let ends = table(reader, END_BYTES)?;
        let url_start = Text(reader.number()?);
        let releases = table(reader, RELEASE_BYTES)?;
        let files = table(reader, FILE_BYTES)?;
        let is_whole = reader.0.is_empty();
        let checked = Checked {
            text_count: u32::try_from(ends.count).ok()?,
            file_count: u32::try_from(files.count).ok()?,
        };
        let is_sound = are_ends(ends.of(&bytes, END_BYTES), text)
            && checked.releases(releases.of(&bytes, RELEASE_BYTES))
            && checked.files(files.of(&bytes, FILE_BYTES))
            && checked.text(Some(url_start));
        (is_whole && is_sound).then_some(Self {
            about,
            url_start,
            texts,
            ends,
            releases,
            files,
            bytes,
        })
    }
}

impl Table {
    fn of<'a>(&self, bytes: &'a [u8], size: usize) -> ChunksExact<'a, u8> {
        bytes[self.start..self.start + self.count * size].chunks_exact(size)
    }
}

/// What is checked once, so that nothing has to be when the page is used.
struct Checked {
    text_count: u32,
    file_count: u32,
}

impl Checked {
    fn text(&self, text: Option<Text>) -> bool {
        text.is_none_or(|text| text.0 < self.text_count)
    }

    /// The releases share the files out among them without gaps; only the last has no version.
    fn releases(&self, releases: ChunksExact<'_, u8>) -> bool {
        let mut next = Some(0_u32);
        let count = releases.len();
        let fits = releases.enumerate().all(|(place, release)| {
            let Some(release) = read_release(&mut Reader(release)) else {
                return false;
            };
            let starts = next == Some(release.first);
            next = release.first.checked_add(release.count);
            let has_version = release.version.is_some() || place + 1 == count;
            starts && has_version && self.text(release.version)
        });
        fits && next == Some(self.file_count)
    }

    fn files(&self, mut files: ChunksExact<'_, u8>) -> bool {
        files.all(|row| {
            read_file(row).is_some_and(|file| {
                self.text(file.requires_python)
                    && self.text(file.wheel)
                    && self.text(file.yanked.reason())
            })
        })
    }
}

/// The ends follow each other, and part the texts between characters.
fn are_ends(mut ends: ChunksExact<'_, u8>, texts: &str) -> bool {
    let mut before = 0;
    ends.all(|end| {
        let end = Reader(end).number().map_or(usize::MAX, |end| end as usize);
        let fits = end >= before && texts.is_char_boundary(end);
        before = end;
        fits
    })
}

fn read_about(reader: &mut Reader<'_>) -> Option<ProjectPage> {
    let api_version = ApiVersion {
        major: reader.number()?,
        minor: reader.number()?,
    };
    let mut about = ProjectPage::new(reader.text()?);
    about.api_version = api_version;
    // An empty text is none.
    let serial = reader.text()?;
    if !serial.is_empty() {
        about.last_serial = Some(serial.parse().ok()?);
    }
    about.status.state = reader.text()?.into();
    let reason = reader.text()?;
    about.status.reason = (!reason.is_empty()).then(|| reason.to_owned());
    let base = reader.text()?;
    if !base.is_empty() {
        about.base = Some(base.parse().ok()?);
    }
    Some(about)
}

fn write_about(writer: &mut Writer, about: &ProjectPage) {
    writer.number(about.api_version.major);
    writer.number(about.api_version.minor);
    writer.text(&about.name);
    let serial = about.last_serial.map(|serial| serial.to_string());
    writer.text(&serial.unwrap_or_default());
    writer.text(about.status.state.as_str());
    writer.text(about.status.reason.as_deref().unwrap_or_default());
    writer.text(about.base.as_ref().map(Url::as_str).unwrap_or_default());
}

fn read_release(reader: &mut Reader<'_>) -> Option<CompactRelease> {
    Some(CompactRelease {
        version: one_down(reader.number()?),
        first: reader.number()?,
        count: reader.number()?,
        block: reader.number()?,
        length: reader.number()?,
        crc32: reader.number()?,
    })
}

fn write_release(writer: &mut Writer, release: &CompactRelease) {
    writer.number(one_up(release.version));
    let CompactRelease {
        first,
        count,
        block,
        length,
        crc32,
        ..
    } = *release;
    for number in [first, count, block, length, crc32] {
        writer.number(number);
    }
}

fn read_file(row: &[u8]) -> Option<CompactFile> {
    let mut reader = Reader(row);
    let flags = reader.byte()?;
    let kind = [Kind::Wheel, Kind::TarGz, Kind::Zip, Kind::Other][usize::from(flags & 3)];
    let requires_python = one_down(reader.number()?);
    let wheel = one_down(reader.number()?);
    let yanked = match reader.number()? {
        0 => CompactYanked::No,
        number => CompactYanked::Yes(one_down(number - 1)),
    };
    let time = reader.long()?;
    (flags < 16).then_some(CompactFile {
        kind,
        has_metadata: flags & 4 != 0,
        requires_python,
        wheel,
        yanked,
        upload_time: (flags & 8 != 0).then_some(time),
    })
}

fn write_file(writer: &mut Writer, file: &CompactFile) {
    let has_time = u8::from(file.upload_time.is_some());
    writer.byte(file.kind as u8 | u8::from(file.has_metadata) << 2 | has_time << 3);
    writer.number(one_up(file.requires_python));
    writer.number(one_up(file.wheel));
    writer.number(match file.yanked {
        CompactYanked::No => 0,
        CompactYanked::Yes(reason) => one_up(reason) + 1,
    });
    writer.long(file.upload_time.unwrap_or_default());
}

/// 0 is no text.
fn one_up(text: Option<Text>) -> u32 {
    text.map_or(0, |text| text.0 + 1)
}

fn one_down(number: u32) -> Option<Text> {
    number.checked_sub(1).map(Text)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests;
