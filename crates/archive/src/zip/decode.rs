//! From an entry's packed bytes to its contents, with size and checksum verified.

use std::io::Read as _;
use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};

use super::entry::{Method, ZipEntry};
use super::error::ZipError;
use crate::inflate::Inflater;
use crate::limits::Limits;
use crate::source::ReadAt;

/// How much of a large entry is read and unpacked at a time.
const CHUNK: usize = 128 << 10;

const DAMAGED: &str = "has damaged compressed contents";
const TOO_LONG: &str = "unpacks to more bytes than its header says";
const TOO_SHORT: &str = "unpacks to fewer bytes than its header says";
const BEHIND: &str = "has bytes after its compressed contents";
const CHECKSUM: &str = "has contents that do not match its checksum";

/// Unpacks an entry at once; `contents` is replaced.
pub(super) fn whole(
    entry: &ZipEntry,
    packed: &[u8],
    limits: &Limits,
    inflater: &mut Inflater,
    contents: &mut Vec<u8>,
) -> Result<(), ZipError> {
    let too_large = || entry.fault("is too large for this machine's memory");
    let size = usize::try_from(entry.size()).map_err(|_| too_large())?;
    match entry.method() {
        Method::Stored => {
            contents.clear();
            contents.extend_from_slice(packed);
        }
        Method::Deflate => inflater
            .inflate(packed, size, contents)
            .map_err(|fault| entry.fault(fault))?,
        Method::Zstandard => {
            contents.clear();
            unpack_zstandard(entry, packed, limits, contents)?;
        }
    }
    if libdeflater::crc32(contents) == entry.crc32() {
        Ok(())
    } else {
        Err(entry.fault(CHECKSUM))
    }
}

fn unpack_zstandard(
    entry: &ZipEntry,
    mut packed: &[u8],
    limits: &Limits,
    contents: &mut Vec<u8>,
) -> Result<(), ZipError> {
    if !limits.zstandard {
        return Err(entry.fault("is compressed by a method that installers do not read"));
    }
    let damaged = |_| entry.fault(DAMAGED);
    let decoder = zstd::stream::read::Decoder::with_buffer(&mut packed).map_err(damaged)?;
    let mut decoder = decoder.single_frame();
    (&mut decoder)
        .take(entry.size().saturating_add(1))
        .read_to_end(contents)
        .map_err(damaged)?;
    drop(decoder);
    match (contents.len() as u64).cmp(&entry.size()) {
        std::cmp::Ordering::Less => Err(entry.fault(TOO_SHORT)),
        std::cmp::Ordering::Greater => Err(entry.fault(TOO_LONG)),
        std::cmp::Ordering::Equal if !packed.is_empty() => Err(entry.fault(BEHIND)),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

/// Unpacks a large entry piece by piece, in bounded memory. The pieces are to be trusted only when
/// the whole has succeeded.
pub(super) fn streamed(
    entry: &ZipEntry,
    source: &(impl ReadAt + ?Sized),
    data: Range<u64>,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), ZipError> {
    let mut check = Check {
        entry,
        crc: libdeflater::Crc::new(),
        left: entry.size(),
    };
    match entry.method() {
        Method::Stored => {
            for (at, length) in chunks(data) {
                let piece = source.bytes_at(at, length)?;
                check.take(&piece)?;
                sink(&piece);
            }
        }
        Method::Deflate => stream_deflate(&mut check, source, data, sink)?,
        // Wheels have none; an entry this large is not worth a second decoder.
        Method::Zstandard => return Err(entry.fault("is too large for its method")),
    }
    check.finish()
}

fn stream_deflate(
    check: &mut Check<'_>,
    source: &(impl ReadAt + ?Sized),
    data: Range<u64>,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), ZipError> {
    let mut state = Decompress::new(false);
    let mut unpacked = vec![0; CHUNK];
    let mut ended = false;
    for (at, length) in chunks(data) {
        let piece = source.bytes_at(at, length)?;
        let mut rest: &[u8] = &piece;
        loop {
            if ended {
                if rest.is_empty() {
                    break;
                }
                return Err(check.entry.fault(BEHIND));
            }
            let (used, made) = (state.total_in(), state.total_out());
            let status = state
                .decompress(rest, &mut unpacked, FlushDecompress::None)
                .map_err(|_| check.entry.fault(DAMAGED))?;
            let narrow = |count: u64| usize::try_from(count).expect("it fits a buffer");
            rest = &rest[narrow(state.total_in() - used)..];
            let made = narrow(state.total_out() - made);
            check.take(&unpacked[..made])?;
            sink(&unpacked[..made]);
            ended = status == Status::StreamEnd;
            // With room left in the output, the decoder waits for more input.
            if !ended && rest.is_empty() && made < unpacked.len() {
                break;
            }
        }
    }
    if ended {
        Ok(())
    } else {
        Err(check.entry.fault(DAMAGED))
    }
}

fn chunks(data: Range<u64>) -> impl Iterator<Item = (u64, usize)> {
    let end = data.end;
    data.step_by(CHUNK).map(move |at| {
        let length = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
        (at, length)
    })
}

/// Counts and sums the contents as they come.
struct Check<'a> {
    entry: &'a ZipEntry,
    crc: libdeflater::Crc,
    left: u64,
}

impl Check<'_> {
    fn take(&mut self, piece: &[u8]) -> Result<(), ZipError> {
        match self.left.checked_sub(piece.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(self.entry.fault(TOO_LONG)),
        }
        self.crc.update(piece);
        Ok(())
    }

    fn finish(self) -> Result<(), ZipError> {
        if self.left != 0 {
            return Err(self.entry.fault(TOO_SHORT));
        }
        if self.crc.sum() == self.entry.crc32() {
            Ok(())
        } else {
            Err(self.entry.fault(CHECKSUM))
        }
    }
}
