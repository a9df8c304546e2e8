//! Who says the version of a project that calls it dynamic: a module that states it, a pattern in a
//! file, or version control; and what they say.
//!
//! For a project that names this backend the tables of other tools are read where
//! `[tool.tilsit.build]` is silent: `[tool.setuptools_scm]` and `[tool.hatch.version]`.

use std::path::Path;

use regex::RegexBuilder;
use tilsit_packaging::pyproject::{Project, ProjectKey};

use crate::declared_backend::Declared;
use crate::error::BuildError;
use crate::settings::BuildSettings;
use crate::vcs_version::options::{self, VcsOptions};

/// The key of the module that states a version.
const STATED: &str = "tool.tilsit.build.version-file";

/// The table of this backend.
const OWN: &str = "tool.tilsit.build.version";

/// The table of hatchling.
const HATCH: &str = "tool.hatch.version";

/// Tables with the options of setuptools-scm, as it reads them itself.
const SCM: [&str; 3] = [
    "tool.setuptools_scm",
    "tool.setuptools-scm",
    "tool.vcs-versioning",
];

/// What hatchling looks for in a file that is to have the version.
const HATCH_PATTERN: &str =
    r#"(?i)^(?:__version__|VERSION) *= *(?:'v?(?P<single>[^\n]+?)'|"v?(?P<double>[^\n]+?)")"#;

/// Who says the version, and the key in pyproject.toml that says so.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) key: &'static str,
    pub(crate) source: VersionSource,
}

/// Who says the version.
#[derive(Clone, Debug)]
pub(crate) enum VersionSource {
    /// The module at this path, on a line of its own.
    Stated(String),
    /// The file at this path, where a pattern finds it.
    Pattern {
        path: String,
        pattern: Option<String>,
    },
    /// Version control.
    Vcs(Box<VcsOptions>),
}

/// Who says the version; nobody where it is not dynamic, or nothing is said.
///
/// # Errors
/// When what is said cannot be followed, or is said although the version is not dynamic.
pub(crate) fn said(
    folder: &Path,
    text: &str,
    project: &Project,
    settings: &BuildSettings,
    declared: Declared,
) -> Result<Option<Said>, BuildError> {
    let fault = |key: &str, reason: String| BuildError::key(folder, text, key, reason);
    let document = text.parse::<toml::Table>().unwrap_or_default();
    let is_dynamic = project.is_dynamic(ProjectKey::Version);
    let own = if declared == Declared::Own {
        at(&document, OWN)
    } else {
        None
    };
    let stated = settings.version_file.clone();
    let ours = [stated.is_some().then_some(STATED), own.map(|_| OWN)];
    if let Some(key) = ours.into_iter().flatten().next().filter(|_| !is_dynamic) {
        let reason = "is there although `project.dynamic` does not name `version`";
        return Err(fault(key, reason.to_owned()));
    }
    if !is_dynamic {
        return Ok(None);
    }
    let vcs = |key: &'static str, table: &toml::Table| {
        let source = options::read(table).map_err(|reason| fault(key, reason))?;
        let source = VersionSource::Vcs(Box::new(source));
        Ok(Some(Said { key, source }))
    };
    match (stated, own) {
        (Some(_), Some(_)) => {
            let reason = "is there beside `version-file`: one of them says the version";
            return Err(fault(OWN, reason.to_owned()));
        }
        (Some(path), None) => {
            let source = VersionSource::Stated(path);
            return Ok(Some(Said {
                key: STATED,
                source,
            }));
        }
        (None, Some(table)) => return vcs(OWN, table),
        (None, None) => {}
    }
    if declared == Declared::Own {
        for key in SCM {
            if let Some(table) = at(&document, key) {
                return vcs(key, table);
            }
        }
    }
    let hatch = at(&document, HATCH).map(|table| {
        let source = of_hatch(table).map_err(|reason| fault(HATCH, reason))?;
        Ok(Said { key: HATCH, source })
    });
    hatch.transpose()
}

/// The table of this dotted name.
fn at<'d>(document: &'d toml::Table, key: &str) -> Option<&'d toml::Table> {
    let mut place = document;
    for name in key.split('.') {
        place = place.get(name)?.as_table()?;
    }
    Some(place)
}

/// `[tool.hatch.version]`
fn of_hatch(table: &toml::Table) -> Result<VersionSource, String> {
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("`{key}` is no string")),
    };
    match text("source")?.as_deref().unwrap_or("regex") {
        "regex" => Ok(VersionSource::Pattern {
            path: text("path")?.ok_or_else(|| "`path` is missing".to_owned())?,
            pattern: text("pattern")?,
        }),
        "vcs" => {
            let raw = table.get("raw-options").and_then(toml::Value::as_table);
            let mut raw = raw.cloned().unwrap_or_default();
            // Another part of the tool writes files.
            for key in ["write_to", "write_to_template", "version_file", "version_file_template"] {
                raw.remove(key);
            }
            for (key, option) in [
                ("tag-pattern", "tag_regex"),
                ("fallback-version", "fallback_version"),
            ] {
                if let Some(text) = text(key)? {
                    raw.insert(option.to_owned(), toml::Value::String(text));
                }
            }
            Ok(VersionSource::Vcs(Box::new(options::read(&raw)?)))
        }
        "code" => Err("`source = \"code\"` runs a module of the project, and none is run here".to_owned()),
        "env" => Err(
            "`source = \"env\"` takes any version that a variable says; `SETUPTOOLS_SCM_PRETEND_VERSION` \
             overrides one here"
                .to_owned(),
        ),
        other => Err(format!("`source = \"{other}\"` is a plugin, and none is run here")),
    }
}

/// The version that a pattern finds in a file's text.
///
/// # Errors
/// When it is no pattern that is understood here, or finds nothing.
pub fn version_by_pattern<'t>(pattern: Option<&str>, text: &'t str) -> Result<&'t str, String> {
    let written = pattern.unwrap_or(HATCH_PATTERN);
    let expression = RegexBuilder::new(written).multi_line(true).build();
    let expression =
        expression.map_err(|_| format!("`{written}` is no pattern that is understood here"))?;
    let captures = expression
        .captures(text)
        .ok_or_else(|| "has nothing that the pattern for the version finds".to_owned())?;
    let names: &[&str] = if pattern.is_some() {
        &["version"]
    } else {
        &["single", "double"]
    };
    let mut groups = names.iter().filter_map(|name| captures.name(name));
    groups
        .next()
        .map(|group| group.as_str())
        .ok_or_else(|| format!("`{written}` has no group called `version`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_version() {
        for (pattern, text, expected) in [
            (None, "x = 1\n__version__ = \"1.0\"\n", Some("1.0")),
            (None, "version = 'v2'", Some("2")),
            (None, "    __version__ = '3'\n", None),
            (None, "__version__ = '3\"\n", None),
            (
                Some("^release (?P<version>.+)$"),
                "a\nrelease 1.2\n",
                Some("1.2"),
            ),
            (Some("^release (.+)$"), "release 1.2\n", None),
            (Some("(?P<version>a)(?=b)"), "ab", None),
        ] {
            let found = version_by_pattern(pattern, text);
            assert_eq!(found.ok(), expected, "{pattern:?} {text:?}");
        }
    }
}
