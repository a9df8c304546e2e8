//! The Pythons of a matrix: of each kind and version the newest, and the names that cibuildwheel gives
//! them.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_environment::discovery::{self, Scope};
use tilsit_environment::{Interpreter, PythonRequest};
use tilsit_packaging::pyproject::PyProject;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_repair::Libc;

use crate::context::Context;
use crate::error::CommandError;
use crate::pythons;

/// A Python that a wheel may be wanted for.
pub(super) struct MatrixPython {
    /// As cibuildwheel calls it, `cp312-manylinux_x86_64`.
    pub(super) identifier: String,
    pub(super) interpreter: Interpreter,
}

impl MatrixPython {
    /// The C library that it is linked with.
    pub(super) fn libc(&self) -> Libc {
        if self.identifier.contains("-musllinux_") {
            Libc::Musl
        } else {
            Libc::Glibc
        }
    }
}

/// Those that are named, else all of this machine; without those that the project is not for, oldest
/// first.
///
/// # Errors
/// When one that is named is not there.
pub(super) fn find(
    named: &[String],
    project: &Path,
    context: &Context,
) -> Result<Vec<MatrixPython>, CommandError> {
    let found: Vec<Interpreter> = if named.is_empty() {
        let (found, _) = discovery::find_all(&PythonRequest::Any, &pythons::surroundings(context)?);
        let requires = requires_python(project);
        let base = found.into_iter().map(|found| found.interpreter.to_base());
        base.filter(|base| {
            let fits = |requires: &VersionSpecifiers| requires.contains(base.version());
            requires.as_ref().is_none_or(fits)
        })
        .collect()
    } else {
        let base = named.iter().map(|named| {
            let request = pythons::request(Some(named), context)?;
            let found = pythons::find_request(&request, Scope::Base, context)?;
            Ok(found.interpreter.to_base())
        });
        base.collect::<Result<_, CommandError>>()?
    };
    let mut newest: BTreeMap<(bool, (u32, u32), String), Interpreter> = BTreeMap::new();
    for interpreter in found {
        let identifier = identifier(&interpreter);
        let is_other = interpreter.implementation() != "cpython";
        let key = (is_other, interpreter.major_minor(), identifier);
        let is_newer = |other: &Interpreter| interpreter.version() > other.version();
        if newest.get(&key).is_none_or(is_newer) {
            newest.insert(key, interpreter);
        }
    }
    let sorted = newest
        .into_iter()
        .map(|((_, _, identifier), interpreter)| MatrixPython {
            identifier,
            interpreter,
        });
    Ok(sorted.collect())
}

/// Which Pythons the project is for, where it says so.
fn requires_python(project: &Path) -> Option<VersionSpecifiers> {
    let text = tilsit_files::read_to_string(project.join("pyproject.toml")).ok()?;
    let (pyproject, _) = PyProject::parse(&text).ok()?;
    pyproject.project?.requires_python
}

fn identifier(interpreter: &Interpreter) -> String {
    let tags = interpreter.tags();
    let Some(best) = tags.iter().next() else {
        return interpreter.implementation().to_owned();
    };
    // `cp313t` of a free-threaded build.
    let python = if best.abi().starts_with(best.interpreter()) && best.abi().ends_with('t') {
        format!("{}t", best.interpreter())
    } else {
        best.interpreter().to_owned()
    };
    let platform = best.platform();
    for kind in ["manylinux", "musllinux", "macosx", "linux"] {
        let Some(rest) = platform
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix('_'))
        else {
            continue;
        };
        // Behind the version of the C library or the system.
        let machine = rest.trim_start_matches(|one: char| one.is_ascii_digit() || one == '_');
        let kind = if kind == "linux" { "manylinux" } else { kind };
        return format!("{python}-{kind}_{machine}");
    }
    format!("{python}-{platform}")
}
