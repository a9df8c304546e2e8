//! Programs in an environment: the scripts of entry points, and first lines that name Python.
//!
//! Follows "Entry points specification", use for scripts, and "Binary distribution format",
//! "Recommended installer features" (`#!python`). Pure functions; [`crate::plan()`] decides where
//! they go.

use std::path::Path;

use crate::manifest::Command;

#[cfg(test)]
mod tests;

/// The longest first line that every supported system takes: Linux before 5.1 cuts at 127 bytes.
const SHEBANG_MAX_BYTES: usize = 127;

/// The first line of a script that runs in `python`, with its line end.
///
/// A path that is too long or has a blank cannot stand in a first line: the shell then starts
/// Python, on lines that Python takes for a string.
pub fn shebang(python: &Path) -> String {
    let path = python.to_string_lossy();
    let simple = format!("#!{path}\n");
    if simple.len() <= SHEBANG_MAX_BYTES && !path.contains([' ', '\t']) {
        return simple;
    }
    let quoted = path.replace('\'', r"'\''");
    // For the shell: `exec` with its arguments. For Python: one long string.
    format!("#!/bin/sh\n'''exec' '{quoted}' \"$0\" \"$@\"\n' '''\n")
}

/// The first lines of a script that runs in the Python `program` beside it, wherever the two lie.
pub fn relocatable_shebang(program: &str) -> String {
    let quoted = program.replace('\'', r"'\''");
    // As above; the folder is found through links to the script.
    let folder = "$(dirname -- \"$(realpath -- \"$0\")\")";
    format!("#!/bin/sh\n'''exec' \"{folder}\"/'{quoted}' \"$0\" \"$@\"\n' '''\n")
}

/// The script that an entry point asks for, with the lines of [`shebang()`] in front.
pub fn entry_point_script(shebang: &str, command: &Command) -> String {
    let (module, object) = (&command.module, &command.object);
    let import = object.split('.').next().unwrap_or(object);
    format!(
        "{shebang}import sys\n\nfrom {module} import {import}\n\n\
         if __name__ == \"__main__\":\n    sys.exit({object}())\n"
    )
}

/// Whether a script's first line asks for the environment's Python: `#!python` or `#!pythonw`.
pub fn names_python(script: &[u8]) -> bool {
    script.starts_with(b"#!python")
}

/// The script with its first line replaced by the lines of [`shebang()`]; none if it does not ask
/// for that.
pub fn with_shebang(script: &[u8], shebang: &str) -> Option<Vec<u8>> {
    if !names_python(script) {
        return None;
    }
    let end = script.iter().position(|byte| *byte == b'\n');
    let rest = end.map_or(&[][..], |end| &script[end + 1..]);
    Some([shebang.as_bytes(), rest].concat())
}
