//! The preflight: every file of a set is read and checked before anything is sent.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tilsit_archive::Limits;
use tilsit_dist::sdist::{Sdist, SdistError};
use tilsit_dist::wheel::{Wheel, WheelError};
use tilsit_files::{FileError, Operation};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::{FileType, UploadForm};

/// A distribution file that is fit to be uploaded.
#[derive(Debug, Clone)]
pub struct CheckedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name.
    pub file_name: String,
    /// Its project.
    pub project: ProjectName,
    /// Its version.
    pub version: Version,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// What is sent with it, read from its metadata.
    pub form: UploadForm,
}

/// Files of one release, the sdist first.
#[derive(Debug, Clone)]
pub struct FileSet {
    files: Vec<CheckedFile>,
}

/// Why a set is not fit to be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreflightError {
    /// There are no files.
    #[error("there are no files to publish")]
    Empty,
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is neither an sdist nor a wheel by its name.
    #[error("`{}` is neither a wheel (`.whl`) nor an sdist (`.tar.gz`)", .0.display())]
    NoDistribution(PathBuf),
    /// A wheel is not sound.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// An sdist is not sound.
    #[error(transparent)]
    Sdist(#[from] SdistError),
    /// An sdist does not say what it is of.
    #[error("the sdist `{}` has no PKG-INFO", .0.display())]
    NoMetadata(PathBuf),
    /// The files are of several releases.
    #[error(
        "`{first}` and `{other}` are not of one release: {project} {version} and {other_project} {other_version}"
    )]
    SeveralReleases {
        /// The first file.
        first: String,
        /// Its project.
        project: ProjectName,
        /// Its version.
        version: Version,
        /// A file of another release.
        other: String,
        /// Its project.
        other_project: ProjectName,
        /// Its version.
        other_version: Version,
    },
    /// Two files have one name.
    #[error("two files are named `{0}`")]
    SameName(String),
    /// There are two sdists.
    #[error("a release has one sdist, and here are two: `{0}` and `{1}`")]
    TwoSdists(String, String),
}

impl FileSet {
    /// Checks that every file is a sound distribution and that they belong to one release.
    ///
    /// # Errors
    /// At the first file that is not fit, and when they do not belong together.
    pub fn check<P: AsRef<Path>>(paths: &[P]) -> Result<Self, PreflightError> {
        let mut files = paths
            .iter()
            .map(|path| check_file(path.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(|file| {
            (
                file.form.file_type == FileType::Wheel,
                file.file_name.clone(),
            )
        });
        check_together(&files)?;
        Ok(Self { files })
    }

    /// The files, in the order in which they are uploaded.
    pub fn files(&self) -> &[CheckedFile] {
        &self.files
    }

    /// The project that the release is of.
    pub fn project(&self) -> &ProjectName {
        &self.files[0].project
    }

    /// The release's version.
    pub fn version(&self) -> &Version {
        &self.files[0].version
    }
}

fn check_file(path: &Path) -> Result<CheckedFile, PreflightError> {
    let file_name = path.file_name().and_then(|name| name.to_str());
    let file_name = file_name.ok_or_else(|| PreflightError::NoDistribution(path.to_owned()))?;
    let mut form = if has_ending(file_name, ".whl") {
        let wheel = Wheel::open(path, &Limits::default())?;
        wheel.verify()?;
        UploadForm::from_metadata(wheel.metadata(), FileType::Wheel, python_tag(file_name))
    } else if has_ending(file_name, ".tar.gz") {
        let sdist = Sdist::open(path, &Limits::default())?;
        let metadata = sdist
            .metadata()
            .ok_or_else(|| PreflightError::NoMetadata(path.to_owned()))?;
        UploadForm::from_metadata(metadata, FileType::Sdist, "source")
    } else {
        return Err(PreflightError::NoDistribution(path.to_owned()));
    };
    let (sha256, size_bytes) = digest(path)?;
    form.sha256_digest = Some(sha256.to_string());
    let (project, version) = release_of(&form);
    Ok(CheckedFile {
        path: path.to_owned(),
        file_name: file_name.to_owned(),
        project,
        version,
        size_bytes,
        sha256,
        form,
    })
}

/// Endings of distribution files are lower case.
fn has_ending(file_name: &str, ending: &str) -> bool {
    file_name.strip_suffix(ending).is_some()
}

/// Name and version of a form that was made from valid metadata.
fn release_of(form: &UploadForm) -> (ProjectName, Version) {
    let value = |field| form.value(field).unwrap_or_default();
    let project = value("name").parse().expect("metadata has a valid name");
    let version = value("version")
        .parse()
        .expect("metadata has a valid version");
    (project, version)
}

/// The Python tag in a wheel's name, such as `py3` or `py2.py3`.
fn python_tag(file_name: &str) -> &str {
    file_name.rsplit('-').nth(2).unwrap_or_default()
}

fn digest(path: &Path) -> Result<(Sha256Digest, u64), FileError> {
    let mut file = tilsit_files::open(path)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 128 << 10];
    let mut size_bytes = 0;
    loop {
        let read = file
            .read(&mut chunk)
            .map_err(|source| FileError::new(Operation::Read, path, source))?;
        if read == 0 {
            return Ok((Sha256Digest(hasher.finalize().into()), size_bytes));
        }
        hasher.update(&chunk[..read]);
        size_bytes += read as u64;
    }
}

fn check_together(files: &[CheckedFile]) -> Result<(), PreflightError> {
    let Some(first) = files.first() else {
        return Err(PreflightError::Empty);
    };
    for pair in files.windows(2) {
        let [one, two] = pair else { continue };
        if one.file_name == two.file_name {
            return Err(PreflightError::SameName(one.file_name.clone()));
        }
        if two.form.file_type == FileType::Sdist {
            let names = (one.file_name.clone(), two.file_name.clone());
            return Err(if same_release(one, two) {
                PreflightError::TwoSdists(names.0, names.1)
            } else {
                several(one, two)
            });
        }
    }
    match files.iter().find(|file| !same_release(first, file)) {
        Some(other) => Err(several(first, other)),
        None => Ok(()),
    }
}

fn same_release(one: &CheckedFile, two: &CheckedFile) -> bool {
    one.project == two.project && one.version == two.version
}

fn several(first: &CheckedFile, other: &CheckedFile) -> PreflightError {
    PreflightError::SeveralReleases {
        first: first.file_name.clone(),
        project: first.project.clone(),
        version: first.version.clone(),
        other: other.file_name.clone(),
        other_project: other.project.clone(),
        other_version: other.version.clone(),
    }
}

#[cfg(test)]
mod tests;
