//! What a file wants that systems with a platform tag need not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::facts::{Facts, is_loader};
use crate::policy::{Policies, Policy};
use crate::search::Found;
use crate::tree::Tree;

/// What is wanted beyond a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct External {
    /// Libraries, and the file of each where it was found.
    pub libraries: BTreeMap<String, Option<PathBuf>>,
    /// Symbols that a library has not everywhere, by the library.
    pub forbidden: BTreeMap<String, BTreeSet<String>>,
}

impl External {
    /// Adds what another file wants.
    pub(crate) fn add(&mut self, other: &Self) {
        self.libraries.extend(other.libraries.clone());
        for (library, symbols) in &other.forbidden {
            let own = self.forbidden.entry(library.clone()).or_default();
            own.extend(symbols.iter().cloned());
        }
    }
}

/// What a file wants, for each policy in turn. The first promises nothing, and misses nothing.
pub(crate) fn externals(tree: &Tree, facts: &Facts, policies: &Policies) -> Vec<External> {
    let mut all = vec![External::default()];
    for pair in policies.all().windows(2) {
        let [before, policy] = pair else { continue };
        let libraries = match all.last() {
            // Most policies have the same libraries as their neighbour.
            Some(last) if all.len() > 1 && before.libraries == policy.libraries => {
                last.libraries.clone()
            }
            _ => libraries(tree, policy),
        };
        all.push(External {
            libraries,
            forbidden: forbidden(tree, facts, policy),
        });
    }
    all
}

/// Libraries outside of the wheel that the policy has not, with all that they need in turn.
fn libraries(tree: &Tree, policy: &Policy) -> BTreeMap<String, Option<PathBuf>> {
    let is_wanted = |name: &&String| !is_loader(name) && !policy.libraries.contains(*name);
    let mut wanted: Vec<&String> = tree.needed.iter().filter(is_wanted).collect();
    let mut seen = BTreeSet::new();
    let mut libraries = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name) {
            continue;
        }
        let library = tree.libraries.get(name);
        wanted.extend(
            library
                .into_iter()
                .flat_map(|library| &library.needed)
                .filter(is_wanted),
        );
        match library.and_then(|library| library.found.as_ref()) {
            // Those in the wheel count only for what they need.
            Some(Found::Wheel(_)) => {}
            Some(Found::System(path)) => {
                libraries.insert(name.clone(), Some(path.clone()));
            }
            None => {
                libraries.insert(name.clone(), None);
            }
        }
    }
    libraries
}

fn forbidden(tree: &Tree, facts: &Facts, policy: &Policy) -> BTreeMap<String, BTreeSet<String>> {
    let needed = policy.forbidden.iter();
    let needed = needed.filter(|(library, _)| tree.needed.contains(library));
    let found = needed.map(|(library, symbols)| {
        let wanted = symbols.intersection(&facts.wants_forbidden).cloned();
        (library.clone(), wanted.collect::<BTreeSet<_>>())
    });
    found.filter(|(_, symbols)| !symbols.is_empty()).collect()
}
