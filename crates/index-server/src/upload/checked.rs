//! The fourth stage: the file is what it says it is. Digests, name, archive, metadata, in this
//! order; everything that is kept from here on was read from the file.

use std::path::Path;

use tilsit_archive::Limits;
use tilsit_dist::sdist::Sdist;
use tilsit_dist::wheel::{Wheel, WheelError};
use tilsit_index_store::{IncomingFile, NewFile};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::{FileType, UploadForm};

use super::authorized::AuthorizedUpload;
use super::metadata_agreement::differing_fields;
use super::received::ReceivedFile;
use crate::response::{Failure, Refusal};

/// The longest file name; common file systems take no longer one, and `.metadata` comes behind it.
const FILE_NAME_MAX_BYTES: usize = 240;
/// The longest summary, as PyPI has it.
const SUMMARY_MAX_CHARACTERS: usize = 512;

/// A file that may be published as soon as its bytes are in their place.
pub(super) struct CheckedUpload {
    pub(super) incoming: IncomingFile,
    pub(super) new_file: NewFile,
}

/// What a distribution says about itself.
struct SelfDescription {
    metadata: CoreMetadata,
    /// The text of METADATA or PKG-INFO.
    text: String,
}

/// Checks the file, on a thread that may take its time.
pub(super) async fn check(authorized: AuthorizedUpload) -> Result<CheckedUpload, Failure> {
    tokio::task::spawn_blocking(move || check_now(authorized))
        .await
        .map_err(|_| Failure::internal("checking a file was given up"))?
}

fn check_now(mut upload: AuthorizedUpload) -> Result<CheckedUpload, Failure> {
    check_digests(&upload.form, &upload.file)?;
    let version = version(&upload.form)?;
    check_file_name(&upload, &version)?;
    upload.file.incoming.rename(&upload.file.file_name)?;
    let found = read_self_description(&upload)?;
    check_metadata(&upload, &version, &found.metadata)?;
    let AuthorizedUpload {
        uploader,
        project,
        form,
        file,
    } = upload;
    let is_wheel = form.file_type == FileType::Wheel;
    let new_file = NewFile {
        project,
        display_name: found.metadata.name().to_owned(),
        version,
        file_name: file.file_name,
        kind: form.file_type,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
        blake2b_256: file.blake2b_256,
        metadata_sha256: is_wheel.then(|| sha256(found.text.as_bytes())),
        core_metadata: found.text,
        requires_python: found
            .metadata
            .requires_python
            .as_ref()
            .map(ToString::to_string),
        summary: found.metadata.summary.clone(),
        uploader,
    };
    Ok(CheckedUpload {
        incoming: file.incoming,
        new_file,
    })
}

fn check_digests(form: &UploadForm, file: &ReceivedFile) -> Result<(), Refusal> {
    let sha256 = file.sha256.to_string();
    for (field, said, found) in [
        ("sha256_digest", &form.sha256_digest, &sha256),
        (
            "blake2_256_digest",
            &form.blake2_256_digest,
            &file.blake2b_256,
        ),
        ("md5_digest", &form.md5_digest, &file.md5),
    ] {
        if said.as_ref().is_some_and(|said| said != found) {
            return Err(Refusal::bad_request(format!(
                "the field `{field}` is not the digest of the file that came, which is {found}"
            )));
        }
    }
    Ok(())
}

fn version(form: &UploadForm) -> Result<Version, Refusal> {
    let text = form.value("version").unwrap_or_default();
    text.parse()
        .map_err(|error| Refusal::bad_request(format!("the field `version`: {error}")))
}

/// The name is one that can be kept, and the one that the form's fields lead to.
fn check_file_name(upload: &AuthorizedUpload, version: &Version) -> Result<(), Refusal> {
    let name = &upload.file.file_name;
    let shown = || name.escape_debug().to_string();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+!".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(Refusal::bad_request(format!(
            "`{}` of the field `content` is no file name that the index takes",
            shown()
        )));
    }
    if name.len() > FILE_NAME_MAX_BYTES {
        return Err(Refusal::bad_request(format!(
            "the file name `{}` has more than {FILE_NAME_MAX_BYTES} bytes",
            shown()
        )));
    }
    match upload.form.file_type {
        FileType::Sdist => check_sdist_name(upload, version),
        FileType::Wheel => check_wheel_name(upload, version),
    }
}

