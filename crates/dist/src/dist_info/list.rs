//! Listing the distributions of one folder of an environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tilsit_files::{FileError, FileKind, FolderEntry};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use super::installed::{InstalledDistribution, InstalledForm, read_in_egg};
use crate::finding::Finding;
use crate::rule::Rule;

/// What is installed in a folder such as `site-packages`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installed {
    /// One for each project, sorted by name. Where a project is there twice, the first by the
    /// order of the interpreter's own search: by the bytes of its folder's name.
    pub distributions: Vec<InstalledDistribution>,
    /// What looks like a distribution and is none, and doubles.
    pub findings: Vec<Finding>,
}

/// Lists the distributions of a folder. One that is not there holds none.
///
/// # Errors
/// When the folder is there and cannot be listed.
pub fn list(folder: impl AsRef<Path>) -> Result<Installed, FileError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Installed::default()),
        Err(error) => return Err(error),
    };
    let mut found: BTreeMap<ProjectName, InstalledDistribution> = BTreeMap::new();
    let mut findings = Vec::new();
    for entry in entries {
        let name = entry.name.to_string_lossy().into_owned();
        // pip moves what it removes aside under such names.
        if name.starts_with('~') {
            continue;
        }
        let Some(form) = form_of(&name, &entry) else {
            continue;
        };
        match identify(&name, &entry.path, form) {
            Ok((project, version)) => {
                let distribution = InstalledDistribution {
                    name: project.clone(),
                    version,
                    source_tree: (form == InstalledForm::EggLink)
                        .then(|| source_tree(&entry.path).ok())
                        .flatten(),
                    path: entry.path,
                    form,
                };
                if let Some(first) = found.get(&project) {
                    let reason = format!("is there twice: also as {}", first.version);
                    findings.push(Finding::new(Rule::FileName, "", name, reason));
                } else {
                    found.insert(project, distribution);
                }
            }
            Err(reason) => findings.push(Finding::new(Rule::FileName, "", name, reason)),
        }
    }
    Ok(Installed {
        distributions: found.into_values().collect(),
        findings,
    })
}

fn form_of(name: &str, entry: &FolderEntry) -> Option<InstalledForm> {
    // A folder may be a link into a store.
    let is_folder =
        entry.kind == FileKind::Folder || (entry.kind == FileKind::Symlink && entry.path.is_dir());
    let is_file =
        entry.kind == FileKind::File || (entry.kind == FileKind::Symlink && entry.path.is_file());
    let extension = Path::new(name).extension()?.to_str()?;
    match extension {
        "dist-info" if is_folder => Some(InstalledForm::DistInfo),
        "egg-info" if is_folder => Some(InstalledForm::EggInfoFolder),
        "egg-info" if is_file => Some(InstalledForm::EggInfoFile),
        "egg-link" if is_file => Some(InstalledForm::EggLink),
        "egg" if is_folder => Some(InstalledForm::EggFolder),
        "egg" if is_file => Some(InstalledForm::EggFile),
        _ => None,
    }
}

/// Name and version: of `.dist-info` from the folder's name, of the rest from their metadata.
fn identify(
    name: &str,
    path: &Path,
    form: InstalledForm,
) -> Result<(ProjectName, Version), String> {
    let metadata = match form {
        InstalledForm::DistInfo => {
            let stem = name.strip_suffix(".dist-info").unwrap_or(name);
            if let Some(identity) = split_stem(stem) {
                return Ok(identity);
            }
            path.join("METADATA")
        }
        InstalledForm::EggInfoFolder => path.join("PKG-INFO"),
        InstalledForm::EggInfoFile => path.to_path_buf(),
        InstalledForm::EggLink => return identify_egg_link(name, path),
        InstalledForm::EggFolder => path.join("EGG-INFO/PKG-INFO"),
        InstalledForm::EggFile => {
            let bytes = read_in_egg(path, "PKG-INFO").map_err(|error| error.to_string())?;
            return identity(&bytes.ok_or("it has no EGG-INFO/PKG-INFO")?);
        }
    };
    read_identity(&metadata)
}

fn split_stem(stem: &str) -> Option<(ProjectName, Version)> {
    let (name, version) = stem.rsplit_once('-')?;
    let version = version.replace('_', "+");
    Some((ProjectName::new(name).ok()?, version.parse().ok()?))
}

fn read_identity(path: &Path) -> Result<(ProjectName, Version), String> {
    let bytes = tilsit_files::read(path).map_err(|error| with_source(&error))?;
    identity(&bytes)
}

fn identity(metadata: &[u8]) -> Result<(ProjectName, Version), String> {
    let (metadata, _) = CoreMetadata::parse(metadata).map_err(|error| error.to_string())?;
    Ok((metadata.project_name().clone(), metadata.version))
}

/// The first line leads to a source tree that holds `{name}.egg-info`.
fn identify_egg_link(name: &str, path: &Path) -> Result<(ProjectName, Version), String> {
    let tree = source_tree(path).map_err(|error| with_source(&error))?;
    let stem = name.strip_suffix(".egg-link").unwrap_or(name);
    let folder = format!("{}.egg-info", stem.replace('-', "_"));
    read_identity(&tree.join(folder).join("PKG-INFO"))
}

/// Where the files of a development install are.
fn source_tree(link: &Path) -> Result<PathBuf, FileError> {
    let text = tilsit_files::read_to_string(link)?;
    Ok(PathBuf::from(
        text.lines().next().unwrap_or_default().trim(),
    ))
}

fn with_source(error: &FileError) -> String {
    format!("{error}: {}", error.source)
}
