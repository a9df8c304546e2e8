//! Why a file cannot be read or changed.

/// What is wrong with a file; displays as the rest of a sentence that starts with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no sound ELF file: {part} {fault}")]
pub struct ElfError {
    /// The part of the file.
    pub part: &'static str,
    /// What is wrong with it.
    pub fault: &'static str,
}

impl ElfError {
    pub(crate) fn new(part: &'static str, fault: &'static str) -> Self {
        Self { part, fault }
    }

    /// The part lies, or goes on, outside of the file or of what is loaded.
    pub(crate) fn outside(part: &'static str) -> Self {
        Self::new(part, "lies outside of the file")
    }
}
