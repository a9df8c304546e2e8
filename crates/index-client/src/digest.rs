//! Checking a stream of bytes against the hashes that an index states.

use blake2::Blake2b512;
use md5::Md5;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use tilsit_simple_api::{Hashes, Sha256Digest};

/// Hashes bytes as they come: always with SHA-256, and with the strongest stated algorithm where
/// SHA-256 is not stated.
#[derive(Clone)]
pub(crate) struct Hasher {
    sha256: Sha256,
    other: Option<Other>,
}

#[derive(Clone)]
enum Other {
    Sha512(Box<Sha512>),
    Sha384(Box<Sha384>),
    Blake2b(Box<Blake2b512>),
    Sha224(Box<Sha224>),
    Md5(Box<Md5>),
}

/// The algorithms besides SHA-256, the strongest first.
const STRENGTH: [&str; 5] = ["sha512", "sha384", "blake2b", "sha224", "md5"];

/// A file is not the one that was named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {algorithm} is {found}, not {stated}")]
pub struct HashMismatch {
    /// The algorithm.
    pub algorithm: String,
    /// What the index states.
    pub stated: String,
    /// What the bytes have.
    pub found: String,
}

impl Hasher {
    pub(crate) fn new(stated: &Hashes) -> Self {
        let has = |algorithm: &str| stated.others().any(|(name, _)| name == algorithm);
        let strongest = STRENGTH.into_iter().find(|algorithm| has(algorithm));
        let other =
            strongest
                .filter(|_| stated.sha256.is_none())
                .map(|algorithm| match algorithm {
                    "sha512" => Other::Sha512(Box::default()),
                    "sha384" => Other::Sha384(Box::default()),
                    "blake2b" => Other::Blake2b(Box::default()),
                    "sha224" => Other::Sha224(Box::default()),
                    _ => Other::Md5(Box::default()),
                });
        Self {
            sha256: Sha256::new(),
            other,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        match &mut self.other {
            None => {}
            Some(Other::Sha512(hasher)) => hasher.update(bytes),
            Some(Other::Sha384(hasher)) => hasher.update(bytes),
            Some(Other::Blake2b(hasher)) => hasher.update(bytes),
            Some(Other::Sha224(hasher)) => hasher.update(bytes),
            Some(Other::Md5(hasher)) => hasher.update(bytes),
        }
    }

    /// The SHA-256 of the bytes, once they are the stated ones.
    pub(crate) fn finish(self, stated: &Hashes) -> Result<Sha256Digest, HashMismatch> {
        let sha256 = Sha256Digest(self.sha256.finalize().into());
        let mismatch = |algorithm: &str, stated: &str, found: String| HashMismatch {
            algorithm: algorithm.to_owned(),
            stated: stated.to_owned(),
            found,
        };
        if let Some(wanted) = stated.sha256 {
            let fits = wanted == sha256;
            return if fits {
                Ok(sha256)
            } else {
                Err(mismatch("sha256", &wanted.to_string(), sha256.to_string()))
            };
        }
        let (algorithm, found) = match self.other {
            None => return Ok(sha256),
            Some(Other::Sha512(hasher)) => ("sha512", hexadecimal(&hasher.finalize())),
            Some(Other::Sha384(hasher)) => ("sha384", hexadecimal(&hasher.finalize())),
            Some(Other::Blake2b(hasher)) => ("blake2b", hexadecimal(&hasher.finalize())),
            Some(Other::Sha224(hasher)) => ("sha224", hexadecimal(&hasher.finalize())),
            Some(Other::Md5(hasher)) => ("md5", hexadecimal(&hasher.finalize())),
        };
        match stated.others().find(|(name, _)| *name == algorithm) {
            Some((_, wanted)) if wanted != found => Err(mismatch(algorithm, wanted, found)),
            _ => Ok(sha256),
        }
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("half a byte is one digit");
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Checks bytes that are there as a whole.
pub(crate) fn check(bytes: &[u8], stated: &Hashes) -> Result<Sha256Digest, HashMismatch> {
    let mut hasher = Hasher::new(stated);
    hasher.update(bytes);
    hasher.finish(stated)
}
