//! Compressed streams: gzip, bzip2, xz and Zstandard, told apart by their first bytes.
//!
//! One stream is one member, frame or file of its format, and nothing may follow it: readers
//! differ in what they do with a second one.

use std::io::{self, BufRead, Read};

use libdeflater::{CompressionLvl, Compressor};

#[cfg(test)]
mod tests;

/// Memory that an xz stream may ask for: that of `xz -9`, and a little.
const XZ_MEMORY_MAX: u64 = 96 << 20;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952.
    Gzip,
    /// bzip2.
    Bzip2,
    /// The .xz format.
    Xz,
    /// RFC 8878.
    Zstandard,
}

impl Compression {
    /// The compression of a stream that starts with these bytes (six are enough).
    pub fn of(start: &[u8]) -> Self {
        let magics: [(&[u8], Self); 4] = [
            (b"\x1f\x8b\x08", Self::Gzip),
            (b"BZh", Self::Bzip2),
            (b"\xfd7zXZ\0", Self::Xz),
            (b"\x28\xb5\x2f\xfd", Self::Zstandard),
        ];
        let found = magics.iter().find(|(magic, _)| start.starts_with(magic));
        found.map_or(Self::None, |(_, compression)| *compression)
    }
}

/// Unpacks one stream, then makes sure that nothing follows it.
pub struct Decoder<R: BufRead>(Inner<R>);

enum Inner<R: BufRead> {
    None(R),
    Gzip(Box<flate2::bufread::GzDecoder<R>>),
    Bzip2(Box<bzip2::bufread::BzDecoder<R>>),
    Xz(Box<liblzma::bufread::XzDecoder<R>>),
    Zstandard(Box<zstd::stream::read::Decoder<'static, R>>),
}

impl<R: BufRead> Decoder<R> {
    /// Looks at the first bytes of `input` and chooses the format.
    ///
    /// # Errors
    /// When the input cannot be read, or there is no memory for the decoder.
    pub fn new(mut input: R) -> io::Result<Self> {
        let compression = Compression::of(input.fill_buf()?);
        Ok(Self(match compression {
            Compression::None => Inner::None(input),
            Compression::Gzip => Inner::Gzip(Box::new(flate2::bufread::GzDecoder::new(input))),
            Compression::Bzip2 => Inner::Bzip2(Box::new(bzip2::bufread::BzDecoder::new(input))),
            Compression::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_MAX, 0)?;
                let decoder = liblzma::bufread::XzDecoder::new_stream(input, stream);
                Inner::Xz(Box::new(decoder))
            }
            Compression::Zstandard => {
                let decoder = zstd::stream::read::Decoder::with_buffer(input)?;
                Inner::Zstandard(Box::new(decoder.single_frame()))
            }
        }))
    }

    /// How the input is compressed.
    pub fn compression(&self) -> Compression {
        match self.0 {
            Inner::None(_) => Compression::None,
            Inner::Gzip(_) => Compression::Gzip,
            Inner::Bzip2(_) => Compression::Bzip2,
            Inner::Xz(_) => Compression::Xz,
            Inner::Zstandard(_) => Compression::Zstandard,
        }
    }

    fn input(&mut self) -> &mut R {
        match &mut self.0 {
            Inner::None(input) => input,
            Inner::Gzip(decoder) => decoder.get_mut(),
            Inner::Bzip2(decoder) => decoder.get_mut(),
            Inner::Xz(decoder) => decoder.get_mut(),
            Inner::Zstandard(decoder) => decoder.get_mut(),
        }
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.0 {
            Inner::None(input) => input.read(buffer),
            Inner::Gzip(decoder) => decoder.read(buffer),
            Inner::Bzip2(decoder) => decoder.read(buffer),
            Inner::Xz(decoder) => decoder.read(buffer),
            Inner::Zstandard(decoder) => decoder.read(buffer),
        }?;
        if count == 0 && !buffer.is_empty() && !self.input().fill_buf()?.is_empty() {
            let message = "the compressed stream is followed by other bytes";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

/// Compresses to one gzip member without a name or time, so that the result depends on the bytes
/// and the level alone. Levels are libdeflate's, 0 to 12.
pub fn gzip(bytes: &[u8], level: u8) -> Vec<u8> {
    let level = CompressionLvl::new(i32::from(level)).unwrap_or(CompressionLvl::best());
    let mut compressor = Compressor::new(level);
    let mut packed = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor
        .gzip_compress(bytes, &mut packed)
        .expect("the bound is enough room");
    packed.truncate(length);
    packed
}
