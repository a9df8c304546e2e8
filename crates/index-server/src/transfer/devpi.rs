//! `dataindex.json` of a folder that `devpi-export` wrote: which files there are, and since when.
//!
//! Of each file its entry has `relpath` (from the folder), `type` (`releasefile`, or documentation
//! and test results, which no index of ours has), `entrymapping` with `last_modified` as HTTP writes
//! times and in newer versions `hashes`, and since devpi-server 2.1 a `log`, whose entry `upload` has the time in UTC as a list of
//! six numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tilsit_simple_api::Sha256Digest;

#[cfg(test)]
mod tests;

/// Why a text is no `dataindex.json`.
#[derive(Debug, thiserror::Error)]
pub enum DevpiExportError {
    /// It is not the JSON that devpi writes.
    #[error("it is not the JSON of a devpi export")]
    Json(#[from] serde_json::Error),
    /// It is of a form that is not known here.
    #[error("it is of version `{0}` of devpi's exports, and only versions 1 and 2 are known")]
    Version(String),
}

/// The files of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DevpiExport {
    /// Of all indexes, by their names.
    pub files: Vec<DevpiFile>,
}

/// A distribution file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevpiFile {
    /// Where it is, from the export's folder; unchecked.
    pub relative_path: String,
    /// When it was uploaded.
    pub uploaded: Option<Timestamp>,
    /// The digest of its bytes.
    pub sha256: Option<Sha256Digest>,
}

#[derive(Deserialize)]
struct Body {
    dumpversion: Option<String>,
    indexes: BTreeMap<String, IndexBody>,
}

#[derive(Deserialize)]
struct IndexBody {
    #[serde(default)]
    files: Vec<FileBody>,
}

#[derive(Deserialize)]
struct FileBody {
    #[serde(rename = "type")]
    kind: String,
    relpath: String,
    #[serde(default)]
    entrymapping: EntryBody,
    #[serde(default)]
    log: Vec<LogBody>,
}

#[derive(Deserialize, Default)]
struct EntryBody {
    last_modified: Option<String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct LogBody {
    what: String,
    #[serde(default)]
    when: Vec<i16>,
}

impl DevpiExport {
    /// Reads `dataindex.json`.
    ///
    /// # Errors
    /// When it is none, or of another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, DevpiExportError> {
        let body: Body = serde_json::from_slice(bytes)?;
        let version = body.dumpversion.unwrap_or_default();
        if version != "1" && version != "2" {
            return Err(DevpiExportError::Version(version));
        }
        let files = body.indexes.into_values().flat_map(|index| index.files);
        let files = files
            .filter(|file| file.kind == "releasefile")
            .map(|file| DevpiFile {
                uploaded: uploaded(&file),
                sha256: sha256(&file),
                relative_path: file.relpath,
            });
        Ok(Self {
            files: files.collect(),
        })
    }
}

fn uploaded(file: &FileBody) -> Option<Timestamp> {
    let logged = file.log.iter().find(|entry| entry.what == "upload");
    let logged = logged.and_then(|entry| logged_time(&entry.when));
    logged.or_else(|| {
        let text = file.entrymapping.last_modified.as_deref()?;
        DateTimeParser::new().parse_timestamp(text).ok()
    })
}

fn sha256(file: &FileBody) -> Option<Sha256Digest> {
    file.entrymapping.hashes.get("sha256")?.parse().ok()
}

/// Year, month, day, hour, minute, second.
fn logged_time(when: &[i16]) -> Option<Timestamp> {
    let &[year, ref rest @ ..] = when else {
        return None;
    };
    let rest: Vec<i8> = rest
        .iter()
        .map(|&number| i8::try_from(number))
        .collect::<Result<_, _>>()
        .ok()?;
    let &[month, day, hour, minute, second] = rest.as_slice() else {
        return None;
    };
    let time = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
