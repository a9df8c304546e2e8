//! RECORD: the list of files of a wheel or of an installed distribution, with hashes and sizes.
//!
//! Follows "Recording installed projects", section "The RECORD file", and "Binary distribution
//! format", section "The .dist-info directory". Reads the CSV that Python's `csv` module reads
//! with its default dialect, save that text after a closing quote is refused.
//!
//! It does not compute hashes and touches no file. Whether a path may be written or deleted is
//! decided by who uses it: see [`RecordEntry::is_confined`].

mod csv;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use self::csv::Rows;

/// The content of a RECORD file, its lines in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// One entry for each line.
    pub entries: Vec<RecordEntry>,
}

/// One line of RECORD.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordEntry {
    /// The path as written: relative to the folder that holds `.dist-info`, with `/` between its
    /// parts. In an installed distribution it may be absolute or climb (`../../bin/tool`).
    pub path: String,
    /// The hash, which RECORD itself, signatures and compiled files do not have.
    pub hash: Option<RecordHash>,
    /// The size in bytes.
    pub size: Option<u64>,
}

/// A hash as RECORD writes it: `sha256=` and the digest in URL-safe base64 without padding.
///
/// The digest is kept as text, since lines of old wheels are not always well formed;
/// [`RecordHash::digest`] checks it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordHash {
    algorithm: Cow<'static, str>,
    encoded: String,
}

/// The algorithm that nearly every line names.
const SHA256: &str = "sha256";

/// Why a RECORD file, or a hash in it, could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes of a line are not UTF-8.
    #[error("RECORD line {line} is not UTF-8")]
    NotUtf8 {
        /// Counted from 1.
        line: usize,
    },
    /// A quoted field never ends, or text follows its closing quote.
    #[error("RECORD line {line} has a quoted field that does not end before a comma or line end")]
    Quoting {
        /// Counted from 1.
        line: usize,
    },
    /// A line has other than three columns.
    #[error("RECORD line {line} has {found} columns instead of 3 (path, hash, size)")]
    Columns {
        /// Counted from 1.
        line: usize,
        /// How many columns there are.
        found: usize,
    },
    /// A line names no path.
    #[error("RECORD line {line} has an empty path")]
    EmptyPath {
        /// Counted from 1.
        line: usize,
    },
    /// The second column is not `algorithm=digest`.
    #[error("RECORD line {line}: the hash `{value}` of `{path}` is not of the form `sha256=…`")]
    Hash {
        /// Counted from 1.
        line: usize,
        /// The path of the line.
        path: String,
        /// The column's text.
        value: String,
    },
    /// The third column is not a number of bytes.
    #[error("RECORD line {line}: the size `{value}` of `{path}` is not a number of bytes")]
    Size {
        /// Counted from 1.
        line: usize,
        /// The path of the line.
        path: String,
        /// The column's text.
        value: String,
    },
}

/// Why a [`RecordHash`] gives no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordHashError {
    /// The text is not `algorithm=digest`.
    #[error("`{0}` is not of the form `sha256=…`")]
    Form(String),
    /// The algorithm is not one that Python's `hashlib` guarantees.
    #[error("the hash algorithm `{0}` is unknown")]
    Algorithm(String),
    /// The digest is not URL-safe base64 without padding.
    #[error("the digest `{0}` is not URL-safe base64 without padding")]
    Encoding(String),
    /// The digest is not as long as the algorithm makes it.
    #[error("a digest of {algorithm} has {expected} bytes, not {found}")]
    Length {
        /// The algorithm.
        algorithm: String,
        /// Its digest size in bytes.
        expected: usize,
        /// The size found in bytes.
        found: usize,
    },
}

impl Record {
    /// Reads a RECORD file.
    ///
    /// Empty lines are skipped. A line without three columns is an error, never skipped: a file
    /// that is not listed is a file that is neither checked nor removed.
    ///
    /// # Errors
    /// [`RecordError`], with the line.
    ///
    /// ```
    /// use tilsit_packaging::record::Record;
    /// let record = Record::parse(b"a/b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n")?;
    /// assert_eq!(record.entries[0].size, Some(0));
    /// # Ok::<(), tilsit_packaging::record::RecordError>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Record, RecordError> {
        let text = std::str::from_utf8(bytes).map_err(|error| RecordError::NotUtf8 {
            line: 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count(),
        })?;
        let mut entries = Vec::new();
        for row in Rows::new(text) {
            let row = row?;
            entries.push(entry(row.line, &row.fields)?);
        }
        Ok(Record { entries })
    }

    /// The file's bytes: `\n` line ends, quotes only where needed, in the order of `entries`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::with_capacity(self.entries.len() * 96);
        let mut hash_text = String::new();
        for entry in &self.entries {
            csv::push_field(&mut out, &entry.path);
            out.push(',');
            if let Some(hash) = &entry.hash {
                hash_text.clear();
                let _ = write!(hash_text, "{hash}");
                csv::push_field(&mut out, &hash_text);
            }
            out.push(',');
            if let Some(size) = entry.size {
                let _ = write!(out, "{size}");
            }
            out.push('\n');
        }
        out.into_bytes()
    }

    /// Sorts the entries by path, the `.dist-info/RECORD` line last, as reproducible wheels do.
    pub fn sort(&mut self) {
        self.entries
            .sort_by(|a, b| (a.is_record(), &a.path).cmp(&(b.is_record(), &b.path)));
    }

    /// The paths that are listed more than once, sorted, each once.
    pub fn duplicates(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.entries.iter().map(|entry| &*entry.path).collect();
        paths.sort_unstable();
        let mut twice: Vec<&str> = paths
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        twice.dedup();
        twice
    }
}

