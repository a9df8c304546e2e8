//! `tilsit pip tree`: what is installed, as a tree of who requires whom.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use tilsit_environment::InstalledGraph;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};

use crate::branches::{Branches, Lead};
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
    let mut branches = branches(arguments, &graph);
    let names: Vec<&ProjectName> = graph.nodes.keys().collect();
    let is_pruned = |place: usize| arguments.prune.contains(names[place]);
    let mut roots = if arguments.package.is_empty() {
        branches.roots()
    } else {
        let is_named = |place: &usize| arguments.package.contains(names[*place]);
        (0..names.len()).filter(is_named).collect()
    };
    roots.retain(|root| !is_pruned(*root));
    branches.prune(is_pruned);
    Ok(Report::new(branches.draw(&roots), as_json(&graph)))
}

fn branches(arguments: &Arguments, graph: &InstalledGraph) -> Branches {
    let places: BTreeMap<&ProjectName, usize> = graph.nodes.keys().zip(0..).collect();
    let edges = edges(graph, arguments.invert);
    let lead = |(to, requirement): &(&ProjectName, &Requirement)| {
        let note = if arguments.show_version_specifiers {
            format!(" {DIM}[required: {}]{DIM:#}", versions(requirement))
        } else {
            String::new()
        };
        let to = *places.get(to)?;
        Some(Lead { to, note })
    };
    let label = |name: &ProjectName| {
        let version = &graph.nodes[name].distribution.version;
        format!("{name} v{version}")
    };
    let leads = places.keys().map(|name| {
        let edges = edges.get(name).into_iter().flatten();
        edges.filter_map(lead).collect()
    });
    Branches {
        labels: places.keys().map(|name| label(name)).collect(),
        leads: leads.collect(),
        depth: arguments.depth,
        repeat: arguments.no_dedupe,
    }
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

/// The versions that a requirement allows, `*` for any.
pub(crate) fn versions(requirement: &Requirement) -> String {
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
