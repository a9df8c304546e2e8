//! The bytes of a tar archive as they are unpacked, bounded by the ratio to the packed ones.

use std::io::{BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::TarError;
use super::header::BLOCK;
use crate::compression::{Compression, Decoder};
use crate::limits::Limits;

/// The unpacked bytes, counted against the packed ones.
pub(super) struct Stream<R: BufRead> {
    decoder: Decoder<Counted<R>>,
    packed: Arc<AtomicU64>,
    position: u64,
    limits: Limits,
}

impl<R: BufRead> Stream<R> {
    pub(super) fn new(input: R, limits: Limits) -> Result<Self, TarError> {
        let packed = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            input,
            count: Arc::clone(&packed),
        };
        Ok(Self {
            decoder: Decoder::new(counted)?,
            packed,
            position: 0,
            limits,
        })
    }

    pub(super) fn compression(&self) -> Compression {
        self.decoder.compression()
    }

    /// How many unpacked bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TarError> {
        let count = self.decoder.read(buffer)?;
        self.position += count as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        if self.limits.exceeds_ratio(packed, self.position) {
            return Err(TarError::TooLarge {
                what: "too high a compression ratio",
                found: self.position / packed.max(1),
                max: self.limits.ratio_max,
            });
        }
        Ok(count)
    }

    pub(super) fn fill(&mut self, mut buffer: &mut [u8]) -> Result<(), TarError> {
        while !buffer.is_empty() {
            match self.read(buffer)? {
                0 => return Err(TarError::layout("is cut off", self.position)),
                count => buffer = &mut buffer[count..],
            }
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, mut count: u64) -> Result<(), TarError> {
        let mut buffer = [0; 8192];
        while count > 0 {
            let length = usize::try_from(count).map_or(buffer.len(), |n| n.min(buffer.len()));
            self.fill(&mut buffer[..length])?;
            count -= length as u64;
        }
        Ok(())
    }

    /// After the first block of zeros: another one, then nothing but zeros.
    pub(super) fn check_end(&mut self) -> Result<(), TarError> {
        let at = self.position;
        let mut buffer = [0; 8192];
        self.fill(&mut buffer[..BLOCK])?;
        let mut length = BLOCK;
        while length > 0 {
            if buffer[..length].iter().any(|byte| *byte != 0) {
                return Err(TarError::layout("has bytes behind its end", at));
            }
            length = self.read(&mut buffer)?;
        }
        Ok(())
    }
}

/// Counts the packed bytes that the decoder takes.
struct Counted<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        self.input.consume(count);
    }
}
