//! Why a tar archive is refused.

/// Why a tar archive, or an entry of one, is refused.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// A block is not what it must be.
    #[error("the tar archive {fault} (at unpacked byte {offset})")]
    Layout {
        /// What is wrong, as the rest of a sentence.
        fault: &'static str,
        /// Where, from the start of the unpacked stream.
        offset: u64,
    },
    /// One entry is wrong.
    #[error("the entry `{name}` {fault}")]
    Entry {
        /// The entry's name, with what is not printable escaped.
        name: String,
        /// What is wrong, as the rest of a sentence.
        fault: &'static str,
    },
    /// The archive is larger than the caller allows.
    #[error("the tar archive has {what}: {found} of at most {max}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much may be.
        max: u64,
    },
    /// The stream could not be read or unpacked.
    #[error("cannot read the tar archive: {0}")]
    Read(#[from] std::io::Error),
}

impl TarError {
    pub(super) fn layout(fault: &'static str, offset: u64) -> Self {
        Self::Layout { fault, offset }
    }

    pub(super) fn entry(name: &[u8], fault: &'static str) -> Self {
        let name = String::from_utf8_lossy(name).escape_debug().to_string();
        Self::Entry { name, fault }
    }
}
