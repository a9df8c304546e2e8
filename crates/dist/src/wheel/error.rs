//! Why a wheel is refused.

use tilsit_archive::zip::ZipError;
use tilsit_files::FileError;
use tilsit_packaging::entry_points::EntryPointsError;
use tilsit_packaging::file_name::FileNameError;
use tilsit_packaging::metadata::MetadataError;
use tilsit_packaging::record::RecordError;

use super::wheel_file::WheelFileError;

/// A wheel that is refused.
#[derive(Debug, thiserror::Error)]
#[error("the wheel `{wheel}` {fault}")]
pub struct WheelError {
    /// The wheel's file name.
    pub wheel: String,
    /// What is wrong with it.
    #[source]
    pub fault: Box<WheelFault>,
}

/// What is wrong with a wheel; displays as the rest of a sentence that starts with its name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WheelFault {
    /// Its file name does not follow the standard.
    #[error("has a name that no wheel may have: {0}")]
    FileName(#[from] FileNameError),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    File(#[from] FileError),
    /// It is not a sound zip archive.
    #[error("is not a sound archive: {0}")]
    Zip(#[from] ZipError),
    /// There is not exactly one `.dist-info` folder.
    #[error("has {}", match found.as_slice() {
        [] => "no `.dist-info` folder".to_owned(),
        folders => format!("several `.dist-info` folders: `{}`", folders.join("`, `")),
    })]
    DistInfo {
        /// The folders that there are.
        found: Vec<String>,
    },
    /// A file that every wheel has is not there.
    #[error("has no `{0}`")]
    Missing(String),
    /// Name or version in the file name differ from those inside.
    #[error("holds another release: {place} says `{found}`")]
    OtherRelease {
        /// Where the other release is named.
        place: &'static str,
        /// What stands there.
        found: String,
    },
    /// METADATA does not say which release it is.
    #[error("has metadata that cannot be used: {0}")]
    Metadata(#[from] MetadataError),
    /// WHEEL cannot be read.
    #[error("has a WHEEL file that cannot be used: {0}")]
    WheelFile(#[from] WheelFileError),
    /// RECORD cannot be read.
    #[error("has a RECORD that cannot be used: {0}")]
    Record(#[from] RecordError),
    /// `entry_points.txt` cannot be used.
    #[error("has entry points that cannot be used: {0}")]
    EntryPoints(#[from] EntryPointsError),
    /// RECORD and the files disagree.
    #[error("{} `{}` {}", what.verb(), path.escape_debug(), what.rest())]
    Listing {
        /// The file.
        path: String,
        /// How they disagree.
        what: Listing,
    },
    /// A file lies where no wheel may put one.
    #[error("holds `{}`, which {fault}", path.escape_debug())]
    Path {
        /// The file.
        path: String,
        /// What is wrong with it, as the rest of a sentence.
        fault: &'static str,
    },
}

/// How RECORD and the files of a wheel disagree about one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// The file is there, and no line.
    Unlisted,
    /// The line is there, and no file.
    Absent,
    /// There are two lines.
    Twice,
    /// The line has no hash.
    NoHash,
    /// The hash is weaker than SHA-256, of an unknown kind, or not a hash.
    BadHash,
    /// The file has another size.
    OtherSize,
    /// The file has another hash.
    OtherHash,
    /// The line's path is not a plain relative one.
    BadPath,
}

impl Listing {
    fn verb(self) -> &'static str {
        match self {
            Self::Unlisted => "does not list",
            _ => "lists",
        }
    }

    fn rest(self) -> &'static str {
        match self {
            Self::Unlisted => "in RECORD",
            Self::Absent => "in RECORD and does not hold it",
            Self::Twice => "in RECORD twice",
            Self::NoHash => "in RECORD without a hash",
            Self::BadHash => "in RECORD with a hash that is not SHA-256 or better",
            Self::OtherSize => "in RECORD with another size",
            Self::OtherHash => "in RECORD with another hash",
            Self::BadPath => "in RECORD, which is not a path inside a wheel",
        }
    }
}
