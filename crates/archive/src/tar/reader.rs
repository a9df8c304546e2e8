//! Reading a tar archive from its start to its end, one entry after the other.

use std::io::BufRead;

use rustc_hash::FxHashSet;

use super::error::TarError;
use super::header::{BLOCK, Form, Header};
use super::pax::{self, Records};
use super::stream::Stream;
use crate::compression::Compression;
use crate::entry_name::{self, Names};
use crate::limits::Limits;

/// Bytes that an extended header may have.
const EXTENDED_MAX: u64 = 1 << 20;
const CHUNK: usize = 64 << 10;

/// Whether entries may be links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// An archive with a link is refused.
    Refused,
    /// Links are reported that lead to a place inside the archive's root: symbolic links whose
    /// target climbs, or stays with `./`, only at its start, and hard links to a file that came before.
    Inside,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TarEntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link; the target is relative to the folder that the link is in.
    Symlink {
        /// The target as written.
        target: String,
    },
    /// Another name of a file that came before.
    HardLink {
        /// That file's name.
        target: String,
    },
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TarEntry {
    /// The name, a checked relative path, without a trailing `/`.
    pub name: String,
    /// What it is.
    pub kind: TarEntryKind,
    /// The bytes of its contents; 0 but for files.
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
    /// Seconds since 1970, as its header says.
    pub modified: Option<u64>,
}

impl TarEntry {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.kind == TarEntryKind::File
    }

    /// Whether anybody may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

/// Reads the entries of an archive in their order. An archive is only known to be whole when
/// [`next_entry`](Self::next_entry) has given `None`.
pub struct TarReader<R: BufRead> {
    stream: Stream<R>,
    limits: Limits,
    links: Links,
    names: Names,
    link_names: FxHashSet<String>,
    entries: usize,
    total: u64,
    /// Bytes of the current entry that were not read yet, and the padding behind them.
    left: u64,
    padding: u64,
    ended: bool,
}

