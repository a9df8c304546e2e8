//! What is installed as a graph: who requires whom, for this interpreter and the extras in use.
//!
//! Reads the METADATA of everything installed. What to show of it, and what is wrong with it, is
//! the caller's.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_dist::dist_info::{InstalledDistribution, InstalledError};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;

use crate::environment::Environment;

/// The installed distributions and the requirements between them, by name.
#[derive(Clone, Debug, Default)]
pub struct InstalledGraph {
    /// Each installed project.
    pub nodes: BTreeMap<ProjectName, Node>,
}

/// An installed project.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is installed.
    pub distribution: InstalledDistribution,
    /// What its metadata says.
    pub metadata: CoreMetadata,
    /// The extras that others require of it.
    pub extras: BTreeSet<ExtraName>,
    /// What it requires here, with the extras in use: those whose marker holds.
    pub requires: Vec<Requirement>,
}

impl InstalledGraph {
    /// Reads the metadata of `installed`, which the environment holds. Where a project is there
    /// twice, the first counts, as for an import.
    ///
    /// # Errors
    /// When METADATA of one cannot be read or does not say which release it is.
    pub fn read(
        environment: &Environment,
        installed: &[InstalledDistribution],
    ) -> Result<Self, InstalledError> {
        let mut graph = Self::default();
        for distribution in installed {
            if graph.nodes.contains_key(&distribution.name) {
                continue;
            }
            let (metadata, _) = distribution.metadata()?;
            let node = Node {
                distribution: distribution.clone(),
                metadata,
                extras: BTreeSet::new(),
                requires: Vec::new(),
            };
            graph.nodes.insert(distribution.name.clone(), node);
        }
        graph.connect(environment);
        Ok(graph)
    }

    /// Which installed projects require each project.
    pub fn required_by(&self) -> BTreeMap<&ProjectName, Vec<&ProjectName>> {
        let mut required_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, node) in &self.nodes {
            for requirement in &node.requires {
                let requirers = required_by.entry(&requirement.name).or_default();
                if !requirers.contains(&name) {
                    requirers.push(name);
                }
            }
        }
        required_by
    }

    /// Finds the requirements that hold; an extra that is required may bring more of them, also to
    /// a project that was looked at before.
    fn connect(&mut self, environment: &Environment) {
        let markers = environment.interpreter().marker_environment();
        let mut waiting: Vec<ProjectName> = self.nodes.keys().cloned().collect();
        while let Some(name) = waiting.pop() {
            let Some(node) = self.nodes.get_mut(&name) else {
                continue;
            };
            let extras: Vec<ExtraName> = node.extras.iter().cloned().collect();
            let all = node.metadata.requires_dist.iter();
            let holding = all.filter(|requirement| requirement.marker.evaluate(markers, &extras));
            node.requires = holding.cloned().collect();
            let requires = node.requires.clone();
            for requirement in requires {
                let Some(target) = self.nodes.get_mut(&requirement.name) else {
                    continue;
                };
                let before = target.extras.len();
                target.extras.extend(requirement.extras);
                if target.extras.len() > before {
                    waiting.push(requirement.name);
                }
            }
        }
    }
}
