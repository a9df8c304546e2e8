//! Builds zip and tar archives byte by byte, so that every field can lie.

/// One entry of a forged zip archive; what is not set agrees with the rest.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: Vec<u8>,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) flags: u16,
    pub(crate) local_flags: Option<u16>,
    pub(crate) method: u16,
    pub(crate) local_method: Option<u16>,
    pub(crate) data: Vec<u8>,
    pub(crate) crc32: u32,
    pub(crate) size: u32,
    pub(crate) packed_size: u32,
    pub(crate) local_sizes: Option<(u32, u32, u32)>,
    pub(crate) extra: Vec<u8>,
    pub(crate) local_extra: Option<Vec<u8>>,
    pub(crate) descriptor: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) made_by: u16,
    pub(crate) attributes: u32,
    pub(crate) disk: u16,
    pub(crate) offset: Option<u32>,
    /// Left out of the directory, or of the entries.
    pub(crate) hidden: bool,
    pub(crate) absent: bool,
}

impl Part {
    pub(crate) fn stored(name: &str, data: &[u8]) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            local_name: None,
            flags: 0,
            local_flags: None,
            method: 0,
            local_method: None,
            data: data.to_vec(),
            crc32: libdeflater::crc32(data),
            size: u32::try_from(data.len()).unwrap(),
            packed_size: u32::try_from(data.len()).unwrap(),
            local_sizes: None,
            extra: Vec::new(),
            local_extra: None,
            descriptor: Vec::new(),
            comment: Vec::new(),
            made_by: 0x0314,
            attributes: 0o100_644 << 16,
            disk: 0,
            offset: None,
            hidden: false,
            absent: false,
        }
    }

    pub(crate) fn deflated(name: &str, data: &[u8]) -> Self {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
        let mut packed = vec![0; compressor.deflate_compress_bound(data.len())];
        let length = compressor.deflate_compress(data, &mut packed).unwrap();
        packed.truncate(length);
        Self {
            method: 8,
            packed_size: u32::try_from(packed.len()).unwrap(),
            data: packed,
            ..Self::stored(name, data)
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn local(&self) -> Vec<u8> {
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        let extra = self.local_extra.as_ref().unwrap_or(&self.extra);
        let sizes = self
            .local_sizes
            .unwrap_or((self.crc32, self.packed_size, self.size));
        let mut bytes = b"PK\x03\x04\x14\x00".to_vec();
        push16(&mut bytes, self.local_flags.unwrap_or(self.flags));
        push16(&mut bytes, self.local_method.unwrap_or(self.method));
        bytes.extend([0, 0, 33, 0]);
        push32(&mut bytes, sizes.0);
        push32(&mut bytes, sizes.1);
        push32(&mut bytes, sizes.2);
        push16(&mut bytes, name.len());
        push16(&mut bytes, extra.len());
        [bytes.as_slice(), name, extra, &self.data, &self.descriptor].concat()
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02".to_vec();
        push16(&mut bytes, self.made_by);
        push16(&mut bytes, 20_u16);
        push16(&mut bytes, self.flags);
        push16(&mut bytes, self.method);
        bytes.extend([0, 0, 33, 0]);
        push32(&mut bytes, self.crc32);
        push32(&mut bytes, self.packed_size);
        push32(&mut bytes, self.size);
        push16(&mut bytes, self.name.len());
        push16(&mut bytes, self.extra.len());
        push16(&mut bytes, self.comment.len());
        push16(&mut bytes, self.disk);
        push16(&mut bytes, 0_u16);
        push32(&mut bytes, self.attributes);
        push32(&mut bytes, self.offset.unwrap_or(offset));
        [bytes.as_slice(), &self.name, &self.extra, &self.comment].concat()
    }
}

/// A forged zip archive.
#[derive(Clone, Default)]
pub(crate) struct Forge {
    pub(crate) parts: Vec<Part>,
    pub(crate) prefix: Vec<u8>,
    /// Between the entries and the directory.
    pub(crate) gap: Vec<u8>,
    /// Between the directory and the end record, for instance ZIP64 records.
    pub(crate) after_directory: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) suffix: Vec<u8>,
    pub(crate) entries: Option<u16>,
    pub(crate) directory_size: Option<u32>,
    pub(crate) directory_offset: Option<u32>,
    pub(crate) disk: u16,
}

impl Forge {
    pub(crate) fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        Self {
            parts: parts.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.prefix.clone();
        let mut central = Vec::new();
        let mut listed = 0_u16;
        for part in &self.parts {
            let offset = u32::try_from(bytes.len()).unwrap();
            if !part.absent {
                bytes.extend(part.local());
            }
            if !part.hidden {
                central.extend(part.central(offset));
                listed += 1;
            }
        }
        bytes.extend(&self.gap);
        let offset = u32::try_from(bytes.len()).unwrap();
        bytes.extend(&central);
        bytes.extend(&self.after_directory);
        bytes.extend(b"PK\x05\x06");
        push16(&mut bytes, self.disk);
        push16(&mut bytes, self.disk);
        push16(&mut bytes, self.entries.unwrap_or(listed));
        push16(&mut bytes, self.entries.unwrap_or(listed));
        let size = u32::try_from(central.len()).unwrap();
        push32(&mut bytes, self.directory_size.unwrap_or(size));
        push32(&mut bytes, self.directory_offset.unwrap_or(offset));
        push16(&mut bytes, self.comment.len());
        bytes.extend(&self.comment);
        bytes.extend(&self.suffix);
        bytes
    }
}

/// A data descriptor with its signature and 32-bit sizes.
pub(crate) fn descriptor(crc32: u32, packed_size: u32, size: u32) -> Vec<u8> {
    let mut bytes = b"PK\x07\x08".to_vec();
    push32(&mut bytes, crc32);
    push32(&mut bytes, packed_size);
    push32(&mut bytes, size);
    bytes
}

/// An extra field.
pub(crate) fn extra(id: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_le_bytes().to_vec();
    push16(&mut bytes, value.len());
    bytes.extend(value);
    bytes
}

fn push16(bytes: &mut Vec<u8>, value: impl TryInto<u16, Error: std::fmt::Debug>) {
    bytes.extend(value.try_into().unwrap().to_le_bytes());
}

fn push32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend(value.to_le_bytes());
}

/// A tar header block and its contents, padded.
pub(crate) fn tar_block(
    name: &str,
    kind: u8,
    contents: &[u8],
    change: impl FnOnce(&mut [u8]),
) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{:011o}\0", contents.len()).as_bytes());
    block[136..148].copy_from_slice(b"00000000000\0");
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    change(&mut block);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend(contents);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}