impl<R: BufRead> TarReader<R> {
    /// Starts to read; the compression is told by the first bytes.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn new(input: R, limits: &Limits, links: Links) -> Result<Self, TarError> {
        Ok(Self {
            stream: Stream::new(input, limits.clone())?,
            limits: limits.clone(),
            links,
            names: Names::default(),
            link_names: FxHashSet::default(),
            entries: 0,
            total: 0,
            left: 0,
            padding: 0,
            ended: false,
        })
    }

    /// How the archive is compressed.
    pub fn compression(&self) -> Compression {
        self.stream.compression()
    }

    /// The next entry; what was not read of the last one is passed over. `None` once the archive
    /// has ended and all that follows is padding.
    ///
    /// # Errors
    /// When a header breaks the rules of this module, or the stream is damaged or cut off.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, TarError> {
        if self.ended {
            return Ok(None);
        }
        self.stream.skip(self.left + self.padding)?;
        (self.left, self.padding) = (0, 0);
        let Some(raw) = self.next_raw()? else {
            self.stream.check_end()?;
            self.ended = true;
            return Ok(None);
        };
        let entry = self.checked(raw)?;
        self.left = entry.size;
        self.padding = padding(entry.size);
        Ok(Some(entry))
    }

    /// The rest of the current entry's contents.
    ///
    /// # Errors
    /// When the stream is damaged or cut off.
    pub fn read_contents(&mut self) -> Result<Vec<u8>, TarError> {
        let mut contents = Vec::new();
        self.stream_contents(&mut |piece| contents.extend_from_slice(piece))?;
        Ok(contents)
    }

    /// Hands the rest of the current entry's contents to `sink`, piece by piece.
    ///
    /// # Errors
    /// When the stream is damaged or cut off.
    pub fn stream_contents(&mut self, sink: &mut dyn FnMut(&[u8])) -> Result<(), TarError> {
        let mut buffer = vec![0; CHUNK.min(usize::try_from(self.left).unwrap_or(CHUNK))];
        while self.left > 0 {
            let length = usize::try_from(self.left).map_or(buffer.len(), |n| n.min(buffer.len()));
            self.stream.fill(&mut buffer[..length])?;
            sink(&buffer[..length]);
            self.left -= length as u64;
        }
        Ok(())
    }

    /// Reads the headers of the next entry: extended ones first, then its own.
    fn next_raw(&mut self) -> Result<Option<Raw>, TarError> {
        let mut extended = Extended::default();
        loop {
            let mut block = [0; BLOCK];
            let at = self.stream.position();
            self.stream.fill(&mut block)?;
            if block.iter().all(|byte| *byte == 0) {
                return if extended.is_empty() {
                    Ok(None)
                } else {
                    Err(TarError::layout("ends after an extended header", at))
                };
            }
            let header = Header::parse(&block).map_err(|fault| TarError::layout(fault, at))?;
            let fault = match (header.kind, header.form) {
                (b'x', Form::Posix) if extended.is_empty() => {
                    let bytes = self.extended_contents(&header)?;
                    pax::parse(&bytes)
                        .map(|records| extended.records = Some(records))
                        .err()
                }
                (b'g', Form::Posix) if extended.is_empty() => {
                    let bytes = self.extended_contents(&header)?;
                    pax::check_global(&bytes).err()
                }
                (b'L', Form::Gnu) if extended.long_name.is_none() => {
                    let bytes = self.extended_contents(&header)?;
                    gnu_text(&bytes)
                        .map(|name| extended.long_name = Some(name))
                        .err()
                }
                (b'K', Form::Gnu) if extended.long_link.is_none() => {
                    let bytes = self.extended_contents(&header)?;
                    gnu_text(&bytes)
                        .map(|link| extended.long_link = Some(link))
                        .err()
                }
                (b'x' | b'g' | b'L' | b'K', _) => Some("mixes or repeats extended headers"),
                _ => return Raw::new(&header, extended).map(Some),
            };
            if let Some(fault) = fault {
                return Err(TarError::layout(fault, at));
            }
        }
    }

    fn extended_contents(&mut self, header: &Header<'_>) -> Result<Vec<u8>, TarError> {
        if header.size > EXTENDED_MAX {
            return Err(TarError::TooLarge {
                what: "too long an extended header",
                found: header.size,
                max: EXTENDED_MAX,
            });
        }
        let size = usize::try_from(header.size).expect("it is at most a megabyte");
        let mut contents = vec![0; size];
        self.stream.fill(&mut contents)?;
        self.stream.skip(padding(header.size))?;
        Ok(contents)
    }

    fn checked(&mut self, raw: Raw) -> Result<TarEntry, TarError> {
        self.entries += 1;
        if self.entries > self.limits.entries_max {
            return Err(TarError::TooLarge {
                what: "too many entries",
                found: self.entries as u64,
                max: self.limits.entries_max as u64,
            });
        }
        self.total = self.total.saturating_add(raw.size);
        if self.total > self.limits.total_max_bytes {
            return Err(TarError::TooLarge {
                what: "too many unpacked bytes",
                found: self.total,
                max: self.limits.total_max_bytes,
            });
        }
        let shown = raw.name.clone();
        self.entry(raw)
            .map_err(|fault| TarError::entry(&shown, fault))
    }

    fn entry(&mut self, raw: Raw) -> Result<TarEntry, &'static str> {
        let name = String::from_utf8(raw.name).map_err(|_| "has a name that is not UTF-8")?;
        if name.len() > self.limits.name_max_bytes {
            return Err("has too long a name");
        }
        if raw.size > self.limits.entry_max_bytes {
            return Err("unpacks to more bytes than are allowed");
        }
        let is_folder = raw.kind == b'5';
        let name = match name.strip_suffix('/') {
            Some(_) if !is_folder => return Err("is a folder by its name and not by its kind"),
            Some(folder) => folder.to_owned(),
            None => name,
        };
        entry_name::check(&name)?;
        let target = String::from_utf8(raw.link).map_err(|_| "has a target that is not UTF-8")?;
        // A reader that passes over extended headers must not be led elsewhere.
        if !raw.hidden_link.is_empty() {
            check_symlink(&name, &String::from_utf8_lossy(&raw.hidden_link))?;
        }
        let kind = match raw.kind {
            // The older kind, which some writers of sdists still set.
            b'0' | b'\0' => TarEntryKind::File,
            b'5' => TarEntryKind::Folder,
            b'1' | b'2' if self.links == Links::Refused => return Err("is a link"),
            b'2' => {
                check_symlink(&name, &target)?;
                TarEntryKind::Symlink { target }
            }
            b'1' => {
                if !self.names.has_file(&target) || self.link_names.contains(&target) {
                    return Err("is a hard link to no file before it");
                }
                TarEntryKind::HardLink { target }
            }
            _ => return Err("is neither a file nor a folder"),
        };
        if raw.size != 0 && kind != TarEntryKind::File {
            return Err("has contents and is not a file");
        }
        if is_folder {
            self.names.add_folder(&name)?;
        } else {
            self.names.add_file(&name)?;
        }
        if matches!(
            kind,
            TarEntryKind::Symlink { .. } | TarEntryKind::HardLink { .. }
        ) {
            self.link_names.insert(name.clone());
        }
        Ok(TarEntry {
            name,
            kind,
            size: raw.size,
            mode: raw.mode & 0o777,
            modified: raw.modified,
        })
    }
}

