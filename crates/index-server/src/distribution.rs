//! What is asked of every distribution file, whoever brings it: an upload over HTTP
//! ([`crate::upload`]) or an import from a folder ([`crate::transfer`]).
//!
//! Name, archive, metadata, in this order; everything that is kept was read from the file.

use std::fmt::Write;
use std::path::Path;

use blake2::Blake2b;
use blake2::digest::consts::U32;
use jiff::Timestamp;
use md5::Md5;
use sha2::{Digest, Sha256};
use tilsit_archive::Limits;
use tilsit_dist::sdist::Sdist;
use tilsit_dist::wheel::Wheel;
use tilsit_files::FileError;
use tilsit_index_store::{Blobs, IncomingFile, NewFile, StoreError, UserId};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::FileType;

/// The longest file name; common file systems take no longer one, and `.metadata` comes behind it.
const FILE_NAME_MAX_BYTES: usize = 240;
/// The longest summary, as PyPI has it.
const SUMMARY_MAX_CHARACTERS: usize = 512;

/// Why a file is not taken, in words for whoever brings it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotTaken(String);

/// A file that came, on disk and hashed; nothing of it is checked.
pub(crate) struct ArrivedFile {
    /// The name as it was given.
    pub(crate) file_name: String,
    pub(crate) incoming: IncomingFile,
    pub(crate) digests: FileDigests,
}

/// What is known of the bytes of a file.
pub(crate) struct FileDigests {
    pub(crate) size_bytes: u64,
    pub(crate) sha256: Sha256Digest,
    pub(crate) blake2b_256: String,
    pub(crate) md5: String,
}

/// Hashes a file while it arrives.
#[derive(Default)]
pub(crate) struct FileHasher {
    size_bytes: u64,
    sha256: Sha256,
    blake2b: Blake2b<U32>,
    md5: Md5,
}

impl FileHasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.size_bytes += bytes.len() as u64;
        self.sha256.update(bytes);
        self.blake2b.update(bytes);
        self.md5.update(bytes);
    }

    /// How many bytes came so far.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn finish(self) -> FileDigests {
        FileDigests {
            size_bytes: self.size_bytes,
            sha256: Sha256Digest(self.sha256.finalize().into()),
            blake2b_256: hexadecimal(&self.blake2b.finalize()),
            md5: hexadecimal(&self.md5.finalize()),
        }
    }
}

/// What a file is said to be.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) project: ProjectName,
    pub(crate) version: Version,
    pub(crate) kind: FileType,
}

/// What a distribution says about itself.
pub(crate) struct SelfDescription {
    pub(crate) metadata: CoreMetadata,
    /// The text of METADATA or PKG-INFO.
    text: String,
}

/// The name is one that can be kept, and the one that the claim leads to.
pub(crate) fn check_file_name(name: &str, claim: &Claim) -> Result<(), NotTaken> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+!".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return refused(format!(
            "`{}` is no file name that the index takes",
            name.escape_debug()
        ));
    }
    if name.len() > FILE_NAME_MAX_BYTES {
        return refused(format!(
            "the file name `{name}` has more than {FILE_NAME_MAX_BYTES} bytes"
        ));
    }
    match claim.kind {
        FileType::Sdist => check_sdist_name(name, claim),
        FileType::Wheel => check_wheel_name(name, claim),
    }
}

/// An sdist has one possible name (PEP 625).
fn check_sdist_name(name: &str, claim: &Claim) -> Result<(), NotTaken> {
    let Claim {
        project, version, ..
    } = claim;
    let expected = format!("{}-{version}.tar.gz", project.as_file_name());
    if name == expected {
        return Ok(());
    }
    refused(format!(
        "the sdist `{name}` of project `{project}`, version `{version}`, must be named `{expected}`"
    ))
}

/// A wheel's name says project and version; its tags are `dist`'s to read.
fn check_wheel_name(name: &str, claim: &Claim) -> Result<(), NotTaken> {
    let Some(stem) = name.strip_suffix(".whl") else {
        return refused(format!(
            "`{name}` is said to be a wheel, whose name must end in `.whl`"
        ));
    };
    let parts: Vec<&str> = stem.split('-').collect();
    let (&[project, version, .., _, _, _], 5..=6) = (parts.as_slice(), parts.len()) else {
        return refused(format!("`{name}` has not the parts of a wheel's name"));
    };
    let is_project = project
        .parse()
        .is_ok_and(|found: ProjectName| found == claim.project);
    if !is_project {
        return refused(format!(
            "the name of `{name}` is not that of `{}`",
            claim.project
        ));
    }
    if version.parse::<Version>().ok().as_ref() != Some(&claim.version) {
        return refused(format!(
            "the version of `{name}` is not `{}`",
            claim.version
        ));
    }
    Ok(())
}

