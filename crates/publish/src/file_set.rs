//! The preflight: every file of a set is read and checked before anything is sent.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tilsit_dist::check::{Described, Limits, check_files};
use tilsit_dist::{Finding, Rule, Severity};
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
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

/// Files of one release, the sdist first.
#[derive(Debug, Clone)]
pub struct FileSet {
    files: Vec<CheckedFile>,
}

/// What makes one file unfit.
#[derive(Debug, Clone)]
pub struct Unfit {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub finding: Finding,
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        write!(formatter, "`{name}`: {}", self.finding)
    }
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
    /// Files break rules that an index or an installer insists on.
    #[error("not fit to be published: {}", joined(.0))]
    Unfit(Vec<Unfit>),
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

fn joined(unfit: &[Unfit]) -> String {
    let words: Vec<String> = unfit.iter().map(ToString::to_string).collect();
    words.join("; ")
}

impl FileSet {
    /// Checks that every file is fit to be published and that they belong to one release.
    ///
    /// # Errors
    /// When a file cannot be read or is not fit, and when they do not belong together.
    pub fn check<P: AsRef<Path>>(paths: &[P]) -> Result<Self, PreflightError> {
        let set = Self::read(paths)?;
        let errors = set.files.iter().flat_map(|file| {
            let errors = file.findings.iter();
            let errors = errors.filter(|finding| finding.severity() == Severity::Error);
            // Which classifiers there are is for the index to say; it may know more, or ask for none.
            let errors = errors.filter(|finding| finding.rule != Rule::ClassifierUnknown);
            errors.map(|finding| file.unfit(finding))
        });
        refuse(errors.collect())?;
        Ok(set)
    }

    /// Reads files that are sound and belong to one release; what else is wrong with them is in
    /// [`CheckedFile::findings`].
    ///
    /// # Errors
    /// When a file cannot be read or is not sound, and when they do not belong together.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, PreflightError> {
        let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        let checked = check_files(&paths, &Limits::default())?;
        let mut files = Vec::with_capacity(paths.len());
        let mut unsound = Vec::new();
        for (path, checked) in paths.into_iter().zip(checked) {
            match &checked.described {
                Some(described) => files.push(describe(path, described, checked.findings.clone())?),
                None => unsound.extend(checked.findings.into_iter().map(|finding| Unfit {
                    path: path.to_owned(),
                    finding,
                })),
            }
        }
        refuse(unsound)?;
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

impl CheckedFile {
    fn unfit(&self, finding: &Finding) -> Unfit {
        Unfit {
            path: self.path.clone(),
            finding: finding.clone(),
        }
    }
}

fn refuse(unfit: Vec<Unfit>) -> Result<(), PreflightError> {
    if unfit.is_empty() {
        return Ok(());
    }
    Err(PreflightError::Unfit(unfit))
}

fn describe(
    path: &Path,
    described: &Described,
    findings: Vec<Finding>,
) -> Result<CheckedFile, PreflightError> {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let metadata = &described.metadata;
    let mut form = if described.is_sdist() {
        UploadForm::from_metadata(metadata, FileType::Sdist, "source")
    } else {
        UploadForm::from_metadata(metadata, FileType::Wheel, python_tag(&file_name))
    };
    let (sha256, size_bytes) = digest(path)?;
    form.sha256_digest = Some(sha256.to_string());
    Ok(CheckedFile {
        path: path.to_owned(),
        file_name: file_name.into_owned(),
        project: metadata.project_name().clone(),
        version: metadata.version.clone(),
        size_bytes,
        sha256,
        form,
        findings,
    })
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
