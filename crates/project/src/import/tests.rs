//! Each form, read and written: the pyproject.toml, and where each key went.

mod finding;
mod forms;
mod locks;
mod setup;

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn world(folder: &Path) -> World<'_> {
    World {
        folder,
        variable: &|_| None,
        group: None,
    }
}

/// What a folder becomes: the text, an empty line, a line for each key.
fn imported(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let found = find(folder.path(), None).unwrap();
    told(folder.path(), &found)
}

fn told(folder: &Path, found: &[Candidate]) -> String {
    let foreign = read(found, world(folder)).unwrap();
    let before = std::fs::read_to_string(folder.join("pyproject.toml")).unwrap_or_default();
    let defaults = Defaults {
        name: &"shop".parse().unwrap(),
        requires_python: ">=3.11",
    };
    let written = write(&foreign.items, &before, defaults).unwrap();
    // What is written is a project.
    crate::workspace::Workspace::find(folder).ok();
    tilsit_packaging::pyproject::PyProject::parse(&written.text).unwrap();
    let mut told = written.text;
    told.push_str("----\n");
    for outcome in written.outcomes {
        let Outcome {
            file,
            key,
            line,
            fate,
            to,
            note,
        } = outcome;
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let to = to.map_or_else(String::new, |to| format!(" {to}"));
        let note = note.map_or_else(String::new, |note| format!(" ({note})"));
        // A `String` takes every write.
        let _ = writeln!(told, "{file}{line} {key}: {fate:?}{to}{note}");
    }
    told
}

fn refusal(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let found = find(folder.path(), None);
    let read = found.and_then(|found| read(&found, world(folder.path())));
    let words = read.unwrap_err().to_string();
    words.replace(&folder.path().display().to_string(), "FOLDER")
}
