//! The wheel and the sdist of a project.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use tilsit_archive::Limits;
use tilsit_archive::zip::DosTime;
use tilsit_dist::sdist::{SdistWriter, unpack};
use tilsit_dist::wheel::{WheelFile, WheelWriter, WheelWriterOptions};
use tilsit_files::{Durability, TemporaryFolder};
use tilsit_packaging::problem::Problem;

use crate::editable;
use crate::error::BuildError;
use crate::extension;
use crate::extension::config::CompilerConfig;
use crate::modules::extension_root;
use crate::source_project::SourceProject;
use crate::wheel_contents::{sbom_files, wheel_files};

/// The first moment that a zip archive can name: 1980-01-01.
const ZIP_EPOCH_SECONDS: u64 = 315_532_800;

/// What wheels of pure Python are for.
const TAG: &str = "py3-none-any";

/// Who made a wheel.
pub(crate) const GENERATOR: &str = concat!("tilsit ", env!("CARGO_PKG_VERSION"));

/// How to build, and what the caller knows that a project's settings may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildOptions {
    /// The time of every file in the archives, in seconds since 1970 (`SOURCE_DATE_EPOCH`); zip
    /// archives know none before 1980.
    pub modified_seconds: u64,
    /// The time now, in seconds since 1970 (`SOURCE_DATE_EPOCH` too): versions of a work tree with
    /// changes may have its date in them.
    pub now_seconds: u64,
    /// The variables of the environment: what overrides a version, and those that programs that are
    /// asked (`git`) get.
    pub variables: BTreeMap<OsString, OsString>,
    /// How the Python was compiled that extension modules are for; only projects that have some
    /// ([`SourceProject::has_extensions`]) need it.
    pub compiler: Option<CompilerConfig>,
    /// The folder that keeps the objects of extension modules for later builds.
    pub objects: Option<PathBuf>,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            modified_seconds: ZIP_EPOCH_SECONDS,
            now_seconds: ZIP_EPOCH_SECONDS,
            variables: BTreeMap::new(),
            compiler: None,
            objects: None,
        }
    }
}

impl BuildOptions {
    /// Asks the Python at a path how it was compiled, for the extension modules of a project
    /// ([`SourceProject::has_extensions`]).
    ///
    /// # Errors
    /// When it does not say.
    pub fn ask(&mut self, python: &Path) -> Result<(), BuildError> {
        self.compiler = Some(CompilerConfig::ask(python)?);
        Ok(())
    }

    /// What the variables of an environment say, at a time in seconds since 1970: `SOURCE_DATE_EPOCH`
    /// is the time inside archives and takes the place of the clock (see reproducible-builds.org).
    ///
    /// # Errors
    /// When `SOURCE_DATE_EPOCH` is no number.
    pub fn in_environment(
        variables: BTreeMap<OsString, OsString>,
        now_seconds: u64,
    ) -> Result<Self, BuildError> {
        let epoch = variables.get(OsStr::new("SOURCE_DATE_EPOCH"));
        let epoch = epoch.map(|text| {
            let text = text.to_string_lossy();
            let number = text.parse::<u64>();
            number.map_err(|_| BuildError::Epoch(text.into_owned()))
        });
        let epoch = epoch.transpose()?;
        Ok(Self {
            modified_seconds: epoch.unwrap_or(ZIP_EPOCH_SECONDS),
            now_seconds: epoch.unwrap_or(now_seconds),
            variables,
            compiler: None,
            objects: None,
        })
    }
}

/// A distribution file that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The file.
    pub path: PathBuf,
    /// The paths in it, without the top folder of an sdist.
    pub files: Vec<String>,
    /// What is odd in the project and yet did not stop the build.
    pub problems: Vec<Problem>,
}

impl Built {
    /// The same with more problems.
    fn with(mut self, problems: Vec<Problem>) -> Self {
        self.problems.extend(problems);
        self
    }
}

/// Builds the sdist of the project in `source` into the folder `out`.
///
/// # Errors
/// When the project is not as it must be, or a file cannot be read or written.
pub fn build_sdist(source: &Path, out: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
    SourceProject::open(source, options)?.build_sdist(out, options)
}

