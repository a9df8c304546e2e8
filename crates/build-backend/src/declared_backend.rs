//! Whether a project may be built here: which backend its `[build-system]` declares (PEP 517).
//!
//! A project is built by the backend that it names. This one stands in for another only where both
//! read nothing but `[project]` and find the same files by the same rules: the backend is one of a
//! short list, and the project gives it no settings of its own.

use std::path::Path;

use tilsit_packaging::pyproject::BuildSystem;

use crate::error::BuildError;

/// The name by which a project asks for this backend.
const OWN: &str = "tilsit_build";

/// Backends that do the same for a pure project, and the table below `[tool]` with their settings.
const ALIKE: [(&str, &[&str]); 3] = [
    ("hatchling.build", &["hatch"]),
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
    if has_table(text, settings) {
        let table = settings.join(".");
        let reason = format!("has settings of `{backend}`, which follows them");
        return fault(&format!("tool.{table}"), reason);
    }
    Ok(Declared::Alike)
}

/// Whether the document has this table below `[tool]`; a text that is no TOML was refused before.
fn has_table(text: &str, path: &[&str]) -> bool {
    let Ok(document) = text.parse::<toml::Table>() else {
        return false;
    };
    let mut place = document.get("tool");
    for name in path {
        place = place.and_then(|value| value.get(name));
    }
    place.is_some()
}