/// The target may climb at its start only: behind a step, `..` could lead elsewhere than the text
/// says when that step is itself a link.
fn check_symlink(name: &str, target: &str) -> Result<(), &'static str> {
    let mut depth = name.split('/').count() - 1;
    let mut rest = target;
    while let Some(after) = rest.strip_prefix("./") {
        rest = after;
    }
    while let Some(after) = rest.strip_prefix("..") {
        if !(after.is_empty() || after.starts_with('/')) {
            break;
        }
        depth = depth.checked_sub(1).ok_or("is a link out of the archive")?;
        rest = after.strip_prefix('/').unwrap_or(after);
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest == "." || (rest.is_empty() && target.starts_with("..")) {
        return Ok(());
    }
    entry_name::check(rest).map_err(|_| "is a link with a target that is not a plain path")
}

/// The header of an entry, with what its extended headers put in its place.
struct Raw {
    name: Vec<u8>,
    kind: u8,
    size: u64,
    mode: u32,
    modified: Option<u64>,
    link: Vec<u8>,
    /// The target in the header itself, where an extended header gave another.
    hidden_link: Vec<u8>,
}

impl Raw {
    fn new(header: &Header<'_>, extended: Extended) -> Result<Self, TarError> {
        let records = extended.records.unwrap_or_default();
        let name = match (records.path, extended.long_name) {
            (Some(path), _) => path.into_bytes(),
            (None, Some(name)) => name,
            (None, None) => header.path(),
        };
        let extended_link = records.link_path.map(String::into_bytes);
        let (link, hidden_link) = match extended_link.or(extended.long_link) {
            Some(link) => (link, header.link.to_vec()),
            None => (header.link.to_vec(), Vec::new()),
        };
        let is_link = matches!(header.kind, b'1' | b'2');
        if !is_link && !link.is_empty() {
            return Err(TarError::entry(&name, "has a link's target and is no link"));
        }
        if records.size.is_some_and(|size| size != header.size) {
            let fault = "has two different sizes";
            return Err(TarError::entry(&name, fault));
        }
        Ok(Self {
            name,
            kind: header.kind,
            size: header.size,
            mode: header.mode,
            modified: header.modified,
            link,
            hidden_link,
        })
    }
}

/// The extended headers before an entry.
#[derive(Default)]
struct Extended {
    records: Option<Records>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Extended {
    fn is_empty(&self) -> bool {
        self.records.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }
}

/// A long name of GNU tar: text, one NUL, nothing else.
fn gnu_text(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    match bytes.split_last() {
        Some((0, text)) if !text.is_empty() && !text.contains(&0) => Ok(text.to_vec()),
        _ => Err("has a damaged long name"),
    }
}

fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}
