//! `tilsit-tools.toml`: the tools that a person or a repository wants to have.
//!
//! ```toml
//! [tools]
//! ruff = "0.6.4"
//! black = ">=24,<25"
//! httpie = "*"
//!
//! [tools.mkdocs]
//! version = ">=1.6"
//! extras = ["i18n"]
//! with = ["mkdocs-material"]
//! python = "3.12"
//! index = "https://index.example/simple/"
//! ```
//!
//! A version alone is that version, as after `@`; else it is what PEP 440 calls specifiers. Unknown keys
//! are refused: a misspelt one would be a tool that is not what its writer meant.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, NameError, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource, plain_url};
use tilsit_packaging::specifier::VersionSpecifiers;
use url::Url;

use crate::asked::{Addition, Asked, AskedError, check_suffix};
use crate::exposed::normal;
use crate::receipt::{in_one_line, requirements, texts};

#[cfg(test)]
mod tests;

/// The name that the file has where none is given.
pub const FILE_NAME: &str = "tilsit-tools.toml";

/// The setting that a manifest calls `index`.
const INDEX_URL: &str = "index-url";

/// Tools that are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// What is asked for, in the order of the file.
    pub tools: Vec<Asked>,
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is not TOML, a value is of a wrong kind, or a key is unknown.
    #[error("line {line}: {reason}")]
    Toml {
        /// The line.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// What is said of a tool cannot be.
    #[error("the tool `{tool}`: {reason}")]
    Tool {
        /// Its name.
        tool: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    #[serde(default)]
    tools: toml::Table,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
struct RawTool {
    version: Option<String>,
    url: Option<String>,
    path: Option<String>,
    editable: bool,
    extras: Vec<String>,
    suffix: String,
    with: Vec<String>,
    with_programs_of: Vec<String>,
    python: Option<String>,
    index: Option<String>,
    constraints: Vec<String>,
    overrides: Vec<String>,
    options: toml::Table,
}

impl Manifest {
    /// Reads a manifest. Relative paths in it start from `folder`.
    ///
    /// # Errors
    /// For the first thing that is wrong.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ManifestError> {
        let raw: RawManifest = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.get(..start).unwrap_or_default();
            ManifestError::Toml {
                line: 1 + before.matches('\n').count(),
                reason: in_one_line(&error),
            }
        })?;
        let tools = raw.tools.into_iter().map(|(key, value)| {
            read_tool(&key, value, folder).map_err(|reason| ManifestError::Tool {
                tool: key.clone(),
                reason,
            })
        });
        let tools: Vec<Asked> = tools.collect::<Result<_, _>>()?;
        for (number, asked) in tools.iter().enumerate() {
            if tools[..number]
                .iter()
                .any(|other| other.name() == asked.name())
            {
                return Err(ManifestError::Tool {
                    tool: asked.name(),
                    reason: "it is there twice".to_owned(),
                });
            }
        }
        Ok(Self { tools })
    }

    /// The text of the file.
    pub fn to_toml(&self) -> String {
        let mut simple = toml::Table::new();
        let mut tables = toml::Table::new();
        for asked in &self.tools {
            match value_of(asked) {
                value @ toml::Value::Table(_) => tables.insert(asked.name(), value),
                value => simple.insert(asked.name(), value),
            };
        }
        // Plain values go first: behind a table they would be its own.
        simple.extend(tables);
        let mut manifest = toml::Table::new();
        manifest.insert("tools".to_owned(), toml::Value::Table(simple));
        toml::to_string(&manifest).expect("tables of texts, lists and flags can be written")
    }
}

fn read_tool(key: &str, value: toml::Value, folder: &Path) -> Result<Asked, String> {
    let raw = match value {
        toml::Value::String(version) => RawTool {
            version: Some(version),
            ..RawTool::default()
        },
        toml::Value::Table(table) => {
            RawTool::deserialize(table).map_err(|error| in_one_line(&error))?
        }
        _ => return Err("it is neither a version nor a table".to_owned()),
    };
    read_raw(key, raw, folder)
}