/// Builds the wheel of the project in `source` into the folder `out`.
///
/// # Errors
/// When the project is not as it must be, or a file cannot be read or written.
pub fn build_wheel(source: &Path, out: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
    SourceProject::open(source, options)?.build_wheel(out, options)
}

impl SourceProject {
    /// Builds the sdist into the folder `out`; the options are those that the project was opened with.
    ///
    /// # Errors
    /// When a file that a wheel needs is not there, or one cannot be read or written.
    pub fn build_sdist(&self, out: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
        // What the wheel needs must be found now, not by the user of the sdist.
        wheel_files(self)?;
        sbom_files(self)?;
        extension::check(self)?;
        let stem = self.stem();
        let mut writer = SdistWriter::new(&stem, options.modified_seconds);
        let mut files = Vec::new();
        for file in self.files().iter() {
            writer.add_file(&file.path, file.read()?, file.is_executable);
            files.push(file.path.clone());
        }
        writer.add_file("PKG-INFO", self.metadata().to_bytes(), false);
        files.push("PKG-INFO".to_owned());
        files.sort();
        let path = out.join(format!("{stem}.tar.gz"));
        place(&path, &writer.finish()?)?;
        Ok(Built {
            path,
            files,
            problems: self.problems().to_vec(),
        })
    }

    /// Builds the wheel into the folder `out`; the options are those that the project was opened with,
    /// and how the Python was compiled if [extension modules](Self::has_extensions) need it.
    ///
    /// # Errors
    /// When a file is not there, or cannot be read or written, or an extension cannot be compiled.
    pub fn build_wheel(&self, out: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
        let mut contents = Vec::new();
        for (path, file) in wheel_files(self)? {
            contents.push((path, file.read()?, file.is_executable));
        }
        let (extensions, problems) = extension::build(self, out, options)?;
        let extensions = extensions
            .into_iter()
            .map(|one| (one.path, one.bytes, true));
        contents.extend(extensions);
        contents.sort_by(|left, right| left.0.cmp(&right.0));
        write_wheel(self, contents, out, options).map(|built| built.with(problems))
    }

    /// Builds a wheel that leads to the project, which stays where it is, into the folder `out` (PEP 660):
    /// see [`editable`](crate::editable). A file that tells the version of version control is written into
    /// the source tree, where alone it can be imported from; so are extension modules.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the path of the project cannot stand in a `.pth` file.
    pub fn build_editable(&self, out: &Path, options: &BuildOptions) -> Result<Built, BuildError> {
        let links = editable::links(self)?;
        let mut contents: Vec<(String, Vec<u8>, bool)> = links
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes(), false))
            .collect();
        let spread = format!("{}.data/", self.stem());
        for (path, file) in wheel_files(self)? {
            if path.starts_with(&spread) {
                contents.push((path, file.read()?, file.is_executable));
            }
        }
        for file in self.files().iter() {
            if let Some(contents) = file.generated_contents() {
                write_if_other(&file.place, contents)?;
            }
        }
        let (extensions, problems) = extension::build(self, out, options)?;
        for one in extensions {
            let root = extension_root(self, one.extension)?;
            write_if_other(&self.folder().join(root).join(one.path), &one.bytes)?;
        }
        write_wheel(self, contents, out, options).map(|built| built.with(problems))
    }

    /// Writes the files of `.dist-info` save RECORD into a folder of `out` (PEP 517,
    /// `prepare_metadata_for_build_wheel`; the editable wheel has the same), and gives its name.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the compiler's Python is needed and not known.
    pub fn prepare_metadata(
        &self,
        out: &Path,
        options: &BuildOptions,
    ) -> Result<String, BuildError> {
        let name = format!("{}.dist-info", self.stem());
        let tag = extension::tag(self, options)?;
        for (path, contents) in metadata_files(self, tag.as_deref())? {
            place(&out.join(&name).join(path), &contents)?;
        }
        Ok(name)
    }

    /// Whether it has extension modules, which need [`BuildOptions::compiler`].
    pub fn has_extensions(&self) -> bool {
        !self.settings().extensions.is_empty()
    }
}