/// An sdist has one possible name (PEP 625).
fn check_sdist_name(upload: &AuthorizedUpload, version: &Version) -> Result<(), Refusal> {
    let expected = format!("{}-{version}.tar.gz", upload.project.as_file_name());
    let found = &upload.file.file_name;
    if *found == expected {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "the sdist `{found}` of project `{}`, version `{version}`, must be named `{expected}`",
        upload.project
    )))
}

/// A wheel's name says project and version; its tags are `dist`'s to read.
fn check_wheel_name(upload: &AuthorizedUpload, version: &Version) -> Result<(), Refusal> {
    let found = &upload.file.file_name;
    let refused = |what: String| Err(Refusal::bad_request(what));
    let Some(stem) = found.strip_suffix(".whl") else {
        return refused(format!(
            "the field `filetype` says that `{found}` is a wheel, whose name must end in `.whl`"
        ));
    };
    let parts: Vec<&str> = stem.split('-').collect();
    let (&[name, wheel_version, .., python, _, _], 5..=6) = (parts.as_slice(), parts.len()) else {
        return refused(format!("`{found}` has not the parts of a wheel's name"));
    };
    let is_project = name
        .parse()
        .is_ok_and(|name: tilsit_packaging::name::ProjectName| name == upload.project);
    if !is_project {
        return refused(format!(
            "the name of `{found}` is not that of `{}`",
            upload.project
        ));
    }
    if wheel_version.parse::<Version>().ok().as_ref() != Some(version) {
        return refused(format!("the version of `{found}` is not `{version}`"));
    }
    let tags = |text: &str| {
        let mut tags: Vec<String> = text.split('.').map(str::to_owned).collect();
        tags.sort();
        tags
    };
    if tags(&upload.form.python_version) != tags(python) {
        return refused(format!(
            "the field `pyversion` is `{}`, and the Python tag of `{found}` is `{python}`",
            upload.form.python_version
        ));
    }
    Ok(())
}

/// Opens the archive as strictly as an installer does, and reads every byte of it.
fn read_self_description(upload: &AuthorizedUpload) -> Result<SelfDescription, Refusal> {
    let (path, name) = (upload.file.incoming.path(), &upload.file.file_name);
    let (metadata, bytes) = match upload.form.file_type {
        FileType::Wheel => read_wheel(path)?,
        FileType::Sdist => read_sdist(path, name)?,
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Refusal::bad_request(format!("the metadata of `{name}` is not UTF-8 text")))?;
    Ok(SelfDescription { metadata, text })
}

fn read_wheel(path: &Path) -> Result<(CoreMetadata, Vec<u8>), Refusal> {
    let refused = |error: WheelError| Refusal::bad_request(error.to_string());
    let wheel = Wheel::open(path, &Limits::default()).map_err(refused)?;
    wheel.verify().map_err(refused)?;
    let bytes = wheel.read_dist_info("METADATA").map_err(refused)?;
    Ok((wheel.metadata().clone(), bytes.unwrap_or_default()))
}

/// Opening an sdist reads it to its end.
fn read_sdist(path: &Path, name: &str) -> Result<(CoreMetadata, Vec<u8>), Refusal> {
    let sdist = Sdist::open(path, &Limits::default())
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    let metadata = sdist
        .metadata()
        .ok_or_else(|| Refusal::bad_request(format!("the sdist `{name}` has no PKG-INFO")))?;
    Ok((metadata.clone(), metadata.to_bytes()))
}

/// The metadata is valid, is of this release, and is what the form says.
fn check_metadata(
    upload: &AuthorizedUpload,
    version: &Version,
    metadata: &CoreMetadata,
) -> Result<(), Refusal> {
    let name = &upload.file.file_name;
    if *metadata.project_name() != upload.project || metadata.version != *version {
        return Err(Refusal::bad_request(format!(
            "the metadata of `{name}` is of `{}` version `{}`",
            metadata.name(),
            metadata.version
        )));
    }
    let summary = metadata.summary.as_deref().unwrap_or_default();
    if summary.chars().count() > SUMMARY_MAX_CHARACTERS {
        return Err(Refusal::bad_request(format!(
            "the summary of `{name}` has more than {SUMMARY_MAX_CHARACTERS} characters"
        )));
    }
    let differing = differing_fields(&upload.form, metadata);
    if !differing.is_empty() {
        return Err(Refusal::bad_request(format!(
            "the form differs from the metadata in `{name}` in: `{}`",
            differing.join("`, `")
        )));
    }
    Ok(())
}

fn sha256(bytes: &[u8]) -> Sha256Digest {
    use sha2::{Digest, Sha256};
    Sha256Digest(Sha256::digest(bytes).into())
}
