//! Which libraries a file needs, those of its libraries included, and where they are.
//!
//! Nothing is loaded: run paths and folders are followed as a loader would. The run path of the file at
//! the root holds for all of its libraries; those of the libraries hold for their own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use globset::GlobSet;
use tilsit_elf::Platform;

use crate::facts::{Facts, is_libpython};
use crate::policy::Libc;
use crate::search::{Folder, Found, Searcher};

/// A library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    /// Where it is; none if it was not found, or is Python's own.
    pub(crate) found: Option<Found>,
    /// The libraries that it needs itself.
    pub(crate) needed: Vec<String>,
}

/// A file of the wheel, and all libraries that are loaded with it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The libraries that it needs itself.
    pub(crate) needed: Vec<String>,
    /// All libraries, by the name that they are needed by.
    pub(crate) libraries: BTreeMap<String, Library>,
}

impl Tree {
    /// Whether every library was found.
    pub(crate) fn is_whole(&self) -> bool {
        let mut libraries = self.libraries.values();
        libraries.all(|library| library.found.is_some())
    }
}

/// A file whose libraries are being looked for.
struct Visit {
    /// The name that it is needed by; none for the root.
    name: Option<String>,
    platform: Platform,
    needed: std::vec::IntoIter<String>,
    folders: Vec<Folder>,
    /// The libraries that were not left out.
    kept: Vec<String>,
}

/// What holds for all files of a tree.
struct Folders {
    rpath: Vec<Folder>,
    first: Vec<Folder>,
    last: Vec<Folder>,
}

impl Folders {
    /// Starts with a file, which is needed by this name.
    fn visit(&self, name: Option<String>, place: &Found, searcher: &Searcher<'_>) -> Option<Visit> {
        let facts = searcher.facts(place)?;
        let (rpath, runpath) = run_paths(facts, place, searcher);
        let all = [&self.rpath, &rpath, &runpath, &self.first, &self.last];
        Some(Visit {
            name,
            platform: facts.platform,
            needed: facts.needed.clone().into_iter(),
            folders: all.into_iter().flatten().cloned().collect(),
            kept: Vec::new(),
        })
    }
}

/// The folders of both run paths; the newer one, where it names any, is the only one.
fn run_paths(facts: &Facts, place: &Found, searcher: &Searcher<'_>) -> (Vec<Folder>, Vec<Folder>) {
    let runpath = searcher.run_path(&facts.runpath, place);
    if runpath.is_empty() {
        (searcher.run_path(&facts.rpath, place), runpath)
    } else {
        (Vec::new(), runpath)
    }
}

/// The tree of a file of the wheel. `excluded` are libraries, and files of libraries, to leave out with
/// all that only they need. Nothing where too many libraries need each other.
pub(crate) fn tree(
    searcher: &mut Searcher<'_>,
    path: &str,
    libc: Option<Libc>,
    excluded: &GlobSet,
) -> Option<Tree> {
    let mut libraries = BTreeMap::new();
    let mut needed = Vec::new();
    let place = Found::Wheel(path.to_owned());
    let folders = folders(searcher, &place, libc, &mut libraries);
    let mut visits: Vec<Visit> = folders.visit(None, &place, searcher).into_iter().collect();
    // Not by recursion: a chain of libraries is as long as a wheel makes it.
    while let Some(visit) = visits.last_mut() {
        let Some(name) = visit.needed.next() else {
            let kept = std::mem::take(&mut visit.kept);
            match visit.name.take() {
                Some(name) => libraries.entry(name).or_default().needed = kept,
                None => needed = kept,
            }
            visits.pop();
            continue;
        };
        if !searcher.count() {
            return None;
        }
        if libraries.contains_key(&name) {
            visit.kept.push(name);
            continue;
        }
        if excluded.is_match(&name) {
            continue;
        }
        let found = if is_libpython(&name) {
            None
        } else {
            searcher.find(visit.platform, &name, &visit.folders)
        };
        let is_excluded = found.as_ref().is_some_and(|found| match found {
            Found::Wheel(path) => excluded.is_match(path),
            Found::System(path) => excluded.is_match(path),
        });
        if is_excluded {
            continue;
        }
        visit.kept.push(name.clone());
        let library = Library {
            found: found.clone(),
            needed: Vec::new(),
        };
        libraries.insert(name.clone(), library);
        visits.extend(found.and_then(|place| folders.visit(Some(name), &place, searcher)));
    }
    Some(Tree { needed, libraries })
}

/// The folders for a file and its libraries. Its loader is one of them, and needs none.
fn folders(
    searcher: &mut Searcher<'_>,
    place: &Found,
    libc: Option<Libc>,
    libraries: &mut BTreeMap<String, Library>,
) -> Folders {
    let configured = searcher.configured(libc);
    let Some(facts) = searcher.facts(place) else {
        return Folders {
            rpath: Vec::new(),
            first: Vec::new(),
            last: configured,
        };
    };
    let (rpath, mut last) = run_paths(facts, place, searcher);
    last.extend(configured);
    if let Some(loader) = &facts.interpreter {
        let (folder, name) = loader.rsplit_once('/').unwrap_or(("", loader));
        let library = Library {
            found: Some(Found::System(PathBuf::from(loader))),
            needed: Vec::new(),
        };
        libraries.insert(name.to_owned(), library);
        let folders = [
            format!("/{}", folder.trim_start_matches('/')),
            format!("/usr{folder}"),
        ];
        last.extend(folders.map(|folder| Folder::System(folder.into())));
    }
    let first = searcher.first();
    Folders { rpath, first, last }
}

/// Completes the trees of files that are no modules: a library of theirs that was not found is taken
/// from where another tree found it, if that tree is whole and has the file in it. The module that
/// loads the file has loaded the library before.
pub(crate) fn complete(
    modules: &BTreeMap<String, Tree>,
    others: &mut BTreeMap<String, Tree>,
    order: &[String],
) {
    let in_order = |trees: &'_ BTreeMap<String, Tree>| -> Vec<Tree> {
        let found = order.iter().filter_map(|path| trees.get(path));
        found.filter(|tree| tree.is_whole()).cloned().collect()
    };
    let whole = [in_order(modules), in_order(others)].concat();
    // The first tree that has a file in it.
    let mut having: BTreeMap<&str, &Tree> = BTreeMap::new();
    for tree in &whole {
        for library in tree.libraries.values() {
            if let Some(Found::Wheel(path)) = &library.found {
                having.entry(path).or_insert(tree);
            }
        }
    }
    for (path, tree) in others.iter_mut().filter(|(_, tree)| !tree.is_whole()) {
        if let Some(reference) = having.get(path.as_str()) {
            *tree = with_reference(tree, reference);
        }
    }
}

fn with_reference(tree: &Tree, reference: &Tree) -> Tree {
    let mut libraries = tree.libraries.clone();
    let missing = tree.libraries.iter();
    let missing = missing.filter(|(_, library)| library.found.is_none());
    let mut wanted: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
    while let Some(name) = wanted.pop() {
        let is_missing = libraries
            .get(&name)
            .is_none_or(|library| library.found.is_none());
        if let Some(library) = reference.libraries.get(&name).filter(|_| is_missing) {
            libraries.insert(name, library.clone());
            let new = library
                .needed
                .iter()
                .filter(|name| !libraries.contains_key(*name));
            wanted.extend(new.cloned().collect::<Vec<_>>());
        }
    }
    Tree {
        needed: tree.needed.clone(),
        libraries,
    }
}