/// Writes a wheel with these files and the metadata.
fn write_wheel(
    project: &SourceProject,
    contents: Vec<(String, Vec<u8>, bool)>,
    out: &Path,
    options: &BuildOptions,
) -> Result<Built, BuildError> {
    let tag = extension::tag(project, options)?;
    let parts = WheelParts {
        stem: project.stem(),
        contents,
        dist_info: metadata_files(project, tag.as_deref())?,
        tag: tag.unwrap_or_else(|| TAG.to_owned()),
    };
    let level = WheelWriterOptions::default().level;
    let built = parts.write(out, options, level)?;
    Ok(Built {
        problems: project.problems().to_vec(),
        ..built
    })
}

/// What a wheel is made of.
pub(crate) struct WheelParts {
    /// `{name}-{version}`.
    pub(crate) stem: String,
    /// The tags in the file's name.
    pub(crate) tag: String,
    /// Path, contents, whether it is a program.
    pub(crate) contents: Vec<(String, Vec<u8>, bool)>,
    /// The files of `.dist-info` save RECORD, sorted by path.
    pub(crate) dist_info: Vec<(String, Vec<u8>)>,
}

impl WheelParts {
    /// Writes the wheel into the folder `out`, compressed so hard.
    pub(crate) fn write(
        self,
        out: &Path,
        options: &BuildOptions,
        level: u8,
    ) -> Result<Built, BuildError> {
        let stem = &self.stem;
        let writer_options = WheelWriterOptions {
            modified: DosTime::from_unix(options.modified_seconds),
            level,
        };
        let mut writer = WheelWriter::new(Vec::new(), stem, writer_options);
        let mut files = Vec::new();
        for (path, bytes, is_executable) in self.contents {
            writer.add_file(&path, &bytes, is_executable)?;
            files.push(path);
        }
        for (path, contents) in self.dist_info {
            writer.add_dist_info(&path, &contents)?;
            files.push(format!("{stem}.dist-info/{path}"));
        }
        files.push(format!("{stem}.dist-info/RECORD"));
        let path = out.join(format!("{stem}-{}.whl", self.tag));
        place(&path, &writer.finish()?)?;
        Ok(Built {
            path,
            files,
            problems: Vec::new(),
        })
    }
}

/// Builds the wheel of an sdist into the folder `out`, unpacking it in `temporary`.
///
/// # Errors
/// When the sdist is refused, or its project cannot be built.
pub fn build_wheel_from_sdist(
    sdist: &Path,
    out: &Path,
    temporary: &Path,
    options: &BuildOptions,
) -> Result<Built, BuildError> {
    let folder = TemporaryFolder::create_in(temporary)?;
    let limits = Limits::default();
    let root = unpack(sdist, folder.path(), &limits)?;
    build_wheel(&root, out, options)
}

/// The files of `.dist-info` save RECORD, sorted by path; a tag is that of compiled code.
fn metadata_files(
    project: &SourceProject,
    tag: Option<&str>,
) -> Result<Vec<(String, Vec<u8>)>, BuildError> {
    let metadata = project.metadata();
    let wheel = WheelFile {
        root_is_purelib: tag.is_none(),
        ..WheelFile::pure(GENERATOR, [tag.unwrap_or(TAG)])
    };
    let mut files = vec![
        ("METADATA".to_owned(), metadata.to_bytes()),
        ("WHEEL".to_owned(), wheel.to_bytes()),
    ];
    let entry_points = &project.project().entry_points;
    if !entry_points.is_empty() {
        let text = entry_points.to_string();
        files.push(("entry_points.txt".to_owned(), text.into_bytes()));
    }
    for path in &metadata.license_files {
        if let Some(file) = project.files().get(path) {
            files.push((format!("licenses/{path}"), file.read()?));
        }
    }
    for (path, file) in sbom_files(project)? {
        files.push((format!("sboms/{path}"), file.read()?));
    }
    files.sort();
    Ok(files)
}

fn place(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    tilsit_files::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    Ok(tilsit_files::write_atomic(path, bytes, Durability::Fast)?)
}

/// Writes a file, unless it is there with these contents: its time says when it changed.
fn write_if_other(path: &Path, contents: &[u8]) -> Result<(), BuildError> {
    match tilsit_files::read(path) {
        Ok(there) if there == contents => Ok(()),
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => place(path, contents),
    }
}
