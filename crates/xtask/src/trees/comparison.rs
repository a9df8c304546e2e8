//! How two trees differ, save in what is each installer's own.
//!
//! | may differ | why |
//! |---|---|
//! | `*.dist-info/INSTALLER` | names the installer |
//! | `*.dist-info/RECORD` | the order of its lines, the lines of what else may differ, and its mode: uv keeps that of the wheel's file, pip and tilsit write a new one |
//! | the text of an entry point's program | each installer has its own; the program must be there |
//! | `*.dist-info/uv_*.json` | uv's own notes |
//! | the bytes of machine code (ELF) of a release that was built | the compiler writes the folder of the build into it, which is another one each time; the file must be there |
//!
//! The environments lie at the same path when they are made, so nothing else has a reason to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tilsit_packaging::entry_points::EntryPoints;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::Record;

use super::listing::{Entry, Listing};

/// What is otherwise each time, or an installer's own.
#[derive(Debug, Default)]
struct Own {
    /// The names of the programs that entry points make.
    programs: BTreeSet<String>,
    /// What was compiled, by its path in `site-packages`, or in the environment.
    compiled: BTreeSet<String>,
}

/// What one side has otherwise than the other; `(root, listing)` of ours and theirs. `built` are the
/// projects that have no wheel.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn differences(
    ours: (&Path, &Listing),
    theirs: (&Path, &Listing),
    built: &BTreeSet<ProjectName>,
) -> Result<Vec<String>> {
    let own = Own::of(ours, built)?;
    let paths: BTreeSet<&str> = ours.1.paths().chain(theirs.1.paths()).collect();
    let mut found = Vec::new();
    for path in paths {
        if is_note(path) {
            continue;
        }
        match (ours.1.0.get(path), theirs.1.0.get(path)) {
            (Some(_), None) => found.push(format!("{path} is there")),
            (None, _) => found.push(format!("{path} is not there")),
            (Some(left), Some(right)) if left != right && !is_record(path) => {
                found.push(format!("{path} is {left:?}, not {right:?}"));
            }
            (Some(Entry::File { .. }), _) => {
                let read = |root: &Path| fs::read(root.join(path)).context(path.to_owned());
                let (left, right) = (read(ours.0)?, read(theirs.0)?);
                if left != right && !own.may_differ(path) {
                    if !is_record(path) {
                        found.push(format!("{path} has other contents"));
                    } else if let Some(line) = record_difference(&left, &right, &own)? {
                        found.push(format!("{path}: {line}"));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn has_suffix(path: &str, suffix: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == suffix)
}

fn is_record(path: &str) -> bool {
    path.ends_with(".dist-info/RECORD")
}

fn is_note(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    folder.ends_with(".dist-info") && name.starts_with("uv_")
}

impl Own {
    fn of((root, listing): (&Path, &Listing), built: &BTreeSet<ProjectName>) -> Result<Self> {
        let mut own = Self::default();
        let of_releases = |path: &&str| path.contains(".dist-info/");
        for path in listing.paths().filter(of_releases) {
            let read = || fs::read(root.join(path)).context(path.to_owned());
            if path.ends_with("/entry_points.txt") {
                let (points, _) = EntryPoints::parse(&read()?).context(path.to_owned())?;
                let names = points.console_scripts().chain(points.gui_scripts());
                own.programs.extend(names.map(|(name, _)| name.to_owned()));
            }
            if is_record(path) && project_of(path).is_some_and(|name| built.contains(&name)) {
                let packages = root.join(path).ancestors().nth(2).map(Path::to_owned);
                let packages = packages.context("a release lies in a folder")?;
                for entry in Record::parse(&read()?)?.entries {
                    let contents = fs::read(packages.join(&entry.path));
                    if contents.is_ok_and(|contents| contents.starts_with(b"\x7fELF")) {
                        let place = entry.path.trim_start_matches("../");
                        own.compiled.insert(place.to_owned());
                    }
                }
            }
        }
        Ok(own)
    }

    /// `path` is from the environment, or from `site-packages`.
    fn may_differ(&self, path: &str) -> bool {
        let in_packages = path
            .split_once("/site-packages/")
            .map_or(path, |(_, path)| path);
        let program = path.strip_prefix("bin/");
        path.ends_with(".dist-info/INSTALLER")
            || program.is_some_and(|program| self.programs.contains(program))
            || self.compiled.contains(in_packages)
    }
}

/// The project that a file of a `.dist-info` folder belongs to.
fn project_of(path: &str) -> Option<ProjectName> {
    let folder = path.rsplit('/').nth(1)?;
    folder.split('-').next()?.parse().ok()
}

/// The first line that one RECORD has and the other has not.
fn record_difference(ours: &[u8], theirs: &[u8], own: &Own) -> Result<Option<String>> {
    let (ours, theirs) = (lines(ours, own)?, lines(theirs, own)?);
    let paths: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differs = paths
        .into_iter()
        .find(|path| ours.get(*path) != theirs.get(*path));
    Ok(differs.map(|path| {
        let show = |side: &BTreeMap<String, String>| {
            side.get(path).map_or("no line".to_owned(), Clone::clone)
        };
        format!("{path} has `{}`, not `{}`", show(&ours), show(&theirs))
    }))
}

/// What a RECORD says of each file; nothing more than that it is there where it may differ.
fn lines(record: &[u8], own: &Own) -> Result<BTreeMap<String, String>> {
    let entries = Record::parse(record)?.entries.into_iter();
    let told = entries.filter(|entry| {
        // Byte code is not compared, and pip does not list what it did not make.
        !has_suffix(&entry.path, "pyc") && !is_note(&entry.path)
    });
    let line = |entry: tilsit_packaging::record::RecordEntry| {
        let in_environment = entry.path.trim_start_matches("../");
        if own.may_differ(in_environment) {
            return (entry.path, String::new());
        }
        let hash = entry
            .hash
            .map(|hash| format!("{}={}", hash.algorithm(), hash.encoded()));
        let size = entry.size.map(|size| size.to_string());
        let text = format!("{},{}", hash.unwrap_or_default(), size.unwrap_or_default());
        (entry.path, text)
    };
    Ok(told.map(line).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{BTreeSet, Listing, ProjectName, differences};

    const WHEEL: &[(&str, &str)] = &[
        ("lib/a.py", "pass\n"),
        ("lib/a-1.dist-info/INSTALLER", "tilsit\n"),
        (
            "lib/a-1.dist-info/entry_points.txt",
            "[console_scripts]\na = a:b\n",
        ),
        (
            "lib/a-1.dist-info/RECORD",
            "a.py,sha256=abc,5\na-1.dist-info/INSTALLER,sha256=abc,7\n../bin/a,sha256=def,9\na-1.dist-info/RECORD,,\n",
        ),
        ("bin/a", "#!ours\n"),
        ("lib/python3.11/site-packages/b.so", "\x7fELF 1"),
        (
            "lib/python3.11/site-packages/b-1.dist-info/RECORD",
            "b.so,sha256=abc,6\n",
        ),
    ];

    fn tree(folder: &Path, changes: &[(&str, &str)]) -> Listing {
        for (path, text) in WHEEL.iter().chain(changes) {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            fs::write(path, text).expect("a file is written");
        }
        Listing::of(folder).expect("the tree is listed")
    }

    /// What differs from [`WHEEL`] in a tree with these changes.
    fn found(changes: &[(&str, &str)]) -> Vec<String> {
        found_if_built(changes, &BTreeSet::new())
    }

    fn found_if_built(changes: &[(&str, &str)], built: &BTreeSet<ProjectName>) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        let (left, right) = (tree(&ours, &[]), tree(&theirs, changes));
        differences((&ours, &left), (&theirs, &right), built).expect("the trees are compared")
    }

    #[test]
    fn what_is_an_installers_own_may_differ() {
        let own = [
            ("lib/a-1.dist-info/INSTALLER", "other\n"),
            (
                "lib/a-1.dist-info/RECORD",
                "../bin/a,sha256=xyz,99\na.py,sha256=abc,5\na-1.dist-info/RECORD,,\na-1.dist-info/INSTALLER,sha256=x,6\n",
            ),
            ("bin/a", "#!theirs\n"),
            ("lib/a-1.dist-info/uv_cache.json", "{}"),
        ];
        assert_eq!(found(&own), Vec::<String>::new());
    }

    #[test]
    fn what_was_compiled_may_differ() {
        let changes = [
            ("lib/python3.11/site-packages/b.so", "\x7fELF 2"),
            (
                "lib/python3.11/site-packages/b-1.dist-info/RECORD",
                "b.so,sha256=def,6\n",
            ),
        ];
        let built = BTreeSet::from(["b".parse().expect("a name")]);
        assert_eq!(found_if_built(&changes, &built), Vec::<String>::new());
        assert_eq!(found(&changes).len(), 2);
    }

    #[test]
    fn nothing_else_may() {
        let record =
            "a.py,sha256=other,5\na-1.dist-info/INSTALLER,,\n../bin/a,,\na-1.dist-info/RECORD,,\n";
        assert_eq!(
            found(&[
                ("lib/a.py", "fail\n"),
                ("lib/b.py", ""),
                ("lib/a-1.dist-info/RECORD", record)
            ]),
            [
                "lib/a-1.dist-info/RECORD: a.py has `sha256=abc,5`, not `sha256=other,5`",
                "lib/a.py has other contents",
                "lib/b.py is not there",
            ]
        );
        assert_eq!(
            found(&[("lib/a-1.dist-info/RECORD", "a-1.dist-info/RECORD,,\n")]),
            ["lib/a-1.dist-info/RECORD: ../bin/a has ``, not `no line`"]
        );
    }
}
