//! The hashes that an index states for a file.
//!
//! SHA-256 is held as bytes, since nearly every file has it and only it; other algorithms are kept as
//! the index wrote them, so that a page can be written back.

use std::fmt;
use std::str::FromStr;

/// The algorithms of Python's `hashlib.algorithms_guaranteed` that an index may state, with the
/// length of their digest in hexadecimal digits.
const ALGORITHMS: &[(&str, usize)] = &[
    ("blake2b", 128),
    ("blake2s", 64),
    ("md5", 32),
    ("sha1", 40),
    ("sha224", 56),
    ("sha256", 64),
    ("sha384", 96),
    ("sha3_224", 56),
    ("sha3_256", 64),
    ("sha3_384", 96),
    ("sha3_512", 128),
    ("sha512", 128),
];

/// The value of each hexadecimal digit; more than 15 for what is none.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut value: u8 = 0;
    while value < 16 {
        let place = value as usize;
        digits[b"0123456789abcdef"[place] as usize] = value;
        digits[b"0123456789ABCDEF"[place] as usize] = value;
        value += 1;
    }
    digits
};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest(pub [u8; 32]);

/// Why a text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{digest}` is not a digest of {algorithm} ({digits} hexadecimal digits)")]
pub struct DigestError {
    /// The algorithm that was asked for.
    pub algorithm: String,
    /// The first characters of the offending text.
    pub digest: String,
    /// How many hexadecimal digits the algorithm has.
    pub digits: usize,
}

impl FromStr for Sha256Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || DigestError {
            algorithm: "sha256".to_owned(),
            digest: text.chars().take(80).collect(),
            digits: 64,
        };
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| error())?;
        let mut bytes = [0; 32];
        let mut all = 0;
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = [pair[0], pair[1]].map(|digit| DIGITS[usize::from(digit)]);
            all |= high | low;
            *byte = high << 4 | low & 0xf;
        }
        if all > 0xf {
            return Err(error());
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 0xf)];
        }
        formatter.pad(std::str::from_utf8(&digits).expect("digits are text"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sha256Digest({self})")
    }
}

/// All hashes that an index states for one file; often only SHA-256, sometimes none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hashes {
    /// The SHA-256 digest.
    pub sha256: Option<Sha256Digest>,
    /// The other algorithms with their digests in lower-case hexadecimal, sorted by algorithm.
    others: Vec<(Box<str>, Box<str>)>,
}

impl Hashes {
    /// Only a SHA-256 digest.
    pub fn of_sha256(digest: Sha256Digest) -> Self {
        Self {
            sha256: Some(digest),
            others: Vec::new(),
        }
    }

    /// Adds one digest. An algorithm that is not known is kept as it is; one that was there is
    /// replaced.
    ///
    /// # Errors
    /// When the digest of a known algorithm has another length or is not hexadecimal.
    pub fn add(&mut self, algorithm: &str, digest: &str) -> Result<(), DigestError> {
        if algorithm.eq_ignore_ascii_case("sha256") {
            self.sha256 = Some(digest.parse()?);
            return Ok(());
        }
        let algorithm = algorithm.to_ascii_lowercase();
        let known = ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
        let hexadecimal = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if known.is_some_and(|(_, digits)| digest.len() != *digits || !hexadecimal) {
            return Err(DigestError {
                digits: known.map_or(0, |(_, digits)| *digits),
                algorithm,
                digest: digest.chars().take(140).collect(),
            });
        }
        let value = if known.is_some() {
            digest.to_ascii_lowercase()
        } else {
            digest.to_owned()
        };
        match self
            .others
            .binary_search_by(|(name, _)| (**name).cmp(&algorithm))
        {
            Ok(index) => self.others[index].1 = value.into(),
            Err(index) => self.others.insert(index, (algorithm.into(), value.into())),
        }
        Ok(())
    }

    /// Whether no hash is stated at all.
    pub fn is_empty(&self) -> bool {
        self.sha256.is_none() && self.others.is_empty()
    }

    /// The algorithms other than SHA-256, sorted, with their digests.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others
            .iter()
            .map(|(name, digest)| (&**name, &**digest))
    }

    /// Every algorithm with its digest in hexadecimal, sorted by algorithm.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> {
        let before = self.others().filter(|(name, _)| *name < "sha256");
        let after = self.others().filter(|(name, _)| *name > "sha256");
        before
            .map(|(name, digest)| (name, digest.to_owned()))
            .chain(self.sha256.map(|digest| ("sha256", digest.to_string())))
            .chain(after.map(|(name, digest)| (name, digest.to_owned())))
    }

    /// Reads the hashes of a URL's fragment (`sha256=…`, PEP 503); other keys, such as `egg`, are
    /// left out.
    ///
    /// # Errors
    /// When the digest of a known algorithm is not one.
    pub fn from_fragment(fragment: &str) -> Result<Self, DigestError> {
        let mut hashes = Self::default();
        for (name, digest) in fragment.split('&').filter_map(|part| part.split_once('=')) {
            if ALGORITHMS
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                hashes.add(name, digest)?;
            }
        }
        Ok(hashes)
    }
}

#[cfg(test)]
mod tests;
