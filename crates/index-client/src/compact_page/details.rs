//! One file's details as bytes: a byte of flags, then name, URL, hashes, size, provenance, and the
//! hashes of its metadata.

use tilsit_simple_api::{CoreMetadataFile, FileParts, Hashes, Sha256Digest};

use super::bytes::{Reader, Writer};

/// The URL begins with the page's common start, which is left out.
const STARTS_AS_OTHERS: u8 = 1;
/// The URL ends with the file's name, which is left out.
const ENDS_WITH_NAME: u8 = 1 << 1;
const HAS_SIZE: u8 = 1 << 2;
const HAS_PROVENANCE: u8 = 1 << 3;
/// Its metadata can be had beside it.
const HAS_METADATA: u8 = 1 << 4;
/// The hashes of its metadata are stated.
const HAS_METADATA_HASHES: u8 = 1 << 5;

/// Name, URL, hashes, size, metadata and provenance.
pub(super) type Details = (
    Box<str>,
    Box<str>,
    Hashes,
    Option<u64>,
    CoreMetadataFile,
    Option<Box<str>>,
);

pub(super) fn write(writer: &mut Writer, file: &FileParts<'_>, url_start: &str) {
    let mut flags = 0;
    let mut url: &str = &file.url;
    if let Some(rest) = url.strip_suffix(&*file.name) {
        (url, flags) = (rest, flags | ENDS_WITH_NAME);
    }
    if let Some(rest) = url.strip_prefix(url_start) {
        (url, flags) = (rest, flags | STARTS_AS_OTHERS);
    }
    let metadata = match &file.core_metadata {
        CoreMetadataFile::No => None,
        CoreMetadataFile::Yes => Some(None),
        CoreMetadataFile::Hashed(hashes) => Some(Some(hashes)),
    };
    for (is_there, flag) in [
        (file.size_bytes.is_some(), HAS_SIZE),
        (file.provenance.is_some(), HAS_PROVENANCE),
        (metadata.is_some(), HAS_METADATA),
        (metadata.flatten().is_some(), HAS_METADATA_HASHES),
    ] {
        if is_there {
            flags |= flag;
        }
    }
    writer.byte(flags);
    writer.short_text(&file.name);
    writer.short_text(url);
    write_hashes(writer, &file.hashes);
    if let Some(size) = file.size_bytes {
        // Sizes above 63 bits are not those of files.
        writer.short(size & (u64::MAX >> 1));
    }
    if let Some(provenance) = &file.provenance {
        writer.short_text(provenance);
    }
    if let Some(hashes) = metadata.flatten() {
        write_hashes(writer, hashes);
    }
}

pub(super) fn read(reader: &mut Reader<'_>, url_start: &str) -> Option<Details> {
    let flags = reader.byte()?;
    let has = |flag: u8| flags & flag != 0;
    let name = reader.short_text()?;
    let rest = reader.short_text()?;
    let start = if has(STARTS_AS_OTHERS) { url_start } else { "" };
    let end = if has(ENDS_WITH_NAME) { name } else { "" };
    let url = [start, rest, end].concat().into();
    let hashes = read_hashes(reader)?;
    let size = if has(HAS_SIZE) {
        Some(reader.short()?)
    } else {
        None
    };
    let provenance = if has(HAS_PROVENANCE) {
        Some(reader.short_text()?.into())
    } else {
        None
    };
    let metadata = match (has(HAS_METADATA), has(HAS_METADATA_HASHES)) {
        (true, true) => CoreMetadataFile::Hashed(read_hashes(reader)?),
        (true, false) => CoreMetadataFile::Yes,
        (false, _) => CoreMetadataFile::No,
    };
    Some((name.into(), url, hashes, size, metadata, provenance))
}

/// The number of other algorithms, twice, and one more where there is a SHA-256.
fn write_hashes(writer: &mut Writer, hashes: &Hashes) {
    let others = hashes.others().count() as u64;
    writer.short(others << 1 | u64::from(hashes.sha256.is_some()));
    if let Some(Sha256Digest(bytes)) = hashes.sha256 {
        writer.0.extend_from_slice(&bytes);
    }
    for (algorithm, digest) in hashes.others() {
        writer.short_text(algorithm);
        writer.short_text(digest);
    }
}

fn read_hashes(reader: &mut Reader<'_>) -> Option<Hashes> {
    let count = reader.short()?;
    let mut hashes = Hashes::default();
    if count & 1 == 1 {
        hashes.sha256 = Some(Sha256Digest(reader.array()?));
    }
    for _ in 0..count >> 1 {
        let (algorithm, digest) = (reader.short_text()?, reader.short_text()?);
        hashes.add(algorithm, digest).ok()?;
    }
    Some(hashes)
}
