//! Why a zip archive is refused.

use tilsit_files::FileError;

/// Why a zip archive, or an entry of one, is refused.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// The bytes do not end as a zip archive does.
    #[error("not a zip archive: {0}")]
    NotZip(&'static str),
    /// The records of the archive do not fit together.
    #[error("the zip archive {fault} (at byte {offset})")]
    Layout {
        /// What is wrong, as the rest of a sentence.
        fault: &'static str,
        /// Where, from the archive's start.
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
    #[error("the zip archive has {what}: {found} of at most {max}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much may be.
        max: u64,
    },
    /// The caller asked with an entry of another archive, or gave bytes that are not the entry's.
    #[error("the entry `{name}` does not belong to these bytes")]
    Foreign {
        /// The entry's name.
        name: String,
    },
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ZipError {
    pub(super) fn layout(fault: &'static str, offset: u64) -> Self {
        Self::Layout { fault, offset }
    }

    pub(super) fn entry(name: &[u8], fault: &'static str) -> Self {
        let name = String::from_utf8_lossy(name).escape_debug().to_string();
        Self::Entry { name, fault }
    }
}