/// Gives the file its name, opens it as strictly as an installer does, and reads every byte of it:
/// its metadata must be valid and of the claimed release.
pub(crate) fn read(file: &mut ArrivedFile, claim: &Claim) -> Result<SelfDescription, ReadError> {
    let name = &file.file_name;
    file.incoming.rename(name)?;
    let path = file.incoming.path();
    let (metadata, bytes) = match claim.kind {
        FileType::Wheel => read_wheel(path)?,
        FileType::Sdist => read_sdist(path, name)?,
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| NotTaken(format!("the metadata of `{name}` is not UTF-8 text")))?;
    check_metadata(name, claim, &metadata)?;
    Ok(SelfDescription { metadata, text })
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// It is not what it should be.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// The index's own disk fails.
    #[error(transparent)]
    File(#[from] FileError),
}

fn read_wheel(path: &Path) -> Result<(CoreMetadata, Vec<u8>), NotTaken> {
    let refused = |error: tilsit_dist::wheel::WheelError| NotTaken(error.to_string());
    let wheel = Wheel::open(path, &Limits::default()).map_err(refused)?;
    wheel.verify().map_err(refused)?;
    let bytes = wheel.read_dist_info("METADATA").map_err(refused)?;
    Ok((wheel.metadata().clone(), bytes.unwrap_or_default()))
}

/// Opening an sdist reads it to its end.
fn read_sdist(path: &Path, name: &str) -> Result<(CoreMetadata, Vec<u8>), NotTaken> {
    let sdist =
        Sdist::open(path, &Limits::default()).map_err(|error| NotTaken(error.to_string()))?;
    let metadata = sdist
        .metadata()
        .ok_or_else(|| NotTaken(format!("the sdist `{name}` has no PKG-INFO")))?;
    Ok((metadata.clone(), metadata.to_bytes()))
}

fn check_metadata(name: &str, claim: &Claim, metadata: &CoreMetadata) -> Result<(), NotTaken> {
    if *metadata.project_name() != claim.project || metadata.version != claim.version {
        return refused(format!(
            "the metadata of `{name}` is of `{}` version `{}`",
            metadata.name(),
            metadata.version
        ));
    }
    let summary = metadata.summary.as_deref().unwrap_or_default();
    if summary.chars().count() > SUMMARY_MAX_CHARACTERS {
        return refused(format!(
            "the summary of `{name}` has more than {SUMMARY_MAX_CHARACTERS} characters"
        ));
    }
    Ok(())
}

/// The row of a checked file, and the bytes that it is about.
pub(crate) fn new_file(
    file: ArrivedFile,
    claim: Claim,
    found: SelfDescription,
    uploader: UserId,
    uploaded: Option<Timestamp>,
) -> (IncomingFile, NewFile) {
    let SelfDescription { metadata, text } = found;
    let is_wheel = claim.kind == FileType::Wheel;
    let new_file = NewFile {
        project: claim.project,
        display_name: metadata.name().to_owned(),
        version: claim.version,
        file_name: file.file_name,
        kind: claim.kind,
        size_bytes: file.digests.size_bytes,
        sha256: file.digests.sha256,
        blake2b_256: file.digests.blake2b_256,
        metadata_sha256: is_wheel.then(|| Sha256Digest(Sha256::digest(&text).into())),
        core_metadata: text,
        requires_python: metadata.requires_python.as_ref().map(ToString::to_string),
        summary: metadata.summary,
        uploader,
        uploaded,
    };
    (file.incoming, new_file)
}

/// Puts a checked file, with its metadata beside it, to where its digest says; durable.
pub(crate) async fn keep(
    blobs: &Blobs,
    incoming: IncomingFile,
    new_file: &NewFile,
) -> Result<(), StoreError> {
    let sidecar = new_file.metadata_sha256.is_some();
    let sidecar = sidecar.then(|| new_file.core_metadata.clone().into_bytes());
    let kept = (&new_file.sha256, &*new_file.file_name);
    blobs.keep(incoming, kept, sidecar).await
}

fn refused(text: String) -> Result<(), NotTaken> {
    Err(NotTaken(text))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
