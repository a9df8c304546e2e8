//! Why a file cannot be read.

/// What is wrong with a file; displays as the rest of a sentence that starts with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no sound {format} file: {part} {fault}")]
pub struct BinaryError {
    /// The format, `Mach-O` or `PE`.
    pub format: &'static str,
    /// The part of the file.
    pub part: &'static str,
    /// What is wrong with it.
    pub fault: &'static str,
}

impl BinaryError {
    pub(crate) fn mach_o(part: &'static str, fault: &'static str) -> Self {
        Self {
            format: "Mach-O",
            part,
            fault,
        }
    }

    pub(crate) fn pe(part: &'static str, fault: &'static str) -> Self {
        Self {
            format: "PE",
            part,
            fault,
        }
    }
}