fn read_raw(key: &str, raw: RawTool, folder: &Path) -> Result<Asked, String> {
    check_suffix(&raw.suffix).map_err(|error| error.to_string())?;
    let name = key.strip_suffix(&raw.suffix);
    let name =
        name.ok_or_else(|| format!("its name does not end in its suffix `{}`", raw.suffix))?;
    let name: ProjectName = name.parse().map_err(|error: NameError| error.to_string())?;
    let extras = raw.extras.iter().map(|extra| extra.parse());
    let mut extras: Vec<ExtraName> = extras
        .collect::<Result<_, NameError>>()
        .map_err(|error| error.to_string())?;
    extras.sort();
    extras.dedup();
    let source = source_of(&raw, folder)?;
    if raw.editable && !matches!(source, RequirementSource::Url(_)) {
        return Err("`editable` wants a `path`".to_owned());
    }
    let mut options = raw.options;
    if let Some(index) = raw.index {
        options.insert(INDEX_URL.to_owned(), toml::Value::String(index));
    }
    let read =
        |texts: &[String]| requirements(texts).map_err(|error: AskedError| error.to_string());
    let mut with: Vec<Addition> = read(&raw.with)?.into_iter().map(Addition::of).collect();
    with.extend(
        read(&raw.with_programs_of)?
            .into_iter()
            .map(|requirement| Addition {
                has_programs: true,
                ..Addition::of(requirement)
            }),
    );
    Ok(Asked {
        requirement: Requirement {
            name,
            extras,
            source,
            marker: Marker::TRUE,
        },
        is_editable: raw.editable,
        suffix: raw.suffix,
        with,
        python: raw.python,
        constraints: read(&raw.constraints)?,
        overrides: read(&raw.overrides)?,
        options,
    })
}

/// Where the project is from: an index, with the versions that will do, or one place.
fn source_of(raw: &RawTool, folder: &Path) -> Result<RequirementSource, String> {
    match (&raw.version, &raw.url, &raw.path) {
        (version, None, None) => {
            let specifiers = specifiers(version.as_deref().unwrap_or("*"))?;
            Ok(RequirementSource::Specifiers(specifiers))
        }
        (None, Some(url), None) => {
            if !url.contains("://") {
                return Err(format!("`{url}` is no URL; `path` takes paths"));
            }
            Ok(RequirementSource::Url(plain_url(url).into_owned()))
        }
        (None, None, Some(path)) => {
            let full = normal(&folder.join(path));
            let url = full.and_then(|full| Url::from_file_path(full).ok());
            let url = url.ok_or_else(|| format!("`{path}` leads to no place"))?;
            Ok(RequirementSource::Url(url.into()))
        }
        _ => Err("it has more than one of `version`, `url` and `path`".to_owned()),
    }
}

/// `*`, one version (`1.2`, `1.*`), or specifiers.
fn specifiers(text: &str) -> Result<VersionSpecifiers, String> {
    let text = text.trim();
    if text == "*" {
        return Ok(VersionSpecifiers::any());
    }
    let is_bare = text.starts_with(|first: char| first.is_ascii_digit());
    let text = if is_bare {
        format!("=={text}")
    } else {
        text.to_owned()
    };
    text.parse().map_err(|error| format!("{error}"))
}

/// The path of a `file:` URL.
fn local(url: &str) -> Option<PathBuf> {
    let url = Url::parse(url).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// How a tool is written: as its versions alone where that is all.
fn value_of(asked: &Asked) -> toml::Value {
    let mut table = toml::Table::new();
    let mut put = |key: &str, value: toml::Value| {
        table.insert(key.to_owned(), value);
    };
    match &asked.requirement.source {
        RequirementSource::Specifiers(specifiers) => {
            let text = specifiers.to_string();
            let text = if text.is_empty() {
                "*".to_owned()
            } else {
                text
            };
            put("version", text.into());
        }
        RequirementSource::Url(url) => {
            let path = local(url).and_then(|path| normal(&path));
            match path.as_deref().and_then(Path::to_str) {
                Some(path) => put("path", path.into()),
                None => put("url", url.clone().into()),
            }
        }
    }
    if asked.is_editable {
        put("editable", true.into());
    }
    let extras = asked.requirement.extras.iter().map(ToString::to_string);
    let (loud, quiet): (Vec<_>, Vec<_>) = asked.with.iter().partition(|one| one.has_programs);
    let requirements = |added: Vec<&Addition>| {
        let texts = added.iter().map(|one| one.requirement.to_string());
        texts.collect::<Vec<_>>()
    };
    for (key, list) in [
        ("extras", extras.collect()),
        ("with", requirements(quiet)),
        ("with-programs-of", requirements(loud)),
        ("constraints", texts(&asked.constraints)),
        ("overrides", texts(&asked.overrides)),
    ] {
        if !list.is_empty() {
            put(key, list.into());
        }
    }
    if !asked.suffix.is_empty() {
        put("suffix", asked.suffix.clone().into());
    }
    if let Some(python) = &asked.python {
        put("python", python.clone().into());
    }
    let mut options = asked.options.clone();
    if let Some(index) = options
        .get(INDEX_URL)
        .filter(|index| index.is_str())
        .cloned()
    {
        options.remove(INDEX_URL);
        put("index", index);
    }
    if !options.is_empty() {
        put("options", toml::Value::Table(options));
    }
    match table.remove("version") {
        Some(version) if table.is_empty() => version,
        Some(version) => {
            let mut whole = toml::Table::new();
            whole.insert("version".to_owned(), version);
            whole.extend(table);
            toml::Value::Table(whole)
        }
        None => toml::Value::Table(table),
    }
}
