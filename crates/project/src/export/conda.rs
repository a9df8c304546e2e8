//! conda's environment.yml. What is locked are distributions of Python indexes, so they stand in its
//! `pip` section; from conda itself come only Python and pip.

use std::fmt::Write as _;

use tilsit_packaging::specifier::VersionSpecifiers;

use super::{ExportError, Folders, LineOptions, requirements};
use crate::lock::Part;

/// The file, for an environment of this name.
///
/// # Errors
/// When a URL of the lock cannot be used.
pub fn environment_yml(
    name: &str,
    requires_python: Option<&VersionSpecifiers>,
    parts: &[Part<'_>],
    folders: Folders<'_>,
) -> Result<String, ExportError> {
    let options = LineOptions {
        header: None,
        hashes: false,
        annotate: false,
        editable: true,
    };
    let lines = requirements(parts, folders, options)?;
    let pythons = requires_python.map(ToString::to_string);
    let pythons = pythons.filter(|pythons| !pythons.is_empty());
    let python = pythons.map_or_else(|| "python".to_owned(), |all| format!("python {all}"));
    let mut text = format!(
        "name: {}\nchannels:\n  - conda-forge\ndependencies:\n  - {}\n  - pip\n",
        quoted(name),
        quoted(&python)
    );
    if !parts.is_empty() {
        text.push_str("  - pip:\n");
    }
    for line in lines.lines() {
        // To a string nothing can fail to be written.
        let _ = writeln!(text, "      - {}", quoted(line));
    }
    Ok(text)
}

/// A text as YAML takes it whatever stands in it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
