//! Where a store that speaks the S3 protocol is, and as whom it is asked.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// A bucket, and the beginning of the names of all objects in it: `s3://BUCKET/PREFIX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location {
    /// The bucket's name.
    pub bucket: String,
    /// The beginning of names, without a slash at its ends; may be empty.
    pub prefix: String,
}

/// A text that is no place in a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not `s3://BUCKET` or `s3://BUCKET/PREFIX`: {reason}")]
pub struct S3LocationError {
    text: String,
    reason: &'static str,
}

impl FromStr for S3Location {
    type Err = S3LocationError;

    fn from_str(text: &str) -> Result<Self, S3LocationError> {
        let refused = |reason| S3LocationError {
            text: text.to_owned(),
            reason,
        };
        let rest = text
            .strip_prefix("s3://")
            .ok_or_else(|| refused("it begins otherwise"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // The names that every such server takes (lower case, digits, `-` and `.`).
        let is_plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        };
        if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_plain) {
            let reason = "a bucket's name has 3 to 63 lower-case letters, digits, `-` and `.`";
            return Err(refused(reason));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let is_safe =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
        if !prefix.bytes().all(is_safe) {
            return Err(refused(
                "a prefix has letters, digits, `-`, `.`, `_` and `/`",
            ));
        }
        let is_part = |part: &str| !matches!(part, "" | "." | "..");
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err(refused("a part of the prefix is empty, `.` or `..`"));
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(formatter, "/{}", self.prefix)?;
        }
        Ok(())
    }
}

/// What is needed to keep files in a store that speaks the S3 protocol.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Options {
    /// Where in the store.
    pub location: S3Location,
    /// The store's address, as `https://store.example`; without it, that of the service of the
    /// region.
    pub endpoint: Option<String>,
    /// The region, which goes into signatures.
    pub region: String,
    /// The name of the key.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: String,
    /// What belongs to a key that is valid for a time.
    pub session_token: Option<String>,
    /// A file of certificates (PEM) to trust instead of the system's.
    pub certificates: Option<PathBuf>,
    /// A store that sends nothing for so long is away. A piece of an upload takes no longer either.
    pub pause_max: Duration,
}

impl S3Options {
    /// The usual times of waiting.
    pub const PAUSE_MAX: Duration = Duration::from_secs(20);
}

/// Without the keys.
impl fmt::Debug for S3Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("S3Options")
            .field("location", &self.location)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
