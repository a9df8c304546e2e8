//! A project as its pyproject.toml describes it, with the files that it points to read.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{
    Project, ProjectFiles, ProjectKey, ProjectLicense, PyProject, ReadmeSource,
};
use tilsit_packaging::version::Version;

use crate::declared_backend::{self, Declared};
use crate::error::BuildError;
use crate::settings::BuildSettings;
use crate::source_files::{SourceFile, SourceFiles};
use crate::static_version::stated_version;

/// The license files that are taken when pyproject.toml does not say (PEP 639).
const LICENSE_FILES_USUAL: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// A project that can be built.
#[derive(Clone, Debug)]
pub struct SourceProject {
    folder: PathBuf,
    project: Project,
    metadata: CoreMetadata,
    files: SourceFiles,
    settings: BuildSettings,
    problems: Vec<Problem>,
}

impl SourceProject {
    /// Reads the project in `folder`.
    ///
    /// # Errors
    /// When pyproject.toml is missing or wrong, or points to what is not there.
    pub fn open(folder: &Path) -> Result<Self, BuildError> {
        let text = tilsit_files::read_to_string(folder.join("pyproject.toml"))?;
        let (pyproject, problems) =
            PyProject::parse(&text).map_err(|source| BuildError::PyProject {
                folder: folder.to_path_buf(),
                source,
            })?;
        let Some(project) = pyproject.project else {
            let reason = "is missing; without it there is neither name nor version";
            return Err(BuildError::key(folder, &text, "project", reason));
        };
        let system = pyproject.build_system.as_ref();
        let settings = match declared_backend::check(folder, &text, system)? {
            Declared::Own => BuildSettings::read(folder, &text)?,
            Declared::Alike => BuildSettings::default(),
        };
        let is_filled =
            |key: &&ProjectKey| **key == ProjectKey::Version && settings.version_file.is_some();
        if let Some(key) = project.dynamic.iter().find(|key| !is_filled(key)) {
            let reason = format!("`{key}` is dynamic, and nothing here can fill it in");
            return Err(BuildError::key(folder, &text, "project.dynamic", reason));
        }
        let mut files = SourceFiles::list(folder, &settings)?;
        let (version, license_files, readme, license) = {
            let mut reader = Reader {
                folder,
                text: &text,
                files: &mut files,
            };
            (
                reader.version(&project, &settings)?,
                reader.license_files(&project)?,
                reader.readme(&project)?,
                reader.license(&project)?,
            )
        };
        let metadata = project.core_metadata(ProjectFiles {
            version,
            readme,
            license,
            license_files,
        })?;
        Ok(Self {
            folder: folder.to_path_buf(),
            project,
            metadata,
            files,
            settings,
            problems,
        })
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `[project]`.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The core metadata of the release.
    pub fn metadata(&self) -> &CoreMetadata {
        &self.metadata
    }

    /// The files of the source tree.
    pub fn files(&self) -> &SourceFiles {
        &self.files
    }

    /// What it says to this backend.
    pub fn settings(&self) -> &BuildSettings {
        &self.settings
    }

    /// What is odd in pyproject.toml and yet harms nobody.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// `name-version` as file names have it.
    pub fn stem(&self) -> String {
        let name = self.project.project_name().as_str().replace('-', "_");
        format!("{name}-{}", self.metadata.version)
    }
}

/// Reads what `[project]` points to.
struct Reader<'a> {
    folder: &'a Path,
    text: &'a str,
    files: &'a mut SourceFiles,
}

impl Reader<'_> {
    /// The version that a module states, where pyproject.toml leaves it to one.
    fn version(
        &mut self,
        project: &Project,
        settings: &BuildSettings,
    ) -> Result<Option<Version>, BuildError> {
        const KEY: &str = "tool.tilsit.build.version-file";
        let Some(path) = &settings.version_file else {
            return Ok(None);
        };
        let fault = |reason| BuildError::key(self.folder, self.text, KEY, reason);
        if !project.is_dynamic(ProjectKey::Version) {
            let reason = "is there although `project.dynamic` does not name `version`";
            return Err(fault(reason.to_owned()));
        }
        let source = self.named_file(KEY, path)?;
        let fault = |reason| BuildError::key(self.folder, self.text, KEY, reason);
        let stated =
            stated_version(&source).map_err(|reason| fault(format!("`{path}` {reason}")))?;
        let version = stated.parse::<Version>();
        let version = version.map_err(|error| fault(format!("`{path}`: {error}")))?;
        Ok(Some(version))
    }

    fn readme(&mut self, project: &Project) -> Result<Option<String>, BuildError> {
        match project.readme.as_ref().map(|readme| &readme.source) {
            Some(ReadmeSource::File(path)) => self.named_file("project.readme", path).map(Some),
            Some(ReadmeSource::Text(_)) | None => Ok(None),
        }
    }

    fn license(&mut self, project: &Project) -> Result<Option<String>, BuildError> {
        match &project.license {
            Some(ProjectLicense::File(path)) => self.named_file("project.license", path).map(Some),
            _ => Ok(None),
        }
    }

    /// The text of a file that a key names; it is part of the sdist even if it is ignored.
    fn named_file(&mut self, key: &str, path: &str) -> Result<String, BuildError> {
        let fault = |reason| BuildError::key(self.folder, self.text, key, reason);
        let file =
            SourceFile::named(self.folder, path).map_err(|error| fault(error.to_string()))?;
        let bytes = file.read()?;
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| fault(format!("the file `{path}` is not UTF-8")))?;
        self.files.add(file);
        // Line ends of a checkout must not show in the metadata.
        Ok(text.replace("\r\n", "\n"))
    }

    fn license_files(&mut self, project: &Project) -> Result<Vec<String>, BuildError> {
        let Some(patterns) = &project.license_files else {
            if matches!(&project.license, Some(ProjectLicense::File(_))) {
                return Ok(Vec::new());
            }
            let usual = LICENSE_FILES_USUAL.map(str::to_owned);
            return Ok(self.matching(&self.globs(&usual)?));
        };
        for pattern in patterns {
            let found = self.matching(&self.globs(std::slice::from_ref(pattern))?);
            if found.is_empty() {
                let reason = format!("no file matches `{pattern}`");
                return Err(self.license_fault(reason));
            }
        }
        let found = self.matching(&self.globs(patterns)?);
        let files = self.files.iter().filter(|file| found.contains(&file.path));
        for file in files {
            if String::from_utf8(file.read()?).is_err() {
                let reason = format!("the file `{}` is not UTF-8", file.path);
                return Err(self.license_fault(reason));
            }
        }
        Ok(found)
    }

    fn license_fault(&self, reason: String) -> BuildError {
        BuildError::key(self.folder, self.text, "project.license-files", reason)
    }

    fn globs(&self, patterns: &[String]) -> Result<GlobSet, BuildError> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            // `*` stays within a folder, as in the specification of glob patterns.
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            set.add(glob.map_err(|error| self.license_fault(error.to_string()))?);
        }
        let set = set.build();
        set.map_err(|error| self.license_fault(error.to_string()))
    }

    fn matching(&self, globs: &GlobSet) -> Vec<String> {
        let paths = self.files.iter().map(|file| &file.path);
        paths.filter(|path| globs.is_match(path)).cloned().collect()
    }
}
