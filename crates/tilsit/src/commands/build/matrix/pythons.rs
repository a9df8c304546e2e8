//! The Pythons of a matrix: of each kind and version the newest, and the names that cibuildwheel gives
//! them.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_environment::discovery::{self, Scope};
use tilsit_environment::{Interpreter, PythonRequest};
use tilsit_packaging::pyproject::PyProject;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::tag::{CompatibleTags, Tag};
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
        let named = identifier(&interpreter.tags());
        let identifier = named.unwrap_or_else(|| interpreter.implementation().to_owned());
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

/// The name for the Python that takes these wheels; nothing where it takes none.
fn identifier(tags: &CompatibleTags) -> Option<String> {
    let best = tags.iter().next()?;
    // `cp313t` of a free-threaded build.
    let python = if best.abi().starts_with(best.interpreter()) && best.abi().ends_with('t') {
        format!("{}t", best.interpreter())
    } else {
        best.interpreter().to_owned()
    };
    let platform = best.platform();
    // The first platform, `linux_x86_64`, is the same for all C libraries.
    if let Some(machine) = platform.strip_prefix("linux_") {
        let is_musl = |tag: &Tag| tag.platform().starts_with("musllinux_");
        let libc = if tags.iter().any(is_musl) {
            "musllinux"
        } else {
            "manylinux"
        };
        return Some(format!("{python}-{libc}_{machine}"));
    }
    if let Some(rest) = platform.strip_prefix("macosx_") {
        // Behind the version of the system.
        let machine = rest.trim_start_matches(|one: char| one.is_ascii_digit() || one == '_');
        return Some(format!("{python}-macosx_{machine}"));
    }
    Some(format!("{python}-{platform}"))
}

#[cfg(test)]
mod tests {
    use super::{CompatibleTags, Tag, identifier};

    #[test]
    fn names_are_those_of_cibuildwheel() {
        let cases: [(&[&str], &str); 5] = [
            (
                &[
                    "cp312-cp312-linux_x86_64",
                    "cp312-cp312-manylinux_2_36_x86_64",
                ],
                "cp312-manylinux_x86_64",
            ),
            (
                &[
                    "cp311-cp311-linux_aarch64",
                    "cp311-cp311-musllinux_1_2_aarch64",
                ],
                "cp311-musllinux_aarch64",
            ),
            (&["cp313-cp313t-macosx_14_0_arm64"], "cp313t-macosx_arm64"),
            (&["cp310-cp310-win_amd64"], "cp310-win_amd64"),
            (&["pp39-pypy39_pp73-linux_i686"], "pp39-manylinux_i686"),
        ];
        for (tags, name) in cases {
            let tags = tags.iter().map(|tag| tag.parse::<Tag>().expect("a tag"));
            let tags = CompatibleTags::new(tags);
            assert_eq!(identifier(&tags).as_deref(), Some(name));
        }
    }
}
