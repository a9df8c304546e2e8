//! Whether a project may be built here: which backend its `[build-system]` declares (PEP 517).
//!
//! A project is built by the backend that it names. This one stands in for another only where both
//! read nothing but `[project]` and find the same files by the same rules: the backend is one of a
//! short list, and the project gives it no settings of its own, save that hatchling may ask version
//! control for the version.

use std::path::Path;

use tilsit_packaging::pyproject::BuildSystem;

use crate::error::BuildError;

/// The name by which a project asks for this backend.
const OWN: &str = "tilsit_build";

/// The one whose plugin `hatch-vcs` is followed too.
const HATCHLING: &str = "hatchling.build";

/// Backends that do the same for a pure project, and the table below `[tool]` with their settings.
const ALIKE: [(&str, &[&str]); 3] = [
    (HATCHLING, &["hatch"]),
    ("flit_core.buildapi", &["flit"]),
    ("uv_build", &["uv", "build-backend"]),
];

/// Who builds the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    /// This backend, which the project asks for.
    Own,
    /// Another, which would do the same.
    Alike,
}

/// Refuses a project that only its own backend can build as it is meant.
///
/// # Errors
/// When `[build-system]` is missing (setuptools builds the project then), names a backend that is
/// not alike, imports one from the project, or when the backend has settings.
pub(crate) fn check(
    folder: &Path,
    text: &str,
    build_system: Option<&BuildSystem>,
) -> Result<Declared, BuildError> {
    let fault = |key: &str, reason: String| Err(BuildError::key(folder, text, key, reason));
    let key = "build-system.build-backend";
    let Some(backend) = build_system.and_then(|system| system.build_backend.as_deref()) else {
        let reason = "is missing, so that setuptools builds this project";
        return fault(key, reason.to_owned());
    };
    if build_system.is_some_and(|system| !system.backend_path.is_empty()) {
        let reason = "brings a backend of the project's own";
        return fault("build-system.backend-path", reason.to_owned());
    }
    if backend == OWN {
        return Ok(Declared::Own);
    }
    let Some((_, settings)) = ALIKE.iter().find(|(alike, _)| *alike == backend) else {
        let reason = format!("is `{backend}`, which builds in ways of its own");
        return fault(key, reason);
    };
    let has_settings = match table(text, settings) {
        None => false,
        Some(table) => !(backend == HATCHLING && is_version_from_vcs(&table, build_system)),
    };
    if has_settings {
        let table = settings.join(".");
        let reason = format!("has settings of `{backend}`, which follows them");
        return fault(&format!("tool.{table}"), reason);
    }
    Ok(Declared::Alike)
}

/// Whether hatchling's settings say nothing but that version control tells the version, by the plugin
/// `hatch-vcs`, whose options and versions are those of [`vcs_version`](crate::vcs_version).
fn is_version_from_vcs(hatch: &toml::Value, build_system: Option<&BuildSystem>) -> bool {
    const KEYS: [&str; 4] = ["source", "raw-options", "tag-pattern", "fallback-version"];
    let requires = build_system.map_or(&[][..], |system| &system.requires);
    // A limit of either may ask for rules of another time.
    let mut plugins = requires
        .iter()
        .filter(|one| one.name.as_str() != "hatchling");
    let is_alone = plugins
        .next()
        .is_some_and(|one| one.name.as_str() == "hatch-vcs")
        && plugins.next().is_none();
    let Some(hatch) = hatch.as_table().filter(|_| is_alone) else {
        return false;
    };
    let version = hatch.get("version").and_then(toml::Value::as_table);
    hatch.len() == 1
        && version.is_some_and(|version| {
            version.get("source").and_then(toml::Value::as_str) == Some("vcs")
                && version.keys().all(|key| KEYS.contains(&key.as_str()))
        })
}

/// This table below `[tool]`, if the document has it; a text that is no TOML was refused before.
fn table(text: &str, path: &[&str]) -> Option<toml::Value> {
    let document = text.parse::<toml::Table>().ok()?;
    let mut place = document.get("tool")?;
    for name in path {
        place = place.get(name)?;
    }
    Some(place.clone())
}
