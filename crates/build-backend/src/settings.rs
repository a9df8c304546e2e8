//! `[tool.tilsit.build]`: what a project says to this backend, where the rules of [`modules`] and
//! [`source_files`] are not what it wants.
//!
//! ```toml
//! [tool.tilsit.build]
//! module-root = "lib"                # the folder of the modules, in place of `src` and `.`
//! modules = ["demo", "space.tool"]   # what is imported, in place of the project's name
//! version-file = "lib/demo/__init__.py"   # `__version__ = "1.0"` there, with `dynamic = ["version"]`
//! include = ["lib/demo/_made.py"]    # taken although an ignore file names it
//! exclude = ["notes", "**/*.bak"]    # in neither distribution
//! wheel-exclude = ["lib/demo/tests"] # in the sdist alone
//! ```
//!
//! Patterns are globs from the project's folder; `*` stays within a folder, and a pattern that
//! matches a folder means all that is in it.
//!
//! [`modules`]: crate::modules
//! [`source_files`]: crate::source_files

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use tilsit_packaging::metadata::ImportName;

use crate::error::BuildError;

/// The table in pyproject.toml.
const TABLE: &str = "tool.tilsit.build";

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    module_root: Option<String>,
    modules: Vec<String>,
    version_file: Option<String>,
    include: Vec<String>,
    exclude: Vec<String>,
    wheel_exclude: Vec<String>,
}

/// What a project says to this backend.
#[derive(Clone, Debug, Default)]
pub struct BuildSettings {
    /// The folder of the modules, empty or with a `/` at its end.
    pub module_root: Option<String>,
    /// What is imported; empty where the project's name says it.
    pub modules: Vec<ImportName>,
    /// The module that has `__version__`.
    pub version_file: Option<String>,
    pub(crate) include: Option<GlobSet>,
    pub(crate) exclude: GlobSet,
    pub(crate) wheel_exclude: GlobSet,
}

impl BuildSettings {
    /// Reads the table of the pyproject.toml with this text; without one, nothing is said.
    ///
    /// # Errors
    /// When a key is unknown or its value is not what it must be.
    pub(crate) fn read(folder: &Path, text: &str) -> Result<Self, BuildError> {
        let fault = |key: &str, reason: String| BuildError::key(folder, text, key, reason);
        let Some(table) = table(text) else {
            return Ok(Self::default());
        };
        let written: Written = table
            .try_into()
            .map_err(|error: toml::de::Error| fault(TABLE, error.message().to_owned()))?;
        let key = |name: &str| format!("{TABLE}.{name}");
        let globs = |name: &str, patterns: &[String]| {
            glob_set(patterns).map_err(|reason| fault(&key(name), reason))
        };
        let module_root = written.module_root.map(|root| {
            let plain = root.trim_matches('/').trim_start_matches("./");
            let is_top = plain.is_empty() || plain == ".";
            if is_top {
                return Ok(String::new());
            }
            if tilsit_files::join_confined(folder, plain).is_err() {
                let reason = format!("`{root}` is not a folder of the project");
                return Err(fault(&key("module-root"), reason));
            }
            Ok(format!("{plain}/"))
        });
        let modules = written.modules.iter().map(|name| {
            let parsed = name.parse::<ImportName>();
            parsed.map_err(|error| fault(&key("modules"), error.to_string()))
        });
        Ok(Self {
            module_root: module_root.transpose()?,
            modules: modules.collect::<Result<_, _>>()?,
            version_file: written.version_file,
            include: (!written.include.is_empty())
                .then(|| globs("include", &written.include))
                .transpose()?,
            exclude: globs("exclude", &written.exclude)?,
            wheel_exclude: globs("wheel-exclude", &written.wheel_exclude)?,
        })
    }
}

fn table(text: &str) -> Option<toml::Value> {
    let mut document = text.parse::<toml::Table>().ok()?;
    let mut tool = document.remove("tool")?;
    let mut tilsit = tool.as_table_mut()?.remove("tilsit")?;
    tilsit.as_table_mut()?.remove("build")
}

/// Globs that match a path, and whatever is below it.
fn glob_set(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let plain = pattern.trim_start_matches("./").trim_end_matches('/');
        for glob in [plain.to_owned(), format!("{plain}/**")] {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            set.add(glob.map_err(|error| error.to_string())?);
        }
    }
    set.build().map_err(|error| error.to_string())
}
