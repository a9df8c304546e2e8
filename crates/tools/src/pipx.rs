//! pipx's folder: what was asked for when pipx installed a tool.
//!
//! `venvs/<tool>/pipx_metadata.json` is read in every form that pipx has written, 0.1 to 0.12. What it
//! says that cannot be done here is a problem, for the user to see; nothing of it is an error as long
//! as the project is named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tilsit_files::FileKind;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::version::Version;
use url::Url;

use crate::asked::{Addition, Asked, check_suffix};

mod pip_arguments;
#[cfg(test)]
mod tests;

/// The name of the file in a tool's environment.
pub const FILE_NAME: &str = "pipx_metadata.json";

/// A tool of pipx.
#[derive(Clone, Debug, PartialEq)]
pub struct PipxTool {
    /// What was asked for. Its Python is not filled in: pipx does not say whether one was asked for.
    pub asked: Asked,
    /// The Python that it was made with, as `3.12`.
    pub python: Option<String>,
    /// The program of that Python.
    pub interpreter: Option<PathBuf>,
    /// What cannot be taken over.
    pub problems: Vec<String>,
}

/// Why a tool of pipx cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipxError {
    /// The metadata is not there or cannot be read.
    #[error("pipx's notes on it cannot be read: {0}")]
    Unreadable(String),
    /// The metadata is not JSON, or not of pipx's form.
    #[error("pipx's notes on it are not valid: {0}")]
    Invalid(String),
}

#[derive(Deserialize)]
struct RawTool {
    main_package: RawPackage,
    #[serde(default)]
    injected_packages: BTreeMap<String, RawPackage>,
    #[serde(default)]
    python_version: Option<String>,
    #[serde(default)]
    source_interpreter: Option<RawPath>,
    #[serde(default)]
    venv_args: Vec<String>,
}

#[derive(Deserialize)]
struct RawPackage {
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    package_or_url: Option<String>,
    #[serde(default)]
    package_version: String,
    #[serde(default)]
    pip_args: Vec<String>,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default)]
    include_apps: bool,
    #[serde(default)]
    include_dependencies: bool,
    #[serde(default)]
    app_paths_of_dependencies: BTreeMap<String, serde_json::Value>,
}

/// How pipx writes a path.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawPath {
    Tagged {
        #[serde(rename = "__Path__")]
        path: PathBuf,
    },
    Plain(PathBuf),
}

/// The environments in pipx's folder, by name.
///
/// # Errors
/// When the folder is there and cannot be listed.
pub fn environments(home: &Path) -> Result<Vec<PathBuf>, tilsit_files::FileError> {
    let entries = match tilsit_files::read_dir(home.join("venvs")) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let folders = entries
        .into_iter()
        .filter(|entry| entry.kind == FileKind::Folder);
    Ok(folders.map(|entry| entry.path).collect())
}

impl PipxTool {
    /// The tool in an environment of pipx.
    ///
    /// # Errors
    /// When its metadata cannot be read.
    pub fn of(environment: &Path) -> Result<Self, PipxError> {
        let text = tilsit_files::read_to_string(environment.join(FILE_NAME))
            .map_err(|error| PipxError::Unreadable(error.to_string()))?;
        let name = environment.file_name().unwrap_or_default();
        Self::parse(&text, &name.to_string_lossy())
    }

    /// Reads pipx's metadata of the tool in the folder `folder_name`.
    ///
    /// # Errors
    /// When it does not say what was installed.
    pub fn parse(text: &str, folder_name: &str) -> Result<Self, PipxError> {
        let invalid = |reason: String| PipxError::Invalid(reason);
        let raw: RawTool =
            serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let mut problems = Vec::new();
        let main = &raw.main_package;
        // pipx before 0.15 named a folder after its project and noted nothing more.
        let name = main.package.as_deref().unwrap_or(folder_name);
        let mut asked = Asked::of(requirement(main, name).map_err(invalid)?);
        let arguments = pip_arguments::read(&main.pip_args);
        asked.is_editable = arguments.is_editable && asked.requirement.url().is_some();
        asked.options = arguments.options;
        problems.extend(arguments.problems);
        let suffix = main.suffix.as_deref().unwrap_or_default();
        match check_suffix(suffix) {
            Ok(()) => suffix.clone_into(&mut asked.suffix),
            Err(error) => problems.push(format!("the suffix: {error}")),
        }
        for (name, injected) in &raw.injected_packages {
            match addition(injected, name) {
                Ok((addition, more)) => {
                    asked.with.push(addition);
                    problems.extend(more);
                }
                Err(reason) => problems.push(format!("the injected package `{name}`: {reason}")),
            }
        }
        if main.include_dependencies {
            let names = main.app_paths_of_dependencies.keys();
            let names = names.filter_map(|name| name.parse::<ProjectName>().ok());
            asked.with.extend(names.map(|name| Addition {
                has_programs: true,
                ..Addition::of(Requirement::any(name))
            }));
        }
        let told = raw.venv_args.iter();
        problems.extend(told.map(|argument| format!("`{argument}` for its environment")));
        let python = raw.python_version.as_deref().and_then(minor_of);
        Ok(Self {
            asked,
            python,
            interpreter: raw.source_interpreter.map(|path| match path {
                RawPath::Tagged { path } | RawPath::Plain(path) => path,
            }),
            problems,
        })
    }
}

fn addition(raw: &RawPackage, name: &str) -> Result<(Addition, Vec<String>), String> {
    let arguments = pip_arguments::read(&raw.pip_args);
    let requirement = requirement(raw, raw.package.as_deref().unwrap_or(name))?;
    let mut problems = arguments.problems;
    // pipx keeps settings for each package, we for each tool.
    let settings = arguments.options.keys();
    problems.extend(settings.map(|key| format!("`{key}` for the injected package `{name}` alone")));
    let addition = Addition {
        is_editable: arguments.is_editable && requirement.url().is_some(),
        requirement,
        has_programs: raw.include_apps,
    };
    Ok((addition, problems))
}

/// What was asked for: a requirement, a URL, or a path. What is pinned is that version.
fn requirement(raw: &RawPackage, name: &str) -> Result<Requirement, String> {
    let name: ProjectName = name.parse().map_err(|error| format!("{error}"))?;
    let text = raw
        .package_or_url
        .as_deref()
        .unwrap_or(name.as_str())
        .trim();
    let mut requirement = read_requirement(text, &name)?;
    if raw.pinned && requirement.url().is_none() {
        let version: Version = raw
            .package_version
            .parse()
            .map_err(|error| format!("{error}"))?;
        let exact = format!("=={version}").parse();
        requirement.source =
            RequirementSource::Specifiers(exact.map_err(|error| format!("{error}"))?);
    }
    Ok(requirement)
}

fn read_requirement(text: &str, name: &ProjectName) -> Result<Requirement, String> {
    let at = |url: String| Requirement {
        source: RequirementSource::Url(url),
        ..Requirement::any(name.clone())
    };
    if Path::new(text).is_absolute() {
        let url = Url::from_file_path(text).map_err(|()| format!("`{text}` is no path"))?;
        return Ok(at(url.into()));
    }
    match text.parse::<Requirement>() {
        Ok(requirement) => Ok(requirement),
        Err(_) if text.contains("://") => Ok(at(text.to_owned())),
        Err(error) => Err(error.to_string()),
    }
}

/// `3.12` of `Python 3.12.1`.
fn minor_of(text: &str) -> Option<String> {
    let version = text.rsplit(' ').next()?;
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let is_number = |part: &str| part.parse::<u32>().is_ok();
    (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
}