impl RecordEntry {
    /// Whether the path stays below the folder it is relative to, read as any system would: no
    /// root or drive, no `.` or `..` or empty part, no backslash, no control character.
    ///
    /// In a wheel every entry must be confined. Installed distributions also list scripts with
    /// climbing paths, so an uninstaller has to check each against the environment's own folders.
    pub fn is_confined(&self) -> bool {
        crate::path::is_confined(&self.path)
    }

    /// Whether this is the line of RECORD itself.
    pub fn is_record(&self) -> bool {
        self.path.ends_with(".dist-info/RECORD")
    }
}

impl RecordHash {
    /// A SHA-256 hash from its 32 bytes.
    pub fn sha256(digest: &[u8; 32]) -> RecordHash {
        RecordHash {
            algorithm: Cow::Borrowed(SHA256),
            encoded: URL_SAFE_NO_PAD.encode(digest),
        }
    }

    /// The algorithm's name in lower case, as `hashlib` calls it.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// The digest as written, normally URL-safe base64 without padding.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The digest's bytes.
    ///
    /// # Errors
    /// [`RecordHashError`] if the algorithm is unknown, or the digest badly encoded or of another
    /// length than the algorithm's.
    pub fn digest(&self) -> Result<Vec<u8>, RecordHashError> {
        let expected = digest_size(&self.algorithm)
            .ok_or_else(|| RecordHashError::Algorithm(self.algorithm().to_owned()))?;
        let digest = URL_SAFE_NO_PAD
            .decode(&self.encoded)
            .map_err(|_| RecordHashError::Encoding(self.encoded.clone()))?;
        if digest.len() == expected {
            Ok(digest)
        } else {
            Err(RecordHashError::Length {
                algorithm: self.algorithm().to_owned(),
                expected,
                found: digest.len(),
            })
        }
    }

    /// Whether the algorithm is one that wheels may use: sha256 or better ("Binary distribution
    /// format": md5 and sha1 are not permitted; sha224 is no better than sha256).
    pub fn is_strong(&self) -> bool {
        digest_size(&self.algorithm).is_some_and(|size| size >= 32)
    }
}

impl FromStr for RecordHash {
    type Err = RecordHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((algorithm, encoded)) if !algorithm.is_empty() && !encoded.is_empty() => {
                let algorithm = if algorithm.eq_ignore_ascii_case(SHA256) {
                    Cow::Borrowed(SHA256)
                } else {
                    Cow::Owned(algorithm.to_ascii_lowercase())
                };
                Ok(RecordHash {
                    encoded: of_hex(&algorithm, encoded).unwrap_or_else(|| encoded.to_owned()),
                    algorithm,
                })
            }
            _ => Err(RecordHashError::Form(text.to_owned())),
        }
    }
}

impl fmt::Display for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.algorithm, self.encoded)
    }
}

/// The proper form of a digest in hexadecimal digits, as some backends wrote it (sphinx-theme-builder
/// up to 0.2): twice as many characters as bytes, which base64 never has.
fn of_hex(algorithm: &str, text: &str) -> Option<String> {
    let size = digest_size(algorithm).filter(|size| text.len() == 2 * size)?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = Vec::with_capacity(size);
    for pair in text.as_bytes().chunks_exact(2) {
        let byte = 16 * digit(pair[0])? + digit(pair[1])?;
        bytes.push(u8::try_from(byte).ok()?);
    }
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// The digest sizes in bytes of the algorithms that Python's `hashlib` guarantees and that have
/// one fixed size.
fn digest_size(algorithm: &str) -> Option<usize> {
    Some(match algorithm {
        "md5" => 16,
        "sha1" => 20,
        "sha224" | "sha3_224" => 28,
        SHA256 | "sha3_256" | "blake2s" => 32,
        "sha384" | "sha3_384" => 48,
        "sha512" | "sha3_512" | "blake2b" => 64,
        _ => return None,
    })
}

fn entry(line: usize, fields: &[std::borrow::Cow<'_, str>]) -> Result<RecordEntry, RecordError> {
    let [path, hash, size] = fields else {
        return Err(RecordError::Columns {
            line,
            found: fields.len(),
        });
    };
    if path.is_empty() {
        return Err(RecordError::EmptyPath { line });
    }
    let hash = match &**hash {
        "" => None,
        text => Some(text.parse().map_err(|_| RecordError::Hash {
            line,
            path: path.to_string(),
            value: text.to_owned(),
        })?),
    };
    let size = match &**size {
        "" => None,
        text => Some(size_bytes(text).ok_or_else(|| RecordError::Size {
            line,
            path: path.to_string(),
            value: text.to_owned(),
        })?),
    };
    Ok(RecordEntry {
        path: path.to_string(),
        hash,
        size,
    })
}

/// Digits only: `str::parse` would also take a sign.
fn size_bytes(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}
