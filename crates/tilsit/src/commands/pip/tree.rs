//! `tilsit pip tree`: what is installed, as a tree of who requires whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};
use tilsit_environment::InstalledGraph;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};

use crate::commands::pip::listed;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::DIM;

/// Show what is installed as a tree of requirements
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// No deeper than this
    #[arg(short, long, value_name = "COUNT", default_value_t = 255)]
    depth: usize,
    /// Leave out this project and what only it leads to
    #[arg(long, value_name = "PROJECT")]
    prune: Vec<ProjectName>,
    /// Start from this project
    #[arg(long, value_name = "PROJECT")]
    package: Vec<ProjectName>,
    /// Show who requires a project, not what it requires
    #[arg(long, visible_alias = "reverse")]
    invert: bool,
    /// Show the same branch again wherever it comes up
    #[arg(long)]
    no_dedupe: bool,
    /// Show which versions are required
    #[arg(long)]
    show_version_specifiers: bool,
    #[command(flatten)]
    environment: EnvironmentOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let graph = listed::graph(&environment, context)?;
    for name in &arguments.package {
        if !graph.nodes.contains_key(name) {
            return Err(CommandError::new(
                Code::NotInstalled,
                format!("`{name}` is not installed"),
            )
            .hint("`tilsit pip list` shows what is"));
        }
    }
    let mut tree = Tree {
        arguments,
        edges: edges(&graph, arguments.invert),
        graph: &graph,
        shown: BTreeSet::new(),
        text: String::new(),
        repeats: false,
    };
    for root in tree.roots() {
        tree.branch(root, None, &mut Vec::new());
    }
    if tree.repeats {
        let _ = writeln!(tree.text, "{DIM}(*) shown above already{DIM:#}");
    }
    Ok(Report::new(tree.text, as_json(&graph)))
}

/// Where each project leads to, and by which requirement.
type Edges<'a> = BTreeMap<&'a ProjectName, Vec<(&'a ProjectName, &'a Requirement)>>;

fn edges(graph: &InstalledGraph, invert: bool) -> Edges<'_> {
    let mut edges = Edges::new();
    for (name, node) in &graph.nodes {
        for requirement in &node.requires {
            let (from, to) = if invert {
                (&requirement.name, name)
            } else {
                (name, &requirement.name)
            };
            let targets = edges.entry(from).or_default();
            if graph.nodes.contains_key(to) && targets.iter().all(|(known, _)| *known != to) {
                targets.push((to, requirement));
            }
        }
    }
    for targets in edges.values_mut() {
        targets.sort_by_key(|(name, _)| *name);
    }
    edges
}

struct Tree<'a> {
    arguments: &'a Arguments,
    graph: &'a InstalledGraph,
    edges: Edges<'a>,
    /// The projects whose branch stands above already.
    shown: BTreeSet<&'a ProjectName>,
    text: String,
    repeats: bool,
}

impl<'a> Tree<'a> {
    /// What nothing leads to; of a circle nothing leads into, the first by name.
    fn roots(&self) -> Vec<&'a ProjectName> {
        if !self.arguments.package.is_empty() {
            let names = self.graph.nodes.keys();
            return names
                .filter(|name| self.arguments.package.contains(name))
                .collect();
        }
        let led_to: BTreeSet<_> = self.edges.values().flatten().map(|(to, _)| *to).collect();
        let names = || self.graph.nodes.keys();
        let mut roots: Vec<_> = names().filter(|name| !led_to.contains(name)).collect();
        let mut reached = BTreeSet::new();
        for root in &roots {
            self.reach(root, &mut reached);
        }
        for name in names() {
            if !reached.contains(name) {
                roots.push(name);
                self.reach(name, &mut reached);
            }
        }
        roots
    }

    fn reach(&self, from: &'a ProjectName, reached: &mut BTreeSet<&'a ProjectName>) {
        let mut waiting = vec![from];
        while let Some(name) = waiting.pop() {
            if reached.insert(name) {
                waiting.extend(self.targets(name).iter().map(|(to, _)| *to));
            }
        }
    }

    fn targets(&self, name: &ProjectName) -> &[(&'a ProjectName, &'a Requirement)] {
        self.edges.get(name).map_or(&[], Vec::as_slice)
    }

    /// Writes a project and what it leads to; `last` says for each level above whether it is the
    /// last of its siblings.
    fn branch(
        &mut self,
        name: &'a ProjectName,
        requirement: Option<&Requirement>,
        last: &mut Vec<bool>,
    ) {
        if self.arguments.prune.contains(name) {
            return;
        }
        if let Some((own, above)) = last.split_last() {
            for is_last in above {
                self.text.push_str(if *is_last { "    " } else { "│   " });
            }
            self.text.push_str(if *own { "└── " } else { "├── " });
        }
        let _ = write!(
            self.text,
            "{name} v{}",
            self.graph.nodes[name].distribution.version
        );
        if self.arguments.show_version_specifiers
            && let Some(requirement) = requirement
        {
            let _ = write!(
                self.text,
                " {DIM}[required: {}]{DIM:#}",
                versions(requirement)
            );
        }
        let targets: Vec<_> = self
            .targets(name)
            .iter()
            .filter(|(to, _)| !self.arguments.prune.contains(to))
            .copied()
            .collect();
        let is_new = self.shown.insert(name);
        if !is_new && !targets.is_empty() && !self.arguments.no_dedupe {
            self.repeats = true;
            self.text.push_str(" (*)\n");
            return;
        }
        self.text.push('\n');
        // A circle ends where it began, also when branches are shown again.
        if last.len() >= self.arguments.depth || last.len() > self.graph.nodes.len() {
            return;
        }
        for (number, (to, requirement)) in targets.iter().enumerate() {
            last.push(number + 1 == targets.len());
            self.branch(to, Some(requirement), last);
            last.pop();
        }
    }
}

/// The versions that a requirement allows, `*` for any.
fn versions(requirement: &Requirement) -> String {
    match &requirement.source {
        RequirementSource::Url(url) => url.clone(),
        RequirementSource::Specifiers(versions) if versions.is_empty() => "*".to_owned(),
        RequirementSource::Specifiers(versions) => versions.to_string(),
    }
}

fn as_json(graph: &InstalledGraph) -> Value {
    let nodes = graph.nodes.iter().map(|(name, node)| {
        let requires: Vec<String> = node.requires.iter().map(ToString::to_string).collect();
        json!({
            "name": name.as_str(),
            "version": node.distribution.version.to_string(),
            "extras": node.extras.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "requires": requires,
        })
    });
    nodes.collect()
}
