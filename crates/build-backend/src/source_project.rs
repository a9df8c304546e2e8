//! A project as its pyproject.toml describes it, with the files that it points to read.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use tilsit_packaging::metadata::{CoreMetadata, Field, ImportName};
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{
    Project, ProjectFiles, ProjectKey, ProjectLicense, PyProject, ReadmeSource,
};
use tilsit_packaging::version::Version;

use crate::build::BuildOptions;
use crate::declared_backend::{self, Declared};
use crate::error::BuildError;
use crate::modules::module_names;
use crate::project_version::{self, Said, VersionSource, version_by_pattern};
use crate::settings::BuildSettings;
use crate::source_files::{SourceFile, SourceFiles};
use crate::static_version::stated_version;
use crate::vcs_version::options::VcsOptions;
use crate::vcs_version::{template, vcs_version};

/// The table that fills in dynamic fields.
const DYNAMIC: &str = "tool.tilsit.build.dynamic";

/// The license files that are taken when pyproject.toml does not say (PEP 639).
const LICENSE_FILES_USUAL: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// A project that can be built.
#[derive(Clone, Debug)]
pub struct SourceProject {
    folder: PathBuf,
    text: String,
    project: Project,
    metadata: CoreMetadata,
    files: SourceFiles,
    settings: BuildSettings,
    declared: Declared,
    problems: Vec<Problem>,
}

impl SourceProject {
    /// Reads the project in `folder`.
    ///
    /// # Errors
    /// When pyproject.toml is missing or wrong, or points to what is not there.
    pub fn open(folder: &Path, options: &BuildOptions) -> Result<Self, BuildError> {
        let text = tilsit_files::read_to_string(folder.join("pyproject.toml"))?;
        let (pyproject, mut problems) =
            PyProject::parse(&text).map_err(|source| BuildError::PyProject {
                folder: folder.to_path_buf(),
                source,
            })?;
        let Some(project) = pyproject.project else {
            let reason = "is missing; without it there is neither name nor version";
            return Err(BuildError::key(folder, &text, "project", reason));
        };
        let system = pyproject.build_system.as_ref();
        let declared = declared_backend::check(folder, &text, system)?;
        let settings = match declared {
            Declared::Own => BuildSettings::read(folder, &text)?,
            Declared::Alike => BuildSettings::default(),
        };
        let said = project_version::said(folder, &text, &project, &settings, declared)?;
        refuse_unfilled(folder, &text, &project, &settings, said.is_some())?;
        let mut files = SourceFiles::list(folder, &settings)?;
        let mut project = project;
        let mut reader = Reader {
            folder,
            text: &text,
            files: &mut files,
            problems: &mut problems,
            has_no_license_files: settings
                .metadata_version
                .is_some_and(|version| version < Field::LicenseFile.added()),
        };
        let version = said.map(|said| reader.version(&project, said, options));
        let version = version.transpose()?;
        reader.fill(&mut project, &settings)?;
        let license_files = reader.license_files(&project)?;
        let readme = reader.readme(&project)?;
        let license = reader.license(&project)?;
        let metadata = project.core_metadata(ProjectFiles {
            version,
            readme,
            license,
            license_files,
        })?;
        let metadata = pinned(folder, &text, metadata, &settings)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            text,
            project,
            metadata,
            files,
            settings,
            declared,
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

    /// Whether it names this backend; another that does the same is named else.
    pub fn is_own(&self) -> bool {
        self.declared == Declared::Own
    }

    /// The name as file names have it.
    pub fn file_name(&self) -> String {
        self.project.project_name().as_str().replace('-', "_")
    }

    /// `name-version` as file names have it.
    pub fn stem(&self) -> String {
        format!("{}-{}", self.file_name(), self.metadata.version)
    }

    /// A fault of a key of its pyproject.toml.
    pub(crate) fn fault(&self, key: &str, reason: impl Into<String>) -> BuildError {
        BuildError::key(&self.folder, &self.text, key, reason)
    }
}

/// Refuses what `[project]` calls dynamic and nothing fills in.
fn refuse_unfilled(
    folder: &Path,
    text: &str,
    project: &Project,
    settings: &BuildSettings,
    has_version: bool,
) -> Result<(), BuildError> {
    let mut filled = settings.dynamic.keys();
    if let Some(key) = filled.iter().find(|key| !project.is_dynamic(**key)) {
        let reason = format!("fills in `{key}`, which `project.dynamic` does not name");
        return Err(BuildError::key(folder, text, DYNAMIC, reason));
    }
    filled.extend([ProjectKey::ImportNames, ProjectKey::ImportNamespaces]);
    if has_version {
        filled.push(ProjectKey::Version);
    }
    if let Some(key) = project.dynamic.iter().find(|key| !filled.contains(key)) {
        let reason = format!("`{key}` is dynamic, and nothing here can fill it in");
        return Err(BuildError::key(folder, text, "project.dynamic", reason));
    }
    Ok(())
}

/// The metadata in the version that the settings ask for.
fn pinned(
    folder: &Path,
    text: &str,
    mut metadata: CoreMetadata,
    settings: &BuildSettings,
) -> Result<CoreMetadata, BuildError> {
    let Some(wanted) = settings.metadata_version else {
        return Ok(metadata);
    };
    let needed = metadata.metadata_version;
    if wanted < needed {
        let reason = format!("is {wanted}, and what `[project]` says needs {needed}");
        let key = "tool.tilsit.build.metadata-version";
        return Err(BuildError::key(folder, text, key, reason));
    }
    metadata.metadata_version = wanted;
    Ok(metadata)
}

/// Reads what `[project]` points to.
struct Reader<'a> {
    folder: &'a Path,
    text: &'a str,
    files: &'a mut SourceFiles,
    problems: &'a mut Vec<Problem>,
    /// Whether the version of the metadata that is asked for is too old to name them.
    has_no_license_files: bool,
}

