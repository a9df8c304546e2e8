//! The hashes that RECORD may use.

use sha2::{Digest, Sha256, Sha384, Sha512};
use tilsit_packaging::record::RecordHash;

/// A hash being computed over the pieces of a file, to be held against a line of RECORD.
pub(super) enum Hasher {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// The hasher for a line's algorithm, if wheels may use it and it is known here.
    pub(super) fn of(hash: &RecordHash) -> Option<Self> {
        match hash.algorithm() {
            "sha256" => Some(Self::Sha256(Sha256::new())),
            "sha384" => Some(Self::Sha384(Sha384::new())),
            "sha512" => Some(Self::Sha512(Sha512::new())),
            _ => None,
        }
    }

    pub(super) fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(piece),
            Self::Sha384(state) => state.update(piece),
            Self::Sha512(state) => state.update(piece),
        }
    }

    /// Whether the file hashes to what the line says.
    pub(super) fn matches(self, digest: &[u8]) -> bool {
        match self {
            Self::Sha256(state) => state.finalize().as_slice() == digest,
            Self::Sha384(state) => state.finalize().as_slice() == digest,
            Self::Sha512(state) => state.finalize().as_slice() == digest,
        }
    }
}
