//! Which names the files of a distribution may have: those that every system can hold.
//!
//! Wheels go to systems where capital and small letters are the same, where `:` or a space at the end
//! of a name cannot be, and where `aux` is no file: there the installation would fail, or one file
//! would silently take the other's place.

use std::collections::HashMap;
use std::path::Path;

use crate::error::BuildError;

/// Names that Windows keeps for itself, with any ending.
const KEPT: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Refuses paths that not every system can hold, and pairs that are one on some.
///
/// # Errors
/// The first path, or the first pair.
pub(crate) fn check<'p>(
    folder: &Path,
    paths: impl Iterator<Item = &'p str>,
) -> Result<(), BuildError> {
    let refuse = |path: &str, reason: String| {
        Err(BuildError::Path {
            path: folder.join(path),
            reason,
        })
    };
    let mut known: HashMap<String, &str> = HashMap::new();
    for path in paths {
        if let Some(reason) = fault(path) {
            return refuse(path, reason);
        }
        // Folders count too: `A/x` and `a/y` are in one folder there.
        let ends = path.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            let part = &path[..end];
            match known.insert(part.to_lowercase(), part) {
                Some(other) if other != part => {
                    return refuse(
                        path,
                        format!(
                            "`{other}` and `{part}` are one where capital and small letters are the same"
                        ),
                    );
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Why not every system can hold a path.
fn fault(path: &str) -> Option<String> {
    for part in path.split('/') {
        let odd = |letter: &char| letter.is_control() || "<>:\"|?*\\".contains(*letter);
        if let Some(letter) = part.chars().find(odd) {
            return Some(format!(
                "a name with {letter:?} cannot be in a wheel for every system"
            ));
        }
        if part.ends_with(['.', ' ']) {
            return Some(format!("`{part}` ends in what Windows leaves out"));
        }
        let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
        if KEPT.contains(&stem.as_str()) {
            return Some(format!("`{part}` is a name that Windows keeps for itself"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_not_every_system_holds() {
        let message = |paths: &[&str]| {
            let found = check(Path::new("demo"), paths.iter().copied());
            found.err().map(|error| error.to_string())
        };
        assert_eq!(
            message(&["a/b.py", "a/c.py", "b/a.py", "ä.py", "con_a.py"]),
            None
        );
        for (paths, expected) in [
            (&["a/B.py", "a/b.py"][..], "`a/B.py` and `a/b.py` are one"),
            (&["A/x.py", "a/y.py"], "`A` and `a` are one"),
            (&["Ä.py", "ä.py"], "`Ä.py` and `ä.py` are one"),
            (&["a:b.py"], "a name with ':' cannot"),
            (&["a\nb.py"], "a name with '\\n' cannot"),
            (&["a\\b.py"], "a name with '\\\\' cannot"),
            (&["a/aux.py"], "`aux.py` is a name that Windows keeps"),
            (&["a /b.py"], "`a ` ends in what Windows leaves out"),
        ] {
            let found = message(paths).unwrap();
            assert!(found.contains(expected), "{paths:?}: {found}");
        }
    }
}
