//! Wheels unpacked into a folder, packed of one, and given other tags: what pypa's `wheel unpack`,
//! `wheel pack` and `wheel tags` do, with the same names for what comes out.
//!
//! A folder that is packed stays as it is: what the options change is changed in the wheel alone.

mod pack;
mod retag;
mod unpack;

pub use pack::{PackOptions, pack};
pub use retag::{NewTags, retag};
pub use unpack::unpack;

use std::path::{Path, PathBuf};

use tilsit_archive::{FileSource, Limits};
use tilsit_files::{AtomicFile, ConfinedError, Durability, FileError, Operation};
use tilsit_packaging::headers::{Message, push_header};

use super::{CopyError, Wheel, WheelError, WheelWriteError};

/// Why a wheel is not unpacked, packed or given other tags.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The wheel is refused.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// A wheel cannot be written.
    #[error(transparent)]
    Write(#[from] WheelWriteError),
    /// A file cannot be taken over.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A path leads elsewhere.
    #[error(transparent)]
    Confined(#[from] ConfinedError),
    /// The folder is no unpacked wheel.
    #[error("`{}` is no unpacked wheel: {reason}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        reason: String,
    },
    /// What is wanted is nothing that a wheel may have.
    #[error("no wheel may have {what}: {reason}")]
    Wanted {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}

/// Opens what was written under its name, so that nothing takes that name that no installer takes.
pub(crate) fn commit(file: AtomicFile, name: &str) -> Result<PathBuf, ChangeError> {
    let path = file.path().to_path_buf();
    let again = file.file().try_clone();
    let again = again.map_err(|error| FileError::new(Operation::Open, &path, error))?;
    let written = FileSource::new(again, &path)?;
    Wheel::from_source(name, written, &Limits::default())?;
    file.commit(Durability::Fast)?;
    Ok(path)
}

/// The path of a wheel of this name in a folder: the name is a name and nothing more.
pub(crate) fn path_in(folder: &Path, name: &str) -> Result<PathBuf, ChangeError> {
    let parsed = name.parse::<tilsit_packaging::file_name::WheelFileName>();
    parsed.map_err(|error| ChangeError::Wanted {
        what: format!("the name `{name}`"),
        reason: error.to_string(),
    })?;
    Ok(folder.join(name))
}

/// Headers without those of these names, and with others at the end; the body stays.
pub fn with_headers(bytes: &[u8], without: &[&str], with: &[(&str, &str)]) -> Vec<u8> {
    let message = Message::parse(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    let is_out = |name: &str| without.iter().any(|other| other.eq_ignore_ascii_case(name));
    for header in message.headers.iter().filter(|header| !is_out(header.name)) {
        out.extend_from_slice(header.name.as_bytes());
        out.push(b':');
        let lines = header.raw.trim_ascii_end().split(|byte| *byte == b'\n');
        for (number, line) in lines.enumerate() {
            let text = line.trim_ascii_end();
            out.extend_from_slice(text);
            // A line with nothing but its indentation would end the headers without it.
            if text.is_empty() && number > 0 {
                out.push(b' ');
            }
            out.push(b'\n');
        }
    }
    let mut added = String::new();
    for (name, value) in with {
        push_header(&mut added, name, value);
    }
    out.extend_from_slice(added.as_bytes());
    if !message.body.is_empty() {
        out.push(b'\n');
        out.extend_from_slice(message.body);
    }
    out
}

/// A build number: it starts with a digit, and has no `-` (`""` is none).
fn check_build(build: &str) -> Result<(), ChangeError> {
    let starts = build.starts_with(|first: char| first.is_ascii_digit());
    if build.is_empty() || (starts && !build.contains('-')) {
        return Ok(());
    }
    Err(ChangeError::Wanted {
        what: format!("the build number `{build}`"),
        reason: "it starts with a digit and has no `-`".to_owned(),
    })
}

#[cfg(test)]
mod tests;