impl Reader<'_> {
    /// The version, which `[project]` leaves to the build.
    fn version(
        &mut self,
        project: &Project,
        said: Said,
        options: &BuildOptions,
    ) -> Result<Version, BuildError> {
        let Said { key, source } = said;
        let (path, stated) = match &source {
            VersionSource::Vcs(vcs) => {
                return self.version_of_vcs(key, project, vcs, options);
            }
            VersionSource::Stated(path) => {
                let text = self.named_file(key, path)?;
                let stated = stated_version(&text).map(str::to_owned);
                (path, stated.map_err(|reason| reason.to_string()))
            }
            VersionSource::Pattern { path, pattern } => {
                let text = self.named_file(key, path)?;
                let stated = version_by_pattern(pattern.as_deref(), &text);
                (path, stated.map(str::to_owned))
            }
        };
        let fault = |reason| BuildError::key(self.folder, self.text, key, reason);
        let stated = stated.map_err(|reason| fault(format!("`{path}` {reason}")))?;
        let version = stated.parse::<Version>();
        version.map_err(|error| fault(format!("`{path}`: {error}")))
    }

    /// The version of version control, and the file that tells it.
    fn version_of_vcs(
        &mut self,
        key: &str,
        project: &Project,
        options: &VcsOptions,
        build: &BuildOptions,
    ) -> Result<Version, BuildError> {
        let fault = |reason| BuildError::key(self.folder, self.text, key, reason);
        let found = vcs_version(self.folder, project.project_name(), options, build);
        let found = found.map_err(fault)?;
        self.problems.extend(found.problem.map(|reason| Problem {
            line: None,
            column: None,
            subject: key.to_owned(),
            reason,
        }));
        let Some(path) = &options.version_file else {
            return Ok(found.version);
        };
        let place = tilsit_files::join_confined(self.folder, path);
        let place = place.map_err(|error| fault(format!("`version-file`: {error}")))?;
        // In an sdist the file tells more than can be known of the version alone.
        let is_there = found.is_of_sdist && tilsit_files::exists(&place)?;
        let file = if is_there {
            SourceFile::named(self.folder, path)?
        } else {
            let template = options.version_file_template.as_deref();
            let text = template::text(path, template, &found.version, found.state.as_ref());
            SourceFile::generated(path, place, text.map_err(fault)?.into_bytes())
        };
        self.files.add(file);
        Ok(found.version)
    }

    /// Fills in what the settings say of dynamic fields.
    fn fill(&mut self, project: &mut Project, settings: &BuildSettings) -> Result<(), BuildError> {
        let filled = settings
            .dynamic
            .fill(project, |path| self.named_file(DYNAMIC, path))?;
        filled.map_err(|(key, reason)| {
            let reason = format!("`{key}`: {reason}");
            BuildError::key(self.folder, self.text, DYNAMIC, reason)
        })?;
        let names = module_names(project, settings);
        if project.is_dynamic(ProjectKey::ImportNames) {
            project.import_names = Some(with_names(project.import_names.take(), &names));
        }
        if project.is_dynamic(ProjectKey::ImportNamespaces) {
            let parents = names.iter().flat_map(|name| parents(name));
            let parents: Vec<String> = parents.map(str::to_owned).collect();
            let namespaces = with_names(project.import_namespaces.take(), &parents);
            project.import_namespaces = Some(namespaces).filter(|names| !names.is_empty());
        }
        Ok(())
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
            if self.has_no_license_files {
                return Ok(Vec::new());
            }
            if let Some(ProjectLicense::File(path)) = &project.license {
                return Ok(vec![path.strip_prefix("./").unwrap_or(path).to_owned()]);
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

/// What is above a dotted name.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').map(|(end, _)| &name[..end])
}

/// The names that are there, and those that were found, each once (PEP 794).
fn with_names(there: Option<Vec<ImportName>>, found: &[String]) -> Vec<ImportName> {
    let mut names = there.unwrap_or_default();
    for text in found {
        let is_known = names.iter().any(|known| known.as_str() == text);
        if let (false, Ok(name)) = (is_known, text.parse::<ImportName>()) {
            names.push(name);
        }
    }
    names
}
