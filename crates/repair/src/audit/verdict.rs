//! From what the files of a wheel want to the policy that it keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Audit, AuditOptions};
use crate::external::External;
use crate::policy::Policies;
use crate::search::{Found as Place, Searcher};
use crate::tree::Tree;

/// What the files want.
pub(super) struct Found<'a> {
    pub(super) policies: Policies,
    /// The files that count.
    pub(super) order: &'a [String],
    /// Those that nothing in the wheel needs.
    pub(super) roots: BTreeMap<String, Tree>,
    pub(super) externals: BTreeMap<String, Vec<External>>,
}

/// The versions of symbols, by library.
type Versions = BTreeMap<String, BTreeSet<String>>;

/// The audit, without the wheel's name and the notes.
pub(super) fn judge(found: Found<'_>, searcher: &Searcher<'_>, options: &AuditOptions) -> Audit {
    let policies = &found.policies;
    let mut externals = vec![External::default(); policies.all().len()];
    for path in found.roots.keys() {
        for (all, own) in externals.iter_mut().zip(&found.externals[path]) {
            all.add(own);
        }
    }
    let mut versions = Versions::new();
    for path in found.order {
        add(&mut versions, &searcher.wheel[path].versions);
    }
    let libraries = library_names(&externals);
    let (by_symbols, versions) = by_symbols(policies, versions, &externals, &libraries, searcher);
    let highest_with =
        |is_kept: &dyn Fn(&External) -> bool| externals.iter().rposition(is_kept).unwrap_or(0);
    let by_libraries = highest_with(&|external| external.libraries.is_empty());
    let by_forbidden = highest_with(&|external| external.forbidden.is_empty());
    let by_instructions = if options.disable_isa_check {
        policies.highest()
    } else {
        by_instructions(policies, &found.roots, &libraries, searcher)
    };
    let roots = || found.roots.keys().map(|path| &searcher.wheel[path]);
    let is_narrow_unicode = roots().any(|facts| facts.is_narrow_unicode);
    let wants_traps = roots().any(|facts| facts.wants_traps);
    let mut overall = by_symbols.min(by_forbidden).min(by_instructions);
    if is_narrow_unicode || wants_traps {
        overall = 0;
    }
    overall = overall.min(match &options.wanted {
        None => by_libraries,
        Some(wanted) => by_grafts(policies, &externals, wanted),
    });
    Audit {
        wheel: String::new(),
        overall,
        by_symbols,
        by_forbidden,
        by_instructions,
        is_narrow_unicode,
        wants_traps,
        versions,
        externals,
        notes: Vec::new(),
        files: found.externals,
        policies: found.policies,
    }
}

fn add(all: &mut Versions, own: &Versions) {
    for (library, versions) in own {
        let known = all.entry(library.clone()).or_default();
        known.extend(versions.iter().cloned());
    }
}

/// The libraries of the system that would be taken into the wheel, each file by one name.
fn library_names(externals: &[External]) -> BTreeMap<PathBuf, String> {
    let mut names = BTreeMap::new();
    for (name, path) in externals.iter().flat_map(|external| &external.libraries) {
        if let Some(path) = path {
            names.entry(path.clone()).or_insert_with(|| name.clone());
        }
    }
    names
}

/// The highest policy that has the versions of all symbols that are wanted, also by the libraries that
/// it would take to keep it; and these versions.
fn by_symbols(
    policies: &Policies,
    versions: Versions,
    externals: &[External],
    libraries: &BTreeMap<PathBuf, String>,
    searcher: &Searcher<'_>,
) -> (usize, Versions) {
    let facts = |path: &Path| searcher.facts(&Place::System(path.to_path_buf()));
    let by_name: BTreeMap<&String, &Versions> = libraries
        .iter()
        .filter_map(|(path, name)| Some((name, &facts(path)?.versions)))
        .collect();
    let mut best: Option<(usize, Versions)> = None;
    for (place, external) in externals.iter().enumerate().skip(1) {
        let mut wanted = versions.clone();
        for name in external.libraries.keys() {
            if let Some(own) = by_name.get(name) {
                add(&mut wanted, own);
            }
        }
        let names: BTreeSet<&str> = wanted.values().flatten().map(String::as_str).collect();
        let kept = place.min(policies.with_versions(&names));
        if best.as_ref().is_none_or(|(best, _)| kept > *best) {
            best = Some((kept, wanted));
        }
    }
    best.unwrap_or((0, versions))
}

/// The highest policy with the instructions that are needed: where the wheel's own files need more than
/// the machine's first, none; where a library of the system does, one that has the library itself.
fn by_instructions(
    policies: &Policies,
    roots: &BTreeMap<String, Tree>,
    libraries: &BTreeMap<PathBuf, String>,
    searcher: &Searcher<'_>,
) -> usize {
    let names: BTreeSet<&String> = libraries.values().collect();
    let mut kept = policies.highest();
    for (path, tree) in roots {
        if searcher.wheel[path].x86_level.is_some() {
            return 0;
        }
        for (name, library) in tree
            .libraries
            .iter()
            .filter(|(name, _)| names.contains(name))
        {
            let facts = library
                .found
                .as_ref()
                .and_then(|place| searcher.facts(place));
            if facts.is_some_and(|facts| facts.x86_level.is_some()) {
                let all = policies.all();
                let having = all
                    .iter()
                    .rposition(|policy| policy.libraries.contains(name));
                kept = kept.min(having.unwrap_or(0));
            }
        }
    }
    kept
}

/// The highest policy that takes no more libraries into the wheel than the wanted one.
fn by_grafts(policies: &Policies, externals: &[External], wanted: &str) -> usize {
    let is_wanted = |place: usize| {
        let base = policies.all()[place].base(policies.architecture);
        place > 0 && (wanted == "auto" || base == wanted)
    };
    let counts = externals
        .iter()
        .map(|external| external.libraries.len())
        .enumerate();
    let fewest = counts
        .filter(|(place, _)| is_wanted(*place))
        .map(|(_, count)| count)
        .min();
    let fewest = fewest.unwrap_or(0);
    let is_enough = |external: &External| external.libraries.len() <= fewest;
    externals.iter().rposition(is_enough).unwrap_or(0)
}
