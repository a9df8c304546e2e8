//! Interpreters and environments on this machine: probes, the search, `venv`, pip's own default.

mod activation;
mod default_index;
mod oracle;
mod probe;
mod venv;

use std::path::{Path, PathBuf};

use tilsit_environment::Interpreter;

/// The Pythons of this machine that are supported: the one on the path, the system's, pyenv's.
fn pythons() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = tilsit_testing::python().into_iter().collect();
    let usual = ["/usr/bin/python3", "/usr/bin/pypy3"].map(PathBuf::from);
    found.extend(usual.into_iter().filter(|path| path.is_file()));
    // `…/versions/3.11.7/bin/python3.11` has the other versions beside it.
    let versions = found
        .first()
        .and_then(|python| python.ancestors().find(|path| path.ends_with("versions")))
        .map(Path::to_path_buf);
    let entries = versions.and_then(|folder| tilsit_files::read_dir(folder).ok());
    for entry in entries.unwrap_or_default() {
        let program = entry.path.join("bin/python3");
        if program.is_file() {
            found.push(program);
        }
    }
    found
}

/// The Python of the path, asked.
fn interpreter() -> Option<Interpreter> {
    let python = tilsit_testing::require("Python 3.9 or newer", tilsit_testing::python())?;
    Some(Interpreter::at(&python, None).expect("Python answers"))
}
